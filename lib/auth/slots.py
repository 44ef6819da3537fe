"""How much each member has open at once in this process."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class MemberSlots:
    """Counts what each member has open. For one event loop.

    Args:
        most: maximum of one member.
        linger: for how many seconds what is closed still counts, since something of it is kept.
    """

    def __init__(self, most: int, linger: float = 0) -> None:
        self._most, self._linger = most, linger
        self._open: Counter[str] = Counter()

    @contextmanager
    def slot(self, user_id: str) -> Iterator[bool]:
        """Count one more for as long as the block runs; tells whether it is within the limit."""
        if self._open[user_id] >= self._most:
            yield False
            return
        self._open[user_id] += 1
        try:
            yield True
        finally:
            if self._linger:
                asyncio.get_running_loop().call_later(self._linger, self._free, user_id)
            else:
                self._free(user_id)

    def _free(self, user_id: str) -> None:
        self._open[user_id] -= 1
        if not self._open[user_id]:
            del self._open[user_id]
