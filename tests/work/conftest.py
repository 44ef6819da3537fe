"""Fixtures of the use cases' tests."""

from __future__ import annotations

from tests.support.services import convex, room, s3, services

__all__ = ["convex", "room", "s3", "services"]
