"""Waveforms for the player: stored peaks, downsampled to what fits on a screen."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from lib.data.records import AudioObject
from lib.observability.logs import get_logger
from lib.storage.client import Storage
from lib.storage.errors import StorageError
from lib.work.playback import waveform

BARS: Final = 600
"""Bars of the whole waveform, shared among its recordings to keep the data small."""
FEWEST_BARS: Final = 8
MOST_RECORDINGS: Final = 400
"""Waveforms fetched per session; further recordings are drawn as plain blocks."""
_AT_ONCE: Final = 8

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Waveform:
    """What the player draws of one recording.

    Attributes:
        peaks: loudness 0 to 100, evenly spaced.
        silences: from and to in milliseconds.
    """

    peaks: list[int]
    silences: list[list[int]]


def load(storage: Storage, recordings: Sequence[AudioObject]) -> dict[str, Waveform]:
    """Fetch the waveforms of a session's recordings; those that fail are left out.

    Args:
        storage: the bucket.
        recordings: of one session, already authorized when they were loaded.
    """
    analysed = [item for item in recordings if item.peaks_key and item.status == "stored"]
    chosen = analysed[:MOST_RECORDINGS]
    total_ms = sum(item.duration_ms or 0 for item in chosen)
    if not chosen:
        return {}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        documents = list(pool.map(lambda item: _document(storage, item), chosen))
    loudest = max((_loudest(document) for document in documents if document), default=0.0)
    return {
        item.id: downsampled(document, _bars(item, total_ms), loudest)
        for item, document in zip(chosen, documents, strict=True)
        if document
    }


def downsampled(document: dict[str, Any], bars: int, loudest: float) -> Waveform:
    """Reduce a stored waveform to `bars` values of 0 to 100 relative to `loudest`."""
    channels: list[list[float]] = document["peaks"]
    length = max((len(channel) for channel in channels), default=0)
    if not length or not loudest:
        return Waveform([0] * bars, document["silences"])
    peaks = []
    for bar in range(bars):
        start = bar * length // bars
        end = max(start + 1, (bar + 1) * length // bars)
        top = max((max(channel[start:end], default=0.0) for channel in channels), default=0.0)
        peaks.append(round(100 * top / loudest))
    return Waveform(peaks, document["silences"])


def _bars(item: AudioObject, total_ms: float) -> int:
    part = (item.duration_ms or 0) / total_ms if total_ms else 0
    return max(FEWEST_BARS, math.ceil(BARS * part))


def _loudest(document: dict[str, Any]) -> float:
    return max((max(channel, default=0.0) for channel in document["peaks"]), default=0.0)


def _document(storage: Storage, item: AudioObject) -> dict[str, Any] | None:
    try:
        raw = waveform(storage, item)
        return json.loads(raw) if raw else None
    except (StorageError, ValueError) as error:
        # Transcript and playback work without the waveform.
        _log.warning("player.no_waveform", audio=item.id, error=type(error).__name__)
        return None
