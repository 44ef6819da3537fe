"""Clear text behind a mask, for a stated reason.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

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


def of_session(caller: Caller, id: str, reason: str) -> UserSession:
    """Return a session in clear (user, title, metadata), for a stated reason."""
    return caller.mutation_once(REVEALS_OF_SESSION, RevealsOfSessionArgs(id=id, reason=reason))


def of_transcript(
    caller: Caller, **arguments: Unpack[RevealsOfTranscriptArgs]
) -> Page[Interaction]:
    """Return one page of a transcript in clear, for a stated reason."""
    return caller.mutation_once(REVEALS_OF_TRANSCRIPT, arguments)


def of_user(caller: Caller, clerk_id: str, reason: str) -> User:
    """Return a user in clear, for a stated reason."""
    return caller.mutation_once(
        REVEALS_OF_USER, RevealsOfUserArgs(clerk_id=clerk_id, reason=reason)
    )
