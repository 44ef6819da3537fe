"""Checks of the dependencies: Convex, the bucket, Clerk's two APIs and keys, the worker."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import httpx

from lib.auth.backend_api import API_VERSION
from lib.data import job_leases, system
from lib.data.records import JobRun
from lib.observability.logs import get_logger
from lib.storage.errors import StorageError, translated
from lib.storage.instrument import EXPECTED_OF_NOTHING
from lib.storage.keys import NEVER_WRITTEN
from lib.work.services import Services

Probe = Callable[[], None]
State = Literal["ok", "warning", "failed"]
SEVERITY: Final[Mapping[State, int]] = {"ok": 0, "warning": 1, "failed": 2}

JOB: Final = "dependencies.check"
METRIC: Final = "dependency.check"
SECONDS: Final = 4.0
"""Deadline of one check."""
SLOW_MS: Final = 1000.0
"""A slower response is a warning."""
SILENT: Final = timedelta(minutes=5)
"""A worker that has started no job for this long counts as down."""

_MAX_VERSION: Final = 40
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Dependency:
    """Result of checking one dependency.

    Attributes:
        name: stable; used in metrics and reports.
        title: for people.
        state: of the dependency.
        latency_ms: of the check.
        version: as reported by the dependency, or empty.
        detail: the error, or further information; never a secret.
        last_good: last time it was ok, if known.
    """

    name: str
    title: str
    state: State
    latency_ms: float
    version: str = ""
    detail: str = ""
    last_good: datetime | None = None


class DegradedError(Exception):
    """The dependency responds, but with a warning; the message says which."""


def ask_all(services: Services) -> list[Dependency]:
    """Check all dependencies in parallel, each within a few seconds."""
    asked = _questions(services)
    with ThreadPoolExecutor(len(asked), thread_name_prefix="dependency") as pool:
        answers = list(pool.map(lambda item: _ask(*item), asked))
    now = datetime.now(UTC)
    for answer in answers:
        if answer.state != "failed":
            services.last_good[answer.name] = now
    return [replace(answer, last_good=services.last_good.get(answer.name)) for answer in answers]


def check(services: Services, _stop: Callable[[], bool]) -> Mapping[str, object]:
    """Job: check all dependencies, record latencies, and report when each was last ok."""
    kept = reported(job_leases.every(services.worker_caller()))
    answers = ask_all(services)
    for answer in answers:
        failed = answer.state == "failed"
        services.recorder.observe(
            METRIC,
            {"dependency": answer.name, "outcome": answer.state},
            answer.latency_ms,
            "failed" if failed else "",
        )
    return {
        answer.name: {
            "state": answer.state,
            "lastGood": _text(answer.last_good or kept.get(answer.name)),
        }
        for answer in answers
    }


def reported(runs: Iterable[JobRun]) -> dict[str, datetime]:
    """Return when the worker last found each dependency ok, from the report of its job."""
    job = next((run for run in runs if run.name == JOB), None)
    report = json.loads((job.last_report if job else None) or "{}")
    return {
        name: datetime.fromisoformat(entry["lastGood"])
        for name, entry in report.items()
        if isinstance(entry, dict) and entry.get("lastGood")
    }


Question = tuple[str, str, Callable[[], tuple[str, str]]]


def _questions(services: Services) -> list[Question]:
    ready = probes(services)
    settings = services.settings
    frontend = settings.clerk_frontend_api_url

    def convex() -> tuple[str, str]:
        system.ping(services.worker_caller())
        return _fetched(f"{settings.convex_url}/version"), ""

    def storage() -> tuple[str, str]:
        ready["storage"]()
        endpoint = settings.s3_endpoint_url
        return _server_of(endpoint) if endpoint else "AWS", f"bucket {settings.s3_bucket}"

    def backend_api() -> tuple[str, str]:
        ready["identity"]()
        return API_VERSION, ""

    def frontend_api() -> tuple[str, str]:
        _keys_of(frontend)
        return "", frontend

    def keys() -> tuple[str, str]:
        return "", _keys_agree(services, frontend)

    return [
        ("convex", "Convex", convex),
        ("storage", "Object storage", storage),
        ("clerk.backend", "Clerk Backend API", backend_api),
        ("clerk.frontend", "Clerk Frontend API", frontend_api),
        ("clerk.keys", "Clerk signing keys", keys),
        ("worker", "Worker", lambda: ("", _worker(services))),
    ]


def _ask(name: str, title: str, question: Callable[[], tuple[str, str]]) -> Dependency:
    started = time.perf_counter()
    state: State = "ok"
    version = ""
    try:
        version, detail = question()
    except DegradedError as error:
        state, detail = "warning", str(error)
    except Exception as error:  # noqa: BLE001  # any error is the result of the check
        state, detail = "failed", type(error).__name__
        _log.warning("dependency.down", dependency=name, error=detail, reason=str(error))
    took = (time.perf_counter() - started) * 1000
    if state == "ok" and took > SLOW_MS:
        state, detail = "warning", f"slow; {detail}".rstrip("; ")
    return Dependency(name, title, state, took, version, detail)


def _keys_agree(services: Services, frontend: str) -> str:
    """Check that both APIs share a key; keys of different instances differ."""
    if services.settings.clerk_jwt_key is not None:
        return "configured (CLERK_JWT_KEY): not fetched"
    ours = {str(key.get("kid")) for key in services.authenticator.api.jwks().get("keys", [])}
    theirs = _keys_of(frontend)
    if ours.isdisjoint(theirs):
        raise DegradedError(
            "CLERK_API_URL and the Frontend API have no key in common: two instances?"
        )
    return f"{len(ours)} known"


def _keys_of(frontend: str) -> set[str]:
    answer = httpx.get(f"{frontend}/.well-known/jwks.json", timeout=SECONDS, trust_env=False)
    answer.raise_for_status()
    return {str(key.get("kid")) for key in answer.json()["keys"]}


def _worker(services: Services) -> str:
    jobs = job_leases.every(services.worker_caller())
    started = max((job.last_started_at for job in jobs if job.last_started_at), default=None)
    if started is None:
        raise DegradedError("no job has run yet")
    if datetime.now(UTC) - started > SILENT:
        raise ConnectionError(f"no job has started since {started:%Y-%m-%d %H:%M} UTC")
    holders = {job.holder for job in jobs if job.holder}
    return f"{len(jobs)} jobs, {len(holders)} running now"


def _fetched(url: str) -> str:
    """Return a short text, empty on errors: the version is optional."""
    try:
        answer = httpx.get(url, timeout=SECONDS, trust_env=False)
    except httpx.HTTPError:
        return ""
    return answer.text.strip()[:_MAX_VERSION] if answer.is_success else ""


def _server_of(url: str) -> str:
    try:
        answer = httpx.get(url, timeout=SECONDS, trust_env=False)
    except httpx.HTTPError:
        return ""
    return str(answer.headers.get("server", ""))[:_MAX_VERSION]


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def probes(services: Services) -> Mapping[str, Probe]:
    """Return one function per dependency; each raises if its dependency does not respond."""
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
