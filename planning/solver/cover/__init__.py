"""Maximal cover: most people within reach of a number of sites."""
