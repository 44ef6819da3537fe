"""Decodes a recording as a stream and says what it is, or why it is none.

FFmpeg (through PyAV) is told the one demuxer that the first bytes call for, so a recording can
never be read as a playlist or another container. It reads from our file object and opens nothing
itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast

import av
import av.error
import numpy as np
from av.audio.resampler import AudioResampler

from lib.storage.errors import StorageError
from lib.storage.formats import SNIFF_BYTES, AudioFormat, sniff
from lib.storage.peaks import PeakMeter, Peaks, Samples
from lib.storage.reader import TooManyJumpsError
from lib.storage.stated_length import Opened, stated_seconds

Flaw = Literal[
    "empty",
    "mislabelled",
    "length_differs",
    "checksum_differs",
    "no_audio",
    "damaged",
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
    "damaged": "None of the audio in the file can be decoded.",
    "too_long": "The recording is longer than 24 hours.",
    "unsupported": "Sample rate or channel count is out of range (4-192 kHz, 1-8 channels).",
    "scattered": "The file can only be read by jumping about in it.",
    "replaced": "The object was replaced after it had been checked.",
    "decoder_failed": "The decoder gave up on the file (crash, memory or time limit).",
}

Remark = Literal["truncated", "partly_damaged"]

REMARKS: dict[Remark, str] = {
    "truncated": "The file states more sound than it has: it was cut off.",
    "partly_damaged": "More than 1% of the audio packets are damaged and left out.",
}
"""What is wrong with a recording that plays all the same."""

MAX_SECONDS = 24 * 3600
MIN_RATE, MAX_RATE = 4_000, 192_000
MAX_CHANNELS = 8

_IO_BUFFER = 128 * 1024
_BATCH_SAMPLES = 65_536
_DAMAGE_SHARE = 0.01
_MISSING_SECONDS = 1.0
_MISSING_SHARE = 0.02
_GAP_SECONDS = 0.1
_LATEST_START_MS = 2**53 - 1  # the largest whole number that Convex and browsers keep exactly


class UnplayableError(Exception):
    """The object is no recording that can be decoded.

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


@dataclass(frozen=True, slots=True)
class Measured:
    """What decoding found.

    Attributes:
        peaks: waveform and length.
        codec: FFmpeg's name of the codec.
        media_start_ms: time stamp of the first sound: a stream that was cut out of a longer one
            may begin at any moment, and browsers count from zero all the same.
        remark: what is wrong with it, None if nothing is.
    """

    peaks: Peaks
    codec: str
    media_start_ms: int
    remark: Remark | None


def measure(source: Readable, audio_format: AudioFormat) -> Measured:
    """Decode everything once.

    Args:
        source: at its start.
        audio_format: that it must be of.

    Raises:
        UnplayableError: nothing in it can be played, or it is out of bounds.
        StorageError: the source could not be read.
    """
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    head = source.read(SNIFF_BYTES)
    if sniff(head) != audio_format:
        raise UnplayableError("mislabelled")
    source.seek(0)
    try:
        with av.open(source, mode="r", format=audio_format.demuxer, buffer_size=_IO_BUFFER) as file:
            return _measure_open(Opened(audio_format, head, size, file, _stream_of(file)))
    except (StorageError, UnplayableError):
        raise
    except TooManyJumpsError:
        raise UnplayableError("scattered") from None
    except (av.error.FFmpegError, ValueError, OverflowError, MemoryError):
        # FFmpeg reports a failure in many ways; all mean that this is not decodable audio.
        raise UnplayableError("no_audio") from None


def _stream_of(container: Any) -> Any:
    stream = next(iter(container.streams.audio), None)
    if stream is None or stream.codec_context is None:  # the latter: a codec nobody knows
        raise UnplayableError("no_audio")
    return stream


def _measure_open(file: Opened) -> Measured:
    context = file.stream.codec_context
    rate, channels = context.sample_rate, context.channels
    if not (rate and channels):
        raise UnplayableError("no_audio")
    if not (MIN_RATE <= rate <= MAX_RATE and 1 <= channels <= MAX_CHANNELS):
        raise UnplayableError("unsupported")
    meter = PeakMeter(rate, channels)
    decoding = _Decoding(file, meter)
    decoding.run()
    if not meter.seconds:
        raise UnplayableError("damaged" if decoding.damaged else "no_audio")
    # Only these containers carry time stamps; in the others frames are counted from zero.
    has_times = file.audio_format.demuxer in {"ogg", "matroska", "mp4"}
    start = decoding.start if has_times and decoding.start else 0.0
    lost = 0.0 if has_times else decoding.left_out
    return Measured(
        meter.finish(),
        context.codec.canonical_name,
        min(max(0, round(start * 1000)), _LATEST_START_MS),
        _remark(decoding, lost, stated_seconds(file, meter.seconds), meter.seconds),
    )


