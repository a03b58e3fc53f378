"""Measurements, and the program that makes the built-in county; not part of the package."""
