"""Clear text behind a mask: shown to those who may see it, with an audit event each time."""

from __future__ import annotations

from typing import Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    REVEALS_OF_SESSION,
    REVEALS_OF_TRANSCRIPT,
    REVEALS_OF_USER,
    Interaction,
    RevealsOfSessionArgs,
    RevealsOfTranscriptArgs,
    RevealsOfUserArgs,
    User,
    UserSession,
)

# Without idempotency keys: clear text must not be kept as a stored answer.


def of_user(caller: Caller, **what: Unpack[RevealsOfUserArgs]) -> User:
    """Return a user in clear, for a stated reason."""
    return caller.mutation_once(REVEALS_OF_USER, what)


def of_session(caller: Caller, **what: Unpack[RevealsOfSessionArgs]) -> UserSession:
    """Return a session in clear, for a stated reason."""
    return caller.mutation_once(REVEALS_OF_SESSION, what)


def of_transcript(caller: Caller, **what: Unpack[RevealsOfTranscriptArgs]) -> Page[Interaction]:
    """Return one page of a transcript in clear, for a stated reason."""
    return caller.mutation_once(REVEALS_OF_TRANSCRIPT, what)
