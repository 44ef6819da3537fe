"""Facts of the product: each is owned here, once. Pure."""
