"""A real local Clerk instance per module, in development and in production mode."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.identity.clerk import Running, running


@pytest.fixture(scope="module")
def development(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("development"), "development") as clerk:
        yield clerk


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("production"), "production") as clerk:
        yield clerk


@pytest.fixture(params=["development", "production"])
def either(request: pytest.FixtureRequest) -> Running:
    """Run the test in both modes."""
    clerk: Running = request.getfixturevalue(request.param)
    return clerk
