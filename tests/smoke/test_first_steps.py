"""What a run says of an app that is still starting, of certificates, and of credentials."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from lib.smoke import checks, playing, signing_in
from lib.smoke.run import Run
from lib.smoke.steps import reason_of
from lib.storage.errors import StorageError

READY = {"status": "ready", "checks": {"convex": "ok"}}


def run_with(call: Callable[..., dict[str, Any]]) -> Run:
    return cast("Run", SimpleNamespace(outside=SimpleNamespace(call=call)))


def answers(*given: dict[str, Any] | Exception) -> Callable[..., dict[str, Any]]:
    left: Iterator[dict[str, Any] | Exception] = iter(given)

    def call(*_: object, **__: object) -> dict[str, Any]:
        found = next(left)
        if isinstance(found, Exception):
            raise found
        return found

    return call


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "POLL_SECONDS", 0)


def refused_certificate() -> httpx.ConnectError:
    cause = ssl.SSLCertVerificationError("no")
    cause.verify_message = "certificate has expired"
    error = httpx.ConnectError("[SSL] https://app.example.com/?token=secret")
    error.__cause__ = cause
    return error


def test_an_app_that_starts_is_waited_for() -> None:
    starting = {"status": "starting", "checks": {"convex": "timeout"}}
    run = run_with(answers(httpx.ConnectError("refused"), starting, READY))
    assert signing_in.ready(run) == "The app, Convex, the bucket and Clerk answer."


def test_what_does_not_answer_in_time_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "READY_WITHIN", 0)
    run = run_with(answers({"status": "not ready", "checks": {"convex": "timeout"}}))
    with pytest.raises(checks.Failed, match="do not answer: convex"):
        signing_in.ready(run)


def test_a_certificate_that_is_not_accepted_is_not_waited_for_and_said() -> None:
    with pytest.raises(httpx.ConnectError) as failed:
        signing_in.ready(run_with(answers(refused_certificate())))
    said = reason_of(failed.value)
    assert said == "TLS: the certificate is not accepted: certificate has expired."


def test_least_privilege_leaves_the_look_at_the_bucket_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise StorageError("denied", "HeadBucket")

    monkeypatch.setattr(playing, "inspect", denied)
    run = cast("Run", SimpleNamespace(services=SimpleNamespace(storage=None, settings=None)))
    with pytest.raises(checks.NotPossible, match="role admin"):
        playing.bucket(run)
