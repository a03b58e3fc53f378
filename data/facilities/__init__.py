"""Institutions: their rows, and places for those without coordinates."""
