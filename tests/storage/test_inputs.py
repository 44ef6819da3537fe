"""What real writers produce: each input with what the analysis finds, or why it refuses it.

`cases/` holds files of other programs, synthetic speech in each; the others are made here.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from lib.storage.decode import REMARKS, Measured, UnplayableError, measure
from lib.storage.formats import SNIFF_BYTES, sniff
from tests.support.audio import Signal, encode, encode_as, tone

CASES = Path(__file__).parent / "cases"
SECONDS = 12
SPEECH = 21_240
"""Milliseconds of the files in `cases/`."""


def told(signal: Signal) -> Signal:
    """Silence most of a signal: its bit rate falls far below that of its beginning."""
    signal[:, signal.shape[1] // 6 :] = 0
    return signal


def wav(riff: int, data: int, *, kept: float = 1.0, rate: int = 8_000) -> bytes:
    """Return a WAV whose sizes say something else, and of which only a part is there."""
    made = bytearray(encode("audio/wav", tone(SECONDS, rate), rate))
    place = made.index(b"data") + 4
    made[4:8] = riff.to_bytes(4, "little")
    made[place : place + 4] = data.to_bytes(4, "little")
    return bytes(made[: int(len(made) * kept)])


def made(container: str, codec: str, rate: int = 48_000, channels: int = 1, **more: Any) -> bytes:
    return encode_as(container, codec, tone(SECONDS, rate, channels), rate, **more)


def part(whole: bytes, begin: float = 0.0, end: float = 1.0) -> bytes:
    return whole[int(len(whole) * begin) : int(len(whole) * end)]


def plain_mp3() -> bytes:
    """An MP3 without tag and Xing header, as a stream has it."""
    return made("mp3", "libmp3lame", file_options={"write_xing": "0", "id3v2_version": "0"})


def falling_vbr() -> bytes:
    """A VBR MP3 without Xing header: by its first frames it would be far shorter."""
    options = {"flags": "+qscale", "global_quality": "0"}
    no_header = {"write_xing": "0"}
    return encode_as(
        "mp3", "libmp3lame", told(tone(SECONDS)), codec_options=options, file_options=no_header
    )


def rising_vbr() -> bytes:
    """The other way round: by its first frames it would be far longer."""
    signal = told(tone(SECONDS))[:, ::-1]
    options = {"flags": "+qscale", "global_quality": "0"}
    no_header = {"write_xing": "0"}
    return encode_as("mp3", "libmp3lame", signal, codec_options=options, file_options=no_header)


def damaged(whole: bytes, count: int, begin: int = 4_000) -> bytes:
    pick = random.Random(1)  # noqa: S311  # a fixed sequence
    spoiled = bytearray(whole)
    for _ in range(count):
        spoiled[pick.randrange(begin, len(spoiled))] ^= 0xFF
    return bytes(spoiled)


def noise(size: int) -> bytes:
    return random.Random(2).randbytes(size)  # noqa: S311  # a fixed sequence


def fragmented(**more: Any) -> bytes:
    flags = {"movflags": "empty_moov+default_base_moof+frag_every_frame"}
    return made("mp4", "aac", file_options=flags, **more)


def without_silence() -> bytes:
    """Opus in WebM of which the middle was not sent, as with DTX or a paused recorder."""
    signal = tone(4, 48_000)
    target = io.BytesIO()
    with av.open(target, "w", format="webm") as file:
        stream = file.add_stream("libopus", rate=48_000, layout="mono")
        assert isinstance(stream, av.AudioStream)
        for second in (0, 1, 9, 10):
            block = np.ascontiguousarray(signal[:, :48_000])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 48_000, second * 48_000
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return target.getvalue()


@dataclass(frozen=True)
class Input:
    """One input.

    Attributes:
        name: what is special.
        make: returns the file.
        result: its length in milliseconds, or the flaw it is refused for.
        codec: that is found.
        remark: what is said of it although it plays.
        start: time stamp of its first sound in milliseconds.
        plays: whether browsers play it.
    """

    name: str
    make: Callable[[], bytes]
    result: int | str
    codec: str = ""
    remark: str | None = None
    start: int = 0
    plays: bool = True


def case(name: str, codec: str, *, start: int = 0, plays: bool = True) -> Input:
    return Input(name, (CASES / name).read_bytes, SPEECH, codec, start=start, plays=plays)


OPEN_SIZES = (
    (0, 0),
    (36, 0),
    (0xFFFF_FFFF, 0xFFFF_FFFF),
    (0x7FFF_FFFE, 0x7FFF_FFFE),
    (0x7FFF_FFFF, 0x7FFF_FFDB),
    (0x7FFF_F024, 0x7FFF_F000),
    (0x8000_0024, 0x8000_0000),
    (0x8000_0023, 0x7FFF_FFFF),
    (0xFFFF_F024, 0xFFFF_F000),
    (0xFFFF_FFFF, 0xFFFF_FFDB),
)
WHOLE = SECONDS * 1000
DATA = SECONDS * 8_000 * 2

INPUTS = [
    case("a3e-fffff000.wav", "pcm_s16le"),
    case("a10b-granule10min.ogg", "opus", start=600_000),
    case("a6-gsm.wav", "gsm_ms", plays=False),
    case("a6b-ima.wav", "adpcm_ima_wav", plays=False),
    case("a7-alac.m4a", "alac", plays=False),
    *(
        Input(f"wav sizes {riff:#x} {data:#x}", partial(wav, riff, data), WHOLE, "pcm_s16le")
        for riff, data in OPEN_SIZES
    ),
    Input("wav, only its data size open", partial(wav, DATA + 70, 0xFFFF_F000), WHOLE, "pcm_s16le"),
    Input("wav, only its file size wrong", partial(wav, 9 * DATA, DATA), WHOLE, "pcm_s16le"),
    Input(
        "wav cut off",
        partial(wav, DATA + 70, DATA, kept=0.5),
        WHOLE // 2,
        "pcm_s16le",
        "truncated",
    ),
    Input("wav to a pipe", partial(made, "wav", "pcm_s16le", to_pipe=True), WHOLE, "pcm_s16le"),
    Input(
        "rf64",
        partial(made, "wav", "pcm_s16le", file_options={"rf64": "always"}),
        WHOLE,
        "pcm_s16le",
    ),
    Input(
        "rf64 cut off",
        lambda: part(made("wav", "pcm_s16le", file_options={"rf64": "always"}), end=0.5),
        WHOLE // 2,
        "pcm_s16le",
        "truncated",
    ),
    Input("telephony mu-law", partial(made, "wav", "pcm_mulaw", 8_000, 2), WHOLE, "pcm_mulaw"),
    Input("telephony A-law", partial(made, "wav", "pcm_alaw", 8_000, 2), WHOLE, "pcm_alaw"),
    Input("float64", partial(made, "wav", "pcm_f64le"), WHOLE, "pcm_f64le", plays=False),
    Input("G.726", partial(made, "wav", "adpcm_g726", 8_000), WHOLE, "adpcm_g726", plays=False),
    Input(
        "Microsoft ADPCM", partial(made, "wav", "adpcm_ms", 8_000), WHOLE, "adpcm_ms", plays=False
    ),
    Input("G.722", partial(made, "wav", "g722", 16_000), WHOLE, "adpcm_g722", plays=False),
    Input("six channels", partial(made, "wav", "pcm_s16le", 48_000, 6), WHOLE, "pcm_s16le"),
    Input("mp3 without Xing header", plain_mp3, WHOLE, "mp3"),
    Input("mp3 to a pipe", partial(made, "mp3", "libmp3lame", to_pipe=True), WHOLE, "mp3"),
    Input("VBR mp3 that gets quiet", falling_vbr, WHOLE, "mp3"),
    Input("VBR mp3 that gets loud", rising_vbr, WHOLE, "mp3"),
    Input("mp3 that begins inside of a frame", lambda: plain_mp3()[157:], WHOLE, "mp3"),
    Input("mp3 after 20 kB of zeros", lambda: bytes(20_000) + plain_mp3(), WHOLE, "mp3"),
    Input("mp3 after zeros, inside of a frame", lambda: bytes(77) + plain_mp3()[99:], WHOLE, "mp3"),
    Input(
        "mp3 with a Xing header, cut off",
        lambda: part(made("mp3", "libmp3lame"), end=0.5),
        WHOLE // 2,
        "mp3",
        "truncated",
    ),
    Input("mp2", partial(made, "mp2", "mp2"), WHOLE, "mp2", plays=False),
    Input(
        "Opus from 10 min",
        partial(made, "ogg", "libopus", begin_at=600),
        WHOLE,
        "opus",
        start=600_000,
    ),
    Input(
        "Opus in Ogg, cut: it states nothing",
        lambda: part(made("ogg", "libopus"), end=0.5),
        WHOLE // 2,
        "opus",
    ),
    Input("Ogg to a pipe", partial(made, "ogg", "libopus", to_pipe=True), WHOLE, "opus"),
    Input(
        "Opus in WebM from 10 min",
        partial(made, "webm", "libopus", begin_at=600),
        WHOLE,
        "opus",
        start=600_000,
    ),
    Input("live WebM", partial(made, "webm", "libopus", file_options={"live": "1"}), WHOLE, "opus"),
    Input(
        "live WebM from 10 min",
        partial(made, "webm", "libopus", to_pipe=True, begin_at=600),
        WHOLE,
        "opus",
        start=600_000,
    ),
    Input(
        "WebM cut off",
        lambda: part(made("webm", "libopus"), end=0.5),
        WHOLE // 2,
        "opus",
        "truncated",
    ),
    Input("WebM with a pause", without_silence, 11_000, "opus"),
    Input("aac", partial(made, "ipod", "aac"), WHOLE, "aac"),
    Input("fragmented aac", fragmented, WHOLE, "aac"),
    Input("fragmented aac from 10 min", partial(fragmented, begin_at=600), WHOLE, "aac"),
    Input(
        "aac from 10 min", partial(made, "mp4", "aac", begin_at=600), WHOLE, "aac", start=600_000
    ),
    Input("AC-3 in mp4", partial(made, "mp4", "ac3"), WHOLE, "ac3", plays=False),
    Input(
        "AMR in 3gp", partial(made, "3gp", "libopencore_amrnb", 8_000), WHOLE, "amr_nb", plays=False
    ),
    Input("mp4 without its index", lambda: part(made("mp4", "aac"), end=0.5), "no_audio"),
    Input("flac to a pipe", partial(made, "flac", "flac", to_pipe=True), WHOLE, "flac"),
    Input(
        "flac cut off", lambda: part(made("flac", "flac"), end=0.5), WHOLE // 2, "flac", "truncated"
    ),
    Input(
        "flac with damage",
        lambda: damaged(made("flac", "flac"), 40),
        WHOLE,
        "flac",
        "partly_damaged",
    ),
    Input(
        "mp3 with noise in it",
        lambda: part(plain_mp3(), end=0.5) + noise(3_000) + part(plain_mp3(), begin=0.5),
        WHOLE,
        "mp3",
    ),
    Input("zeros", lambda: bytes(100_000), "mislabelled"),
    Input("noise", lambda: noise(100_000), "mislabelled"),
    Input("a text that holds an mp3", lambda: b"<html>" * 2_000 + plain_mp3(), "mislabelled"),
    Input("flac header and nothing", lambda: made("flac", "flac")[:8_300], "damaged"),
]


def measured(data: bytes) -> Measured:
    kind = sniff(data[:SNIFF_BYTES])
    if kind is None:
        raise UnplayableError("mislabelled")
    return measure(io.BytesIO(data), kind)


@pytest.mark.parametrize("given", INPUTS, ids=lambda given: given.name)
def test_each_input_is_what_it_is(given: Input) -> None:
    data = given.make()
    if isinstance(given.result, str):
        with pytest.raises(UnplayableError) as caught:
            measured(data)
        assert caught.value.flaw == given.result
        return
    found = measured(data)
    assert found.peaks.duration_ms == pytest.approx(given.result, abs=max(120, given.result * 0.06))
    assert (found.codec, found.remark) == (given.codec, given.remark)
    assert found.media_start_ms == pytest.approx(given.start, abs=30)
    kind = sniff(data[:SNIFF_BYTES])
    assert kind is not None
    assert kind.plays_in_browsers(found.codec) is given.plays


def test_every_file_of_another_program_is_in_the_table() -> None:
    assert {item.name for item in INPUTS} >= {path.name for path in CASES.iterdir()}


def test_every_remark_is_seen() -> None:
    assert {item.remark for item in INPUTS} >= set(REMARKS)
