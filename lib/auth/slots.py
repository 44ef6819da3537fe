"""How much each member has open at once in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class MemberSlots:
    """Counts what each member has open. For one event loop.

    Args:
        most: maximum of one member.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    @contextmanager
    def slot(self, user_id: str) -> Iterator[bool]:
        """Count one more for as long as the block runs; tells whether it is within the limit."""
        is_allowed = self._open[user_id] < self._most
        self._open[user_id] += is_allowed
        try:
            yield is_allowed
        finally:
            self._open[user_id] -= is_allowed
            if not self._open[user_id]:
                del self._open[user_id]
