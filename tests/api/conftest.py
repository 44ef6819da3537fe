"""Fixtures of the API tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lib.storage.client import ensure_bucket
from tests.support.api import Api, served, settings_of
from tests.support.convex import ConvexRuntime, running_convex
from tests.support.s3 import Endpoint, LocalS3


@pytest.fixture(scope="session")
def convex(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConvexRuntime]:
    """One runtime for all tests of the process."""
    with running_convex(tmp_path_factory.mktemp("convex")) as runtime:
        yield runtime


@pytest.fixture(scope="session")
def storage(convex: ConvexRuntime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """A bucket of the session's own."""
    server = LocalS3(tmp_path_factory.mktemp("s3") / "data")
    server.start()
    try:
        ensure_bucket(settings_of(convex, server.endpoint))
        yield server.endpoint
    finally:
        server.stop()


@pytest.fixture(scope="session")
def api(convex: ConvexRuntime, storage: Endpoint) -> Iterator[Api]:
    """The API as the product serves it: behind the gate."""
    with served(convex, storage) as running:
        yield running


@pytest.fixture(scope="session")
def bare_api(convex: ConvexRuntime, storage: Endpoint) -> Iterator[Api]:
    """The API without the gate in front: it must protect itself."""
    with served(convex, storage, gated=False) as running:
        yield running
