"""Fixtures of the review tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.convex import CONTENDED, ConvexRuntime, running_convex


@pytest.fixture(scope="module")
def convex(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConvexRuntime]:
    """One runtime for the tests of a file; they use queues and sessions of their own."""
    with running_convex(tmp_path_factory.mktemp("convex"), options=CONTENDED) as runtime:
        yield runtime
