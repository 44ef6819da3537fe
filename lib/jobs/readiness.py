"""Whether each dependency of the app answers: what `/api/v1/ready` and System status ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lib.data import system
from lib.jobs.services import Services
from lib.storage.errors import StorageError, translated
from lib.storage.instrument import EXPECTED_OF_NOTHING
from lib.storage.keys import NEVER_WRITTEN

Probe = Callable[[], None]


def probes(services: Services) -> Mapping[str, Probe]:
    """Return one function per dependency; each raises when its dependency does not answer."""
    return {
        "convex": lambda: _convex(services),
        "storage": lambda: _storage(services),
        "identity": lambda: _identity(services),
    }


def _convex(services: Services) -> None:
    system.ping(services.worker_caller())


def _storage(services: Services) -> None:
    client = services.storage.client("probe", "page")
    try:
        with translated("HeadObject"):
            client.head_object(Bucket=services.storage.bucket, Key=NEVER_WRITTEN)
    except StorageError as error:
        if error.failure not in EXPECTED_OF_NOTHING:
            raise


def _identity(services: Services) -> None:
    services.authenticator.api.jwks()
