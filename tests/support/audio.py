"""Recordings for tests: real files of every accepted format, made with PyAV."""

from __future__ import annotations

import io
import wave
from functools import lru_cache

import av
import numpy as np
import numpy.typing as npt

Signal = npt.NDArray[np.float32]

_ENCODERS = {
    "audio/wav": ("wav", "pcm_s16le"),
    "audio/mpeg": ("mp3", "libmp3lame"),
    "audio/ogg": ("ogg", "libopus"),
    "audio/webm": ("webm", "libopus"),
    "audio/mp4": ("ipod", "aac"),
    "audio/flac": ("flac", "flac"),
}
CONTENT_TYPES = tuple(_ENCODERS)
_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}


def tone(seconds: float, rate: int = 48_000, channels: int = 1, level: float = 0.5) -> Signal:
    """Return a 440 Hz tone of shape (channels, samples)."""
    time = np.arange(int(rate * seconds)) / rate
    return np.stack([level * np.sin(2 * np.pi * 440 * time)] * channels).astype(np.float32)


@lru_cache(maxsize=32)
def recording(content_type: str, seconds: float = 2.0, channels: int = 1) -> bytes:
    """Return a file: tone, then silence for its middle half, then tone again."""
    signal = tone(seconds, channels=channels)
    quarter = signal.shape[1] // 4
    signal[:, quarter : 3 * quarter] = 0
    return encode(content_type, signal)


def encode(content_type: str, signal: Signal, rate: int = 48_000) -> bytes:
    """Encode samples of shape (channels, samples)."""
    container, codec = _ENCODERS[content_type]
    return encode_as(container, codec, signal, rate)


def encode_as(
    container: str,
    codec: str,
    signal: Signal,
    rate: int = 48_000,
    *,
    codec_options: dict[str, str] | None = None,
    file_options: dict[str, str] | None = None,
    begin_at: int = 0,
    to_pipe: bool = False,
) -> bytes:
    """Encode samples with any of FFmpeg's muxers and encoders.

    Args:
        container: muxer.
        codec: encoder.
        signal: shape (channels, samples).
        rate: Hz.
        codec_options: of the encoder.
        file_options: of the muxer.
        begin_at: time stamp of the first sample in seconds, as in a cut-out of a stream.
        to_pipe: the writer cannot go back to fill in what it learns later.
    """
    layout = _LAYOUTS[signal.shape[0]]
    target = io.BytesIO()
    sink = _Pipe(target) if to_pipe else target
    with av.open(sink, "w", format=container, options=file_options or {}) as file:
        stream = file.add_stream(codec, rate=rate, layout=layout, options=codec_options or {})
        assert isinstance(stream, av.AudioStream)
        for start in range(0, signal.shape[1], rate):
            block = np.ascontiguousarray(signal[:, start : start + rate])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate, start + begin_at * rate
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return target.getvalue()


class _Pipe:
    def __init__(self, target: io.BytesIO) -> None:
        self._target = target

    def write(self, data: bytes) -> int:
        return self._target.write(data)


def noise_wav(size: int, rate: int = 16_000) -> bytes:
    """Return a mono WAV of noise of about `size` bytes, made block by block."""
    block = (np.random.default_rng(1).standard_normal(rate * 10) * 3000).astype("<i2").tobytes()
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        for _ in range(max(1, size // len(block))):
            file.writeframesraw(block)
    return target.getvalue()
