"""The list of codecs that browsers play is what Chromium plays: each one is tried."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from lib.storage.decode import Measured, measure
from lib.storage.formats import FORMATS, SNIFF_BYTES, AudioFormat, sniff
from tests.support.audio import encode_as, tone
from tests.support.browser import new_context

CASES = Path(__file__).parents[1] / "storage" / "cases"

# Resolves to the seconds that were played, or to the error of the media element.
PLAY = """
url => new Promise(done => {
  const audio = new Audio();
  audio.addEventListener("error", () => done(audio.error.message || "error"));
  audio.addEventListener("timeupdate", () => {
    if (audio.currentTime > 0.2) { audio.pause(); done(audio.currentTime); }
  });
  audio.src = url;
  audio.play().catch(() => undefined);
})
"""

RATES = {"pcm_mulaw": 8_000, "pcm_alaw": 8_000, "libopencore_amrnb": 8_000, "g722": 16_000} | (
    dict.fromkeys(("adpcm_ms", "adpcm_ima_wav", "adpcm_g726", "adpcm_yamaha"), 8_000)
)
PCM = "pcm_u8 pcm_s16le pcm_s24le pcm_s32le pcm_f32le pcm_mulaw pcm_alaw"
ENCODERS = {
    "wav": f"{PCM} pcm_s64le pcm_f64le adpcm_ms adpcm_ima_wav adpcm_g726 adpcm_yamaha g722 ac3 "
    "libmp3lame flac",
    "mp3": "libmp3lame",
    "mp2": "mp2",
    "ogg": "libopus flac vorbis",
    "webm": "libopus vorbis",
    "mp4": "aac alac libmp3lame libopus flac ac3 eac3",
    "mov": f"{PCM} pcm_s16be pcm_s24be pcm_s32be pcm_f64le alac adpcm_ima_qt",
    "3gp": "libopencore_amrnb",
    "flac": "flac",
}
MADE = [(container, codec) for container, names in ENCODERS.items() for codec in names.split()]


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    context = new_context(browser)
    yield context.new_page()
    context.close()


def made(container: str, codec: str) -> bytes:
    channels = 1 if codec in {"libopencore_amrnb", "adpcm_g726", "g722"} else 2
    rate = RATES.get(codec, 48_000)
    experimental = {"strict": "experimental"} if codec == "vorbis" else {}
    sound = tone(2, rate, channels)
    return encode_as(container, codec, sound, rate, codec_options=experimental)


def analysed(data: bytes) -> tuple[AudioFormat, Measured]:
    kind = sniff(data[:SNIFF_BYTES])
    assert kind is not None
    return kind, measure(io.BytesIO(data), kind)


def plays(page: Page, data: bytes, content_type: str) -> bool:
    encoded = base64.b64encode(data).decode()
    result = page.evaluate(PLAY, f"data:{content_type};base64,{encoded}")
    return isinstance(result, float)


@pytest.mark.parametrize(("container", "codec"), MADE)
def test_chromium_plays_what_is_on_the_list_and_nothing_else(
    blank: Page, container: str, codec: str
) -> None:
    data = made(container, codec)
    kind, found = analysed(data)
    assert plays(blank, data, kind.content_type) is kind.plays_in_browsers(found.codec)


@pytest.mark.parametrize("path", sorted(CASES.iterdir()), ids=lambda path: path.name)
def test_files_of_other_programs_play_if_they_are_said_to(blank: Page, path: Path) -> None:
    data = path.read_bytes()
    kind, found = analysed(data)
    assert plays(blank, data, kind.content_type) is kind.plays_in_browsers(found.codec)


def test_nothing_on_the_list_is_left_untried() -> None:
    tried = set()
    for container, codec in MADE:
        kind, found = analysed(made(container, codec))
        tried.add((kind.content_type, found.codec))
    assert tried >= {(item.content_type, codec) for item in FORMATS for codec in item.codecs}
