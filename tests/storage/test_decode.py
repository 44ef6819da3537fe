"""Recordings are measured to their end, and what is none is refused with a reason."""

from __future__ import annotations

import contextlib
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.storage.decode import FLAWS, UnplayableError, measure
from lib.storage.formats import format_of_content_type
from lib.storage.peaks import Peaks
from tests.support.audio import CONTENT_TYPES, encode, recording, tone


def measured(data: bytes, content_type: str) -> Peaks:
    return measure(io.BytesIO(data), format_of_content_type(content_type))


def flaw(data: bytes, content_type: str) -> str:
    with pytest.raises(UnplayableError) as caught:
        measured(data, content_type)
    assert str(caught.value) == FLAWS[caught.value.flaw]
    return caught.value.flaw


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_each_format_is_measured(content_type: str, channels: int) -> None:
    found = measured(recording(content_type, 2.0, channels), content_type)
    assert found.duration_ms == pytest.approx(2000, abs=40)
    assert found.channels == channels
    assert found.sample_rate == 48_000
    assert max(found.peaks[0]) == pytest.approx(0.5, abs=0.25)  # codecs ring at an edge
    ((start, end),) = found.silences
    assert start == pytest.approx(500, abs=60)
    assert end == pytest.approx(1500, abs=60)


@pytest.mark.parametrize("content_type", ["audio/mpeg", "audio/webm", "audio/flac", "audio/mp4"])
def test_a_recording_that_ends_too_early_is_refused(content_type: str) -> None:
    data = recording(content_type, 6.0)
    assert flaw(data[: len(data) // 2], content_type) in {"truncated", "no_audio"}


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_a_header_alone_is_no_recording(content_type: str) -> None:
    assert flaw(recording(content_type)[:44], content_type) in {"no_audio", "unsupported"}


def test_a_recording_read_as_another_format_is_refused() -> None:
    assert flaw(recording("audio/flac"), "audio/ogg") == "no_audio"


def test_a_damaged_recording_is_refused() -> None:
    data = bytearray(recording("audio/flac", 6.0))
    pick = random.Random(1)  # noqa: S311  # a fixed sequence
    for _ in range(len(data) // 50):
        data[pick.randrange(200, len(data))] = pick.randrange(256)
    assert flaw(bytes(data), "audio/flac") in {"damaged", "truncated", "no_audio"}


def test_a_playlist_is_never_followed() -> None:
    assert flaw(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n" * 50, "audio/mpeg") == "no_audio"


def test_a_rate_out_of_range_is_refused() -> None:
    header = bytearray(encode("audio/wav", tone(0.5)))
    header[24:28] = (1_000).to_bytes(4, "little")
    assert flaw(bytes(header), "audio/wav") == "unsupported"


def test_a_recorder_that_left_the_length_open_is_accepted() -> None:
    data = bytearray(recording("audio/wav"))
    data[4:8] = b"\xff\xff\xff\xff"
    place = data.index(b"data") + 4
    data[place : place + 4] = b"\xff\xff\xff\xff"
    assert measured(bytes(data), "audio/wav").duration_ms == 2000


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CONTENT_TYPES), st.data())
def test_hostile_bytes_end_in_a_result_or_a_reason(content_type: str, data: st.DataObject) -> None:
    original = recording(content_type, 0.5)
    spoiled = bytearray(original)
    for _ in range(data.draw(st.integers(1, 20))):
        at = data.draw(st.integers(0, len(spoiled) - 1))
        patch = data.draw(st.binary(min_size=1, max_size=8))
        spoiled[at : at + len(patch)] = patch
    with contextlib.suppress(UnplayableError):
        found = measured(bytes(spoiled), content_type)
        assert 0 <= max(max(row) for row in found.peaks) <= 1
