"""Runs the steps in order and records the result of each."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

import httpx

from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError
from lib.data import DataError
from lib.data.errors import FunctionFailed
from lib.smoke.checks import Failed, NotPossible
from lib.smoke.interruption import Interruption
from lib.storage.errors import StorageError

INTERRUPTED: Final = "The run was interrupted."

Status = Literal["PASS", "FAIL", "SKIPPED"]
State = TypeVar("State")

# Their texts are made by this product from closed lists; they hold no URL, token or key.
_EXPECTED_ERRORS: Final = (Failed, ApiRefusedError, StorageError, ValueError)


@dataclass(frozen=True, slots=True)
class Step(Generic[State]):
    """One thing that must work.

    Attributes:
        name: what is tried.
        act: does it and says in a sentence what was seen; raises `Failed` or `NotPossible`.
        needs: names of steps without whose success this one cannot be tried.
    """

    name: str
    act: Callable[[State], str]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """Result of one step."""

    name: str
    status: Status
    duration_ms: int
    sentence: str


def perform(
    steps: Sequence[Step[State]], last: Step[State], state: State, interruption: Interruption
) -> Iterator[Row]:
    """Run every step in order; yield each row as soon as it is known.

    Args:
        steps: the story.
        last: the cleaning up, tried whatever happened before and never interrupted.
        state: what the steps share.
        interruption: ends the story early.
    """
    passed: set[str] = set()
    for step in steps:
        missing = next((name for name in step.needs if name not in passed), None)
        if interruption.asked:
            row = Row(step.name, "SKIPPED", 0, INTERRUPTED)
        elif missing:
            row = Row(step.name, "SKIPPED", 0, f'It needs "{missing}", which did not pass.')
        else:
            try:
                with interruption.may_end():
                    row = _tried(step, state)
            except KeyboardInterrupt:
                row = Row(step.name, "FAIL", 0, INTERRUPTED)
        if row.status == "PASS":
            passed.add(row.name)
        yield row
    yield _tried(last, state)


def _tried(step: Step[State], state: State) -> Row:
    started = time.monotonic()
    status: Status
    try:
        status, sentence = "PASS", step.act(state)
    except NotPossible as reason:
        status, sentence = "SKIPPED", str(reason)
    except Exception as error:  # noqa: BLE001  # whatever goes wrong is this step's failure
        status, sentence = "FAIL", reason_of(error)
    return Row(step.name, status, round((time.monotonic() - started) * 1000), sentence)


def reason_of(error: Exception) -> str:
    """Return why something failed, without URLs or secrets of the exception's message."""
    if isinstance(error, ApiUnavailableError):
        return f"Clerk's Backend API gave no usable answer ({error})."
    if isinstance(error, DataError):
        detail = type(error).__name__ if isinstance(error, FunctionFailed) else str(error)
        return f"Convex: {detail}."
    if isinstance(error, StorageError):
        return f"S3: {error}."
    if isinstance(error, httpx.HTTPError):
        tls = _tls_error(error)
        return f"TLS: {tls}." if tls else f"No response: {type(error).__name__}."
    if isinstance(error, _EXPECTED_ERRORS):
        return str(error)
    return f"Unexpected: {type(error).__name__}."


def is_tls_error(error: Exception) -> bool:
    """Tell whether a request failed at the server's certificate or the protocol: that stays so."""
    return bool(_tls_error(error))


def _tls_error(error: BaseException | None) -> str:
    """Return what OpenSSL said; it holds names and dates of certificates, and no secret."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"the certificate is not accepted: {error.verify_message}"
        if isinstance(error, ssl.SSLError):
            return f"no secure connection: {error.reason or 'unknown'}"
        error = error.__cause__ or error.__context__
    return ""
