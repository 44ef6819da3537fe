"""Writes what follows from the Convex functions: the records and calls of lib/data, and a table."""
