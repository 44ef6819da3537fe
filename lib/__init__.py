"""Earshot, the product."""
