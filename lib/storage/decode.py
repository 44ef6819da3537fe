"""Decodes a recording as a stream and says what it is, or why it is none.

FFmpeg (through PyAV) is told the one demuxer that the first bytes call for, so a recording can
never be read as a playlist or another container. It reads from our file object and opens nothing
itself.
"""

from __future__ import annotations

from typing import Any, Literal, Protocol, cast

import av
import av.error
import numpy as np
from av.audio.resampler import AudioResampler

from lib.storage.errors import StorageError
from lib.storage.formats import AudioFormat
from lib.storage.peaks import PeakMeter, Peaks, Samples
from lib.storage.reader import TooManyJumpsError

Flaw = Literal[
    "empty",
    "mislabelled",
    "length_differs",
    "checksum_differs",
    "no_audio",
    "damaged",
    "truncated",
    "too_long",
    "unsupported",
    "scattered",
    "decoder_failed",
    "replaced",
]

FLAWS: dict[Flaw, str] = {
    "empty": "The recording has no bytes.",
    "mislabelled": "The bytes are not of the announced format.",
    "length_differs": "The recording is not as long as was announced.",
    "checksum_differs": "The bytes are not those that were announced (SHA-256 differs).",
    "no_audio": "No audio could be decoded.",
    "damaged": "More than 1% of the audio packets are damaged.",
    "truncated": "The recording ends before its header says.",
    "too_long": "The recording is longer than 24 hours.",
    "unsupported": "Sample rate or channel count is out of range (4-192 kHz, 1-8 channels).",
    "scattered": "The file can only be read by jumping about in it.",
    "replaced": "The object was replaced after it had been checked.",
    "decoder_failed": "The decoder gave up on the file (crash, memory or time limit).",
}

MAX_SECONDS = 24 * 3600
MIN_RATE, MAX_RATE = 4_000, 192_000
MAX_CHANNELS = 8

_IO_BUFFER = 128 * 1024
_BATCH_SAMPLES = 65_536
_DAMAGE_SHARE = 0.01
_MISSING_SECONDS = 1.0
_MISSING_SHARE = 0.02


class UnplayableError(Exception):
    """The object is no recording that can be played.

    Attributes:
        flaw: why; `FLAWS` has the sentence.
    """

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(FLAWS[flaw])
        self.flaw = flaw


class Readable(Protocol):
    """A seekable file-like object."""

    def read(self, count: int = -1) -> bytes:
        """Read up to `count` bytes."""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move the position."""

    def tell(self) -> int:
        """Return the position."""


def measure(source: Readable, audio_format: AudioFormat) -> Peaks:
    """Decode everything once.

    Raises:
        UnplayableError: it cannot be decoded to its end.
        StorageError: the source could not be read.
    """
    try:
        with av.open(source, mode="r", format=audio_format.demuxer, buffer_size=_IO_BUFFER) as file:
            return _measure_open(file)
    except (StorageError, UnplayableError):
        raise
    except TooManyJumpsError:
        raise UnplayableError("scattered") from None
    except (av.error.FFmpegError, ValueError, OverflowError, MemoryError):
        # FFmpeg reports a failure in many ways; all mean that this is not decodable audio.
        raise UnplayableError("no_audio") from None


def _measure_open(file: Any) -> Peaks:
    stream = next(iter(file.streams.audio), None)
    if stream is None or stream.codec_context is None:  # the latter: a codec nobody knows
        raise UnplayableError("no_audio")
    rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
    if not (rate and channels):
        raise UnplayableError("no_audio")
    if not (MIN_RATE <= rate <= MAX_RATE and 1 <= channels <= MAX_CHANNELS):
        raise UnplayableError("unsupported")
    meter = PeakMeter(rate, channels)
    _decode(file, stream, meter)
    if not meter.seconds:
        raise UnplayableError("no_audio")
    promised = _promised_seconds(file, stream)
    allowance = max(_MISSING_SECONDS, promised * _MISSING_SHARE)
    if promised - meter.seconds > allowance:
        raise UnplayableError("truncated")
    return meter.finish()


def _decode(file: Any, stream: Any, meter: PeakMeter) -> None:
    # Rate and layout stay; a change in the middle of a stream is converted to the first ones.
    resampler = AudioResampler(
        format="fltp", layout=stream.codec_context.layout, rate=stream.codec_context.sample_rate
    )
    batch = _Batch(meter)
    packets = damaged = 0
    for packet in _packets(file, stream):
        packets += 1
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            damaged += 1
            continue
        for frame in frames:
            batch.take(resampler.resample(frame))
        if meter.seconds > MAX_SECONDS:
            raise UnplayableError("too_long")
    batch.take(resampler.resample(None))
    batch.flush()
    if damaged > max(1, packets * _DAMAGE_SHARE):
        raise UnplayableError("damaged")


class _Batch:
    """Collects decoded frames: many codecs give 20 ms a frame, too little to meter one by one."""

    def __init__(self, meter: PeakMeter) -> None:
        self._meter = meter
        self._blocks: list[Samples] = []
        self._samples = 0

    def take(self, frames: list[Any]) -> None:
        for frame in frames:
            self._blocks.append(cast("Samples", frame.to_ndarray()))
            self._samples += frame.samples
        if self._samples >= _BATCH_SAMPLES:
            self.flush()

    def flush(self) -> None:
        if self._blocks:
            self._meter.feed(np.concatenate(self._blocks, axis=1))
        self._blocks, self._samples = [], 0


def _packets(file: Any, stream: Any) -> Any:
    demuxed = file.demux(stream)
    while True:
        try:
            yield next(demuxed)
        except StopIteration:
            return
        except av.error.InvalidDataError:
            # Broken container structure: what came before it decides whether audio is missing.
            return


def _promised_seconds(file: Any, stream: Any) -> float:
    """Length that the container's header claims, 0 if it claims none."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return file.duration / av.time_base if file.duration else 0.0
