"""Fixtures of the data tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.convex import CONTENDED, ConvexRuntime, running_convex


@pytest.fixture(scope="session")
def convex(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConvexRuntime]:
    """One runtime for all tests of the process; tests use users and sessions of their own."""
    with running_convex(tmp_path_factory.mktemp("convex"), options=CONTENDED) as runtime:
        yield runtime
