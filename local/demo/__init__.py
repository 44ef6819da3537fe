"""Demo data, loaded through the product's own data path."""

from local.demo.load import ForeignServiceError, load

__all__ = ["ForeignServiceError", "load"]
