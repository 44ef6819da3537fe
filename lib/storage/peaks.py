"""Waveform peaks and silences of decoded audio, in one streaming pass with bounded memory.

The stored form is documented in docs/storage.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

FINEST_RATE = 64
"""Buckets per second to begin with; halved whenever there would be more than `MAX_BUCKETS`."""

MAX_BUCKETS = 131_072
SILENCE_PEAK = 0.01
"""Quieter than -40 dBFS on every channel is silence..."""
SILENCE_MS = 500
"""...if it lasts this long."""
MAX_SILENCES = 10_000
MAX_CHANNELS = 2
"""Recordings with more channels are drawn as one."""
MAX_PEAKS_BYTES = 4 * 1024 * 1024
"""Bound of the stored form."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """Waveform of one recording.

    Attributes:
        duration_ms: of the decoded audio.
        sample_rate: Hz.
        channels: of the recording, which may be more than are drawn.
        buckets_per_second: a power of two up to 64.
        peaks: per drawn channel, the largest absolute sample of each bucket, 0..1.
        silences: start and end in milliseconds, ascending, not overlapping.
    """

    duration_ms: int
    sample_rate: int
    channels: int
    buckets_per_second: int
    peaks: list[list[float]]
    silences: list[tuple[int, int]]

    def to_json(self) -> bytes:
        """Return the stored form."""
        document: dict[str, Any] = {
            "version": 1,
            "durationMs": self.duration_ms,
            "sampleRate": self.sample_rate,
            "channels": self.channels,
            "bucketsPerSecond": self.buckets_per_second,
            "peaks": self.peaks,
            "silences": self.silences,
        }
        return json.dumps(document, separators=(",", ":")).encode()


class PeakMeter:
    """Takes decoded samples block by block.

    Args:
        sample_rate: Hz.
        channels: of the blocks.
    """

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate = sample_rate
        self.channels = channels
        self._drawn = channels if channels <= MAX_CHANNELS else 1
        self._samples = 0
        self._open = np.zeros(self._drawn, np.float32)
        self._store = _BucketStore(self._drawn)
        self._silence = _SilenceFinder()

    @property
    def seconds(self) -> float:
        """Length of what has been fed."""
        return self._samples / self._rate

    def feed(self, block: Samples) -> None:
        """Take a block of shape (channels, samples), full scale 1.0."""
        count = block.shape[1]
        if not count:
            return
        levels = np.abs(block)
        np.nan_to_num(levels, copy=False, nan=0.0, posinf=1.0)
        if self._drawn < self.channels:
            levels = levels.max(axis=0, keepdims=True)
        positions = np.arange(self._samples, self._samples + count, dtype=np.int64)
        buckets = positions * FINEST_RATE // self._rate
        starts = np.concatenate(([0], np.flatnonzero(np.diff(buckets)) + 1))
        peaks = np.minimum(np.maximum.reduceat(levels, starts, axis=1), 1.0)
        # The first bucket may have begun in the block before, and the last may go on.
        if self._samples:
            if int(buckets[0]) == (self._samples - 1) * FINEST_RATE // self._rate:
                peaks[:, 0] = np.maximum(peaks[:, 0], self._open)
            else:
                self._complete(self._open[:, np.newaxis])
        self._complete(peaks[:, :-1])
        self._open = peaks[:, -1].copy()
        self._samples += count

    def finish(self) -> Peaks:
        """Return the result; feed nothing afterwards."""
        if self._samples:
            self._complete(self._open[:, np.newaxis])
        duration_ms = round(self.seconds * 1000)
        return Peaks(
            duration_ms=duration_ms,
            sample_rate=self._rate,
            channels=self.channels,
            buckets_per_second=self._store.rate,
            peaks=self._store.rows(),
            silences=self._silence.finish(duration_ms),
        )

    def _complete(self, peaks: Samples) -> None:
        self._silence.feed(peaks)
        self._store.append(peaks)


class _BucketStore:
    """Peaks at a resolution that halves as the recording grows."""

    def __init__(self, channels: int) -> None:
        self._data = np.zeros((channels, MAX_BUCKETS), np.float32)
        self._used = 0
        self._halvings = 0
        self._partial = np.zeros(channels, np.float32)
        self._partial_count = 0

    @property
    def rate(self) -> int:
        return FINEST_RATE >> self._halvings

    def append(self, peaks: Samples) -> None:
        for column in range(peaks.shape[1]):
            np.maximum(self._partial, peaks[:, column], out=self._partial)
            self._partial_count += 1
            if self._partial_count == 2**self._halvings:
                self._push()

    def rows(self) -> list[list[float]]:
        if self._partial_count:
            self._push()
        return [[round(float(value), 3) for value in row] for row in self._data[:, : self._used]]

    def _push(self) -> None:
        self._data[:, self._used] = self._partial
        self._used += 1
        self._partial[:] = 0
        self._partial_count = 0
        if self._used == MAX_BUCKETS:
            half = MAX_BUCKETS // 2
            self._data[:, :half] = np.maximum(self._data[:, ::2], self._data[:, 1::2])
            self._used = half
            self._halvings += 1


class _SilenceFinder:
    """Ranges in which every bucket of every channel is quiet."""

    def __init__(self) -> None:
        self._bucket = 0
        self._quiet_from: int | None = None
        self._found: list[tuple[int, int]] = []

    def feed(self, peaks: Samples) -> None:
        loudest: list[float] = peaks.max(axis=0).tolist()
        for level in loudest:
            is_quiet = level < SILENCE_PEAK
            if is_quiet and self._quiet_from is None:
                self._quiet_from = self._bucket
            elif not is_quiet and self._quiet_from is not None:
                self._close(_milliseconds(self._bucket))
            self._bucket += 1

    def finish(self, duration_ms: int) -> list[tuple[int, int]]:
        if self._quiet_from is not None:
            self._close(duration_ms)
        return self._found

    def _close(self, end: int) -> None:
        start = _milliseconds(self._quiet_from or 0)
        self._quiet_from = None
        if end - start >= SILENCE_MS and len(self._found) < MAX_SILENCES:
            self._found.append((start, end))


def _milliseconds(bucket: int) -> int:
    return bucket * 1000 // FINEST_RATE
