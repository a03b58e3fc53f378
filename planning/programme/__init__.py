"""What is decided, when, for how much."""
