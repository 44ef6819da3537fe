"""Bounds for dimensions whose values somebody else chooses."""

from __future__ import annotations

from typing import Final

OTHER: Final = "other"


class NamesSeen:
    """The first names keep theirs, later ones become `other`: cardinality has a limit.

    Not thread-safe.

    Args:
        limit: how many sets of names are kept apart.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: set[tuple[str, ...]] = set()

    def kept(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names to count under."""
        if names in self._seen:
            return names
        if len(self._seen) >= self._limit:
            return (OTHER,) * len(names)
        self._seen.add(names)
        return names
