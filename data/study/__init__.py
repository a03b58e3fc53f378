"""The study file: its tables as values, its schema and its reader."""
