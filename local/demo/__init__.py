"""Demo data, loaded through the product's own data path."""
