"""Whether each dependency of the app answers: what `/api/v1/ready` and System status ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lib.data import system
from lib.jobs.services import Services
from lib.storage.errors import ObjectMissingError, StorageError, translated

Probe = Callable[[], None]

# No object has this name. The probe's role may read below `probe/`, so a healthy bucket says that
# it is missing, or, where listing is not allowed, that it is denied.
_NEVER_WRITTEN = "probe/never-written"


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
            client.head_object(Bucket=services.storage.bucket, Key=_NEVER_WRITTEN)
    except ObjectMissingError:
        return
    except StorageError as error:
        if error.failure != "denied":
            raise


def _identity(services: Services) -> None:
    services.authenticator.api.jwks()