def _remark(
    decoding: _Decoding, lost: float, stated: float | None, seconds: float
) -> Remark | None:
    too_many = decoding.damaged > max(1, decoding.packets * _DAMAGE_SHARE)
    if too_many or lost > seconds * _DAMAGE_SHARE:
        return "partly_damaged"
    if stated and stated - seconds > max(_MISSING_SECONDS, stated * _MISSING_SHARE):
        return "truncated"
    return None


class _Decoding:
    """One pass over the packets of a stream; damaged ones are counted and left out.

    Attributes:
        packets: seen.
        damaged: of them.
        start: time stamp of the first sound in seconds, None before it or if it has none.
        left_out: seconds for which there is no sound between time stamps.
    """

    def __init__(self, file: Opened, meter: PeakMeter) -> None:
        context = file.stream.codec_context
        self._file, self._rate = file, context.sample_rate
        self._meter = meter
        self._batch = _Batch(meter)
        # Rate and layout stay; a change in the middle of a stream is converted to the first ones.
        self._resampler = AudioResampler(
            format="fltp", layout=context.layout, rate=context.sample_rate
        )
        self._end = _end_of(file)
        self.packets = self.damaged = 0
        self.start: float | None = None
        self.left_out = 0.0

    def run(self) -> None:
        for packet in _packets(self._file):
            self.packets += 1
            try:
                frames = packet.decode()
            except av.error.EOFError:
                break
            except av.error.FFmpegError:
                self.damaged += 1
                continue
            for frame in frames:
                self._take(frame)
            if self._meter.seconds > MAX_SECONDS:
                raise UnplayableError("too_long")
        self._batch.take(self._resampler.resample(None))
        self._batch.flush()

    def _take(self, frame: Any) -> None:
        if frame.time is not None:
            if self.start is None:
                self.start = frame.time - self._batch.samples / self._rate
            # Recorders leave out what is silent or was paused; a player keeps to the time stamps.
            gap = frame.time - self.start - self._batch.samples / self._rate
            if gap > _GAP_SECONDS and frame.time <= self._end:
                self._batch.silence(round(gap * self._rate))
                self.left_out += gap
        self._batch.take(self._resampler.resample(frame))


def _end_of(file: Opened) -> float:
    """Return the time stamp after which none is believed, in seconds."""
    stream, container = file.stream, file.container
    if stream.duration and stream.time_base:
        return float((stream.duration + max(0, stream.start_time or 0)) * stream.time_base) + 1
    if container.duration:
        return float(container.duration / av.time_base) + 1
    return float((container.start_time or 0) / av.time_base) + MAX_SECONDS


class _Batch:
    """Collects decoded frames: many codecs give 20 ms a frame, too little to meter one by one."""

    def __init__(self, meter: PeakMeter) -> None:
        self._meter = meter
        self._blocks: list[Samples] = []
        self._waiting = 0
        self.samples = 0

    def take(self, frames: list[Any]) -> None:
        for frame in frames:
            self._blocks.append(cast("Samples", frame.to_ndarray()))
            self._waiting += frame.samples
            self.samples += frame.samples
        if self._waiting >= _BATCH_SAMPLES:
            self.flush()

    def silence(self, samples: int) -> None:
        self.flush()
        self.samples += samples
        for start in range(0, samples, _BATCH_SAMPLES):
            count = min(_BATCH_SAMPLES, samples - start)
            self._meter.feed(np.zeros((self._meter.channels, count), np.float32))

    def flush(self) -> None:
        if self._blocks:
            self._meter.feed(np.concatenate(self._blocks, axis=1))
        self._blocks, self._waiting = [], 0


def _packets(file: Opened) -> Iterator[Any]:
    demuxed = file.container.demux(file.stream)
    while True:
        try:
            yield next(demuxed)
        except StopIteration:
            return
        except av.error.InvalidDataError:
            # Broken container structure: what came before it is what there is.
            return
