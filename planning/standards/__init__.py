"""What the documents ask, and whether it is met."""
