"""Speech by eSpeak NG, through the shared library that `espeakng-loader` ships.

The library keeps its state in globals and calls back while it works: one speaker per process, one
text at a time. Its C interface is `speak_lib.h` of eSpeak NG 1.52.
"""

from __future__ import annotations

import ctypes
import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import espeakng_loader
import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]

SAMPLE_RATE = 22_050
"""Hz; what every voice of eSpeak NG uses."""

_OUTPUT_SYNCHRONOUS = 2  # samples go to the callback, in the calling thread
_DONT_EXIT = 0x8000  # report missing data instead of ending the process
_CHARS_UTF8 = 1
_RATE, _VOLUME, _PITCH, _RANGE, _WORD_GAP = 1, 2, 3, 4, 7
_OK = 0

_TARGET_RMS = 0.09  # -21 dBFS, a usual level of speech
_PEAK_LIMIT = 0.89  # -1 dBFS
_TRIM_LEVEL = 0.004
_TRIM_MARGIN = SAMPLE_RATE // 40

_DIGIT_GROUPS = re.compile(r"\b\d{2,4}(?:[- ]\d{2,4}){2,}\b")

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class SpeechError(RuntimeError):
    """eSpeak NG cannot speak."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice.

    Attributes:
        name: language and variant of eSpeak NG, such as `gmw/en-US+f3`.
        rate: words per minute.
        pitch: 0 to 100, 50 is the variant's own.
    """

    name: str
    rate: int = 165
    pitch: int = 50


def speak(text: str, voice: Voice) -> Pcm:
    """Return the sound of a text: mono, `SAMPLE_RATE`, levelled, without silence at its ends.

    Raises:
        SpeechError: the library is missing, has no such voice, or made no sound.
    """
    return _level(_trim(_engine().say(_spoken(text), voice)))


def silence(milliseconds: float) -> Pcm:
    """Return that much silence."""
    return np.zeros(round(milliseconds * SAMPLE_RATE / 1000), np.int16)


def milliseconds(pcm: Pcm) -> int:
    """Return the length of a sound."""
    return round(len(pcm) * 1000 / SAMPLE_RATE)


class _Engine:
    """The library, set up once per process."""

    def __init__(self) -> None:
        library = espeakng_loader.load_library()
        if library is None:
            raise SpeechError("the library of espeakng-loader cannot be loaded")
        self._library = library
        self._lock = threading.Lock()
        self._chunks: list[bytes] = []
        self._callback = _Callback(self._take)  # kept: the library holds a bare pointer to it
        data = espeakng_loader.get_data_path().encode()
        rate = library.espeak_Initialize(_OUTPUT_SYNCHRONOUS, 0, data, _DONT_EXIT)
        if rate != SAMPLE_RATE:
            raise SpeechError(f"eSpeak NG did not start (answered {rate})")
        library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: Voice) -> Pcm:
        with self._lock:
            self._chunks.clear()
            if self._library.espeak_SetVoiceByName(voice.name.encode()) != _OK:
                raise SpeechError(f"eSpeak NG has no voice {voice.name}")
            settings = {_RATE: voice.rate, _PITCH: voice.pitch, _VOLUME: 80, _RANGE: 55}
            for parameter, value in (settings | {_WORD_GAP: 1}).items():
                self._library.espeak_SetParameter(parameter, value, 0)
            encoded = text.encode()
            size = ctypes.c_size_t(len(encoded) + 1)
            answer = self._library.espeak_Synth(encoded, size, 0, 1, 0, _CHARS_UTF8, None, None)
            sound = np.frombuffer(b"".join(self._chunks), np.int16)
            self._chunks.clear()
        if answer != _OK or not len(sound):
            raise SpeechError(f"eSpeak NG made no sound (answered {answer})")
        return sound

    def _take(self, samples: Any, count: int, _events: int) -> int:
        if samples and count:
            self._chunks.append(ctypes.string_at(samples, count * 2))
        return 0


@lru_cache(maxsize=1)
def _engine() -> _Engine:
    return _Engine()


def _spoken(text: str) -> str:
    """Write long numbers as people say them: digit by digit, in their groups."""

    def digits(match: re.Match[str]) -> str:
        return ", ".join(" ".join(group) for group in re.split(r"[- ]", match[0]))

    return _DIGIT_GROUPS.sub(digits, text)


def _trim(sound: Pcm) -> Pcm:
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > _TRIM_LEVEL * 32768)
    if not len(loud):
        raise SpeechError("eSpeak NG made only silence")
    return sound[max(loud[0] - _TRIM_MARGIN, 0) : loud[-1] + _TRIM_MARGIN]


def _level(sound: Pcm) -> Pcm:
    """Bring a voice to the usual level; the voices differ by 8 dB, and some would clip."""
    samples = sound.astype(np.float32) / 32768
    gain = _TARGET_RMS / float(np.sqrt(np.mean(samples**2)))
    gain = min(gain, _PEAK_LIMIT / float(np.max(np.abs(samples))))
    return (samples * gain * 32767).astype(np.int16)
