"""Which mutations do without an idempotency key.

All others take one: of the caller's request if it outlives the call, else one is made for the call,
so that a lost answer can be asked for again. The calls of `lib.data.calls` are generated so.
"""

from typing import Final

AT_MOST_ONCE: Final = frozenset({
    "listening:exportAudio",  # An answer that could be stored would hold what people said.
    "rateLimits:take",  # Taken twice, it costs its caller a little patience.
    "reveals:ofSession",  # Clear text must not be kept as a stored answer.
    "reveals:ofTranscript",
    "reveals:ofUser",
})  # fmt: skip
"""Sent once, without a key; after `Unavailable` it may have happened."""

HARMLESS_TWICE: Final = frozenset({
    "listening:open",  # What people said must not be kept; a view may be on record twice.
})  # fmt: skip
"""Sent again if its answer is lost, without a key: it may happen twice."""
