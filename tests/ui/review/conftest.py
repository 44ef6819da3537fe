"""Fixtures of the tests of reviewing."""

from __future__ import annotations

from tests.support.services import convex

__all__ = ["convex"]
