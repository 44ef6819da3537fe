"""Limits the cardinality of dimensions whose values come from outside."""

from __future__ import annotations

from typing import Final

OTHER: Final = "other"


class CardinalityLimiter:
    """Keeps the first names; later ones become `other`.

    Not thread-safe.

    Args:
        limit: number of sets of names that are kept.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: set[tuple[str, ...]] = set()

    def label_for(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names to count under."""
        if names in self._seen:
            return names
        if len(self._seen) >= self._limit:
            return (OTHER,) * len(names)
        self._seen.add(names)
        return names
