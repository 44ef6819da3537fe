"""Fixtures of the storage tests: an endpoint, a bucket of its own, and what was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.observability.events import StorageEvent
from lib.storage.client import Storage, ensure_bucket
from tests.support.s3 import Endpoint, LocalS3, endpoint_from_environment, settings_for

CAPABILITIES: dict[str, str] = {}
"""What the contract suite found the endpoint able to do; printed at the end of the run."""


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """The endpoint that the environment names, else a local one."""
    named = endpoint_from_environment()
    if named is not None:
        yield named
        return
    server = LocalS3(tmp_path_factory.mktemp("s3") / "data")
    server.start()
    yield server.endpoint
    server.stop()


@pytest.fixture(scope="session")
def shared_storage(endpoint: Endpoint) -> Iterator[tuple[Storage, list[StorageEvent]]]:
    """The bucket and what its clients recorded, made once."""
    settings = settings_for(endpoint)
    ensure_bucket(settings)
    recorded: list[StorageEvent] = []
    made = Storage(settings, recorded.append)
    yield made, recorded
    made.close()


@pytest.fixture
def storage(shared_storage: tuple[Storage, list[StorageEvent]]) -> Storage:
    """The bucket with leftovers of other tests; keys are random anyway."""
    return shared_storage[0]


@pytest.fixture
def events(shared_storage: tuple[Storage, list[StorageEvent]]) -> list[StorageEvent]:
    """What the clients of `storage` record from now on."""
    shared_storage[1].clear()
    return shared_storage[1]


@pytest.fixture
def local_s3(tmp_path: Path) -> Iterator[LocalS3]:
    """A local server of the test's own, to be stalled and killed."""
    server = LocalS3(tmp_path / "data")
    server.start()
    yield server
    server.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which capabilities of the endpoint were exercised and which were not."""
    if CAPABILITIES:
        terminalreporter.section("object storage capabilities")
        for name, state in sorted(CAPABILITIES.items()):
            terminalreporter.write_line(f"{name:<22} {state}")
