"""Fixtures: a gated app of each kind of instance."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.auth.harness import Stage, stage


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def production() -> Iterator[Stage]:
    with stage() as built:
        yield built


@pytest.fixture
def development() -> Iterator[Stage]:
    with stage(production=False) as built:
        yield built
