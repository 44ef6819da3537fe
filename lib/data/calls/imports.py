"""Imports: whole conversations, many of them in one transaction.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from collections.abc import Sequence

from lib.data.client import Caller
from lib.data.records import IMPORTS_STORE, Imported, ImportsStoreArgs, NewConversation


def store(
    caller: Caller, conversations: Sequence[NewConversation], *, idempotency_key: str | None = None
) -> tuple[Imported, ...]:
    """Store whole conversations: up to 40, with 500 turns (4 MiB) in all.

    Nothing that is there is changed: a conversation is known by its external id, a turn by its
    sequence. `session.user` is a person who is created if there is none, and not changed otherwise.
    A long conversation comes in parts, the last one with `end`; a session that somebody else
    opened, or that has ended, keeps its own.

    The answers are in the order of the conversations. What cannot be stored is refused alone: a
    conversation with its user and its turns, or a single turn.

    Raises:
        Refused: LIMIT_EXCEEDED for too many, or too large ones.
    """
    return caller.mutation(
        IMPORTS_STORE, ImportsStoreArgs(conversations=conversations), idempotency_key
    )
