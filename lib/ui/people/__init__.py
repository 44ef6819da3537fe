"""Users of the product."""
