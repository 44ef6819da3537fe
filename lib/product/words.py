"""Tables of known words, such as the states of a session, for readers that may meet others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Entry = TypeVar("Entry")


class Words(dict[str, Entry]):
    """What each known word stands for.

    Convex's functions are deployed before the app, so a record may hold a word that only the next
    release knows. That is no reason to fail: it is shown as it is.

    Args:
        known: what each word stands for.
        other: returns what stands for a word that is not among them.
    """

    def __init__(self, known: dict[str, Entry], other: Callable[[str], Entry]) -> None:
        super().__init__(known)
        self._other = other

    def __missing__(self, word: str) -> Entry:
        return self._other(word)
