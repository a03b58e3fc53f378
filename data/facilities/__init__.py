"""Institutions: their rows, where they stand, and which coordinate system that is told in."""
