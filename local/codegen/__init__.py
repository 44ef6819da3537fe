"""Writes lib/data/records.py from the argument and return validators of the Convex functions."""
