"""Fixtures of the import tests: real Convex functions, a real S3 server, and services over both."""

from __future__ import annotations

from tests.jobs.conftest import convex, s3, services

__all__ = ["convex", "s3", "services"]
