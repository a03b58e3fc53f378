"""The programme table: what is planned, how far it has come, and what of it is decided."""
