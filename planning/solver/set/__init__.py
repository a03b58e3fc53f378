"""Set covering: fewest or cheapest sites that reach everybody."""
