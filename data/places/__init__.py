"""How a row gets its place: its own coordinates, else a person's choice, else its village."""
