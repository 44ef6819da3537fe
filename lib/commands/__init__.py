"""Command line of the product: thin wrappers over jobs, storage and data."""
