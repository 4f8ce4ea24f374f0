"""Bicycle counts of a town."""
