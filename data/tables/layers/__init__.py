"""Layers with geometry: each kind of file by a reader that opens nothing else."""
