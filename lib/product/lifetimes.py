"""How long things live: what is kept, and what can be used. Each length of time is stated here.

Convex enforces most of these: `convex/model/limits.ts` has the same lengths in milliseconds, and a
test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

SIGNED_URL_LONGEST: Final = timedelta(minutes=15)
"""No signed URL works longer: the bucket's policy refuses older signatures."""
PLAYBACK_URL: Final = timedelta(minutes=5)
"""A signed URL to play a recording, unless `EARSHOT_SIGNED_URL_SECONDS` says otherwise."""
UPLOAD_URL: Final = SIGNED_URL_LONGEST
"""A signed URL to upload a recording: time to begin the PUT, as expiry is checked at its start."""
LATE_UPLOAD: Final = timedelta(hours=1)
"""Time that an upload gets to arrive which began at the end of its URL's life."""

PRIVACY_WINDOW: Final = timedelta(days=90)
"""A recording, unless its writer or `EARSHOT_PRIVACY_WINDOW_DAYS` says otherwise."""
PRIVACY_WINDOW_LONGEST: Final = timedelta(days=3650)

REVIEW_UNDO: Final = timedelta(minutes=2)
"""How long a submitted review can be undone."""
EXPORT_FILE: Final = timedelta(minutes=15)
"""A finished export that waits for its download."""

SINGLE_EVENTS: Final = timedelta(days=7)
"""Sign-in decisions and storage operations that are kept one by one."""
ROLLUPS: Final[Mapping[Literal["minute", "hour", "day"], timedelta]] = {
    "minute": timedelta(days=7),
    "hour": timedelta(days=92),
    "day": timedelta(days=732),
}
"""Measurements, by resolution."""
INCIDENTS: Final = timedelta(days=400)
"""Incidents with their history, from when they began."""
ALERT_MESSAGES: Final = timedelta(days=30)
"""Messages to the channels, and silences that are over."""
