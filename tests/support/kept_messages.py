"""Large messages that a page keeps, as Streamlit's own code in the browser keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class KeptMessages:
    """Messages by their hash; the server repeats one by its hash alone if it was told of it.

    What a wish told the server of stays until the run of that wish has ended: only then do messages
    grow older, and those go that were not drawn in the last `max_runs` runs. A page load begins
    with none.

    Attributes:
        max_runs: Streamlit's `global.maxCachedMessageAge`, told when a run begins.
    """

    max_runs: int = 0
    _messages: dict[str, Any] = field(default_factory=dict)
    _drawn_in: dict[str, int] = field(default_factory=dict)  # hash -> number of the run
    _runs: int = 0

    @property
    def hashes(self) -> list[str]:
        """What the server is told of."""
        return list(self._messages)

    def whole(self, message: Any) -> Any:
        """Return the message itself, or the kept one that it refers to; keep it if it is to be.

        Raises:
            KeyError: it refers to a message that is not kept.
        """
        if message.WhichOneof("type") == "ref_hash":
            self._drawn_in[message.ref_hash] = self._runs
            return self._messages[message.ref_hash]
        if message.metadata.cacheable:
            self._messages[message.hash] = message
            self._drawn_in[message.hash] = self._runs
        return message

    def end_run(self) -> None:
        """Let messages grow older by a run that has ended."""
        self._runs += 1
        for hash_, run in list(self._drawn_in.items()):
            if self._runs - run > self.max_runs:
                del self._messages[hash_], self._drawn_in[hash_]
