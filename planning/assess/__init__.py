"""The one path from a dataset to an assessment, its record and its explanations."""
