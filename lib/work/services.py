"""Where a process gets its clients: created from the settings on first use, shared by all."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from lib.auth.api_keys import TOKEN_SECONDS, ApiKeys
from lib.auth.authenticator import Authenticator
from lib.auth.events import AuthEvent
from lib.auth.service import ServiceRole, mint
from lib.config.settings import Settings, get_settings
from lib.data import Caller, Client
from lib.observability.logs import get_logger
from lib.observability.recorder import Recorder
from lib.observability.request_id import current_request_id
from lib.storage.client import Storage
from lib.work.api_keys import finder
from lib.work.exports import Exports
from lib.work.provisioning import Provisioner

_RENEW_SECONDS = 60
_SUBJECT = "earshot-app"

_log = get_logger(__name__)
_lock = threading.RLock()
_made: Services | None = None


@dataclass
class Services:
    """Clients and recorders of one process; each is created on first use.

    Attributes:
        settings: of this process.
        recorder: collects measurements; `lib.worker.flush` sends them.
        firing: number of firing incidents, as last read by `lib.worker.alerts.runtime_watch`.
        last_good: when this process last found each dependency ok, see
            `lib.work.dependencies`.
    """

    settings: Settings
    recorder: Recorder = field(default_factory=Recorder)
    firing: int = 0
    last_good: dict[str, datetime] = field(default_factory=dict)

    @cached_property
    def convex(self) -> Client:
        """The pool of connections to Convex."""
        return Client(self.settings.convex_url, self.settings.convex_timeout_seconds)

    @cached_property
    def storage(self) -> Storage:
        """The bucket; its operations go to the recorder."""
        return Storage(self.settings, self.recorder.storage)

    @cached_property
    def authenticator(self) -> Authenticator:
        """Authenticates members."""
        return Authenticator(self.settings)

    @cached_property
    def api_keys(self) -> ApiKeys:
        """Checks API keys."""
        return ApiKeys(finder(self.worker_caller), self._mint)

    def _mint(self, role: str, subject: str) -> str:
        key = self.settings.service_key
        if key is None:
            raise ValueError("EARSHOT_SERVICE_KEY is not set: no service token")
        pem = key.get_secret_value()
        return mint(pem, self.settings.service_issuer, role, subject, TOKEN_SECONDS)

    @cached_property
    def provisioner(self) -> Provisioner:
        """Writes Clerk's users into Convex."""
        return Provisioner(self.settings, self.worker_caller, self.authenticator.api)

    @cached_property
    def exports(self) -> Exports:
        """Export files of this process."""
        return Exports()

    @cached_property
    def _worker_token(self) -> ServiceToken:
        return ServiceToken(self.settings, "worker")

    def worker_caller(self, request_id: str = "") -> Caller:
        """Return a caller with a service token of the role worker.

        Args:
            request_id: passed on to Convex; default the current one.

        Raises:
            ValueError: when it calls, if `EARSHOT_SERVICE_KEY` is not set.
        """
        return Caller(self.convex, self._worker_token, request_id or current_request_id())

    def record_auth(self, event: AuthEvent) -> None:
        """Record one sign-in decision; the `record` of `lib.auth`."""
        dimensions = {"outcome": event.outcome, "reason": event.reason, "route": event.route}
        error = "denied" if event.outcome == "denied" else ""
        self.recorder.observe("auth.decision", dimensions, event.duration_ms, error, event.at_ms)
        if event.outcome == "denied":
            _log.info(
                "auth.denied",
                reason=event.reason,
                route=event.route,
                userId=event.user_id,
                requestId=event.request_id,
            )
        if event.detail:
            self.recorder.keep("auth", _auth_wire(event))

    def close(self) -> None:
        """Close all open connections."""
        for name in ("exports", "provisioner", "convex", "storage", "authenticator"):
            if name in self.__dict__:
                self.__dict__[name].close()


class ServiceToken:
    """A service token of this process, renewed shortly before it expires. Thread-safe.

    Args:
        settings: with `EARSHOT_SERVICE_KEY`.
        role: of the token.
    """

    def __init__(self, settings: Settings, role: ServiceRole) -> None:
        self._settings, self._role = settings, role
        self._guard = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    def __call__(self) -> str:
        """Return a token that is valid for at least a minute.

        Raises:
            ValueError: `EARSHOT_SERVICE_KEY` is not set or malformed.
        """
        with self._guard:
            now = time.time()
            if now >= self._renew_at:
                key = self._settings.service_key
                if key is None:
                    raise ValueError("EARSHOT_SERVICE_KEY is not set: no service token")
                self._token = mint(
                    key.get_secret_value(),
                    self._settings.service_issuer,
                    self._role,
                    _SUBJECT,
                    TOKEN_SECONDS,
                    now,
                )
                self._renew_at = now + TOKEN_SECONDS - _RENEW_SECONDS
            return self._token


def services() -> Services:
    """Return the services of this process."""
    global _made  # noqa: PLW0603  # the one place that keeps it
    with _lock:
        if _made is None:
            _made = Services(get_settings())
        return _made


def _auth_wire(event: AuthEvent) -> dict[str, object]:
    wire = {
        "at": event.at_ms,
        "outcome": event.outcome,
        "reason": event.reason,
        "route": event.route,
        "requestId": event.request_id,
        "clientHash": event.client,
        "userId": event.user_id,
    }
    return {name: value for name, value in wire.items() if value != ""}
