"""Clear text behind a mask, for a stated reason.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from typing import Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    REVEALS_FIND_USER,
    REVEALS_OF_SCORES,
    REVEALS_OF_SESSION,
    REVEALS_OF_SESSIONS,
    REVEALS_OF_TRANSCRIPT,
    REVEALS_OF_USER,
    Interaction,
    RevealsFindUserArgs,
    RevealsOfScoresArgs,
    RevealsOfSessionArgs,
    RevealsOfSessionsArgs,
    RevealsOfTranscriptArgs,
    RevealsOfUserArgs,
    Score,
    User,
    UserSession,
)


def find_user(caller: Caller, value: str, reason: str) -> User | None:
    """Find a user by exact e-mail address, phone number (E.164) or id, for a stated reason.

    The id is Clerk's, Earshot's or one that a writer chose. They are returned in clear, or None.
    That somebody asked is on record either way.
    """
    return caller.mutation_once(REVEALS_FIND_USER, RevealsFindUserArgs(value=value, reason=reason))


def of_scores(caller: Caller, **arguments: Unpack[RevealsOfScoresArgs]) -> Page[Score]:
    """Return one page of the scores of a session in clear, for a stated reason."""
    return caller.mutation_once(REVEALS_OF_SCORES, arguments)


def of_session(caller: Caller, id: str, reason: str) -> UserSession:
    """Return a session in clear (user, title, metadata), for a stated reason."""
    return caller.mutation_once(REVEALS_OF_SESSION, RevealsOfSessionArgs(id=id, reason=reason))


def of_sessions(caller: Caller, **arguments: Unpack[RevealsOfSessionsArgs]) -> Page[UserSession]:
    """Return one page of a user's sessions in clear, oldest first, for a stated reason."""
    return caller.mutation_once(REVEALS_OF_SESSIONS, arguments)


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
