"""Recordings are measured to their end, and what is none is refused with a reason."""

from __future__ import annotations

import contextlib
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.storage.decode import FLAWS, Measured, UnplayableError, measure
from lib.storage.formats import format_of_content_type
from lib.storage.peaks import Peaks
from tests.support.audio import CONTENT_TYPES, encode, recording, tone


def decoded(data: bytes, content_type: str) -> Measured:
    return measure(io.BytesIO(data), format_of_content_type(content_type))


def measured(data: bytes, content_type: str) -> Peaks:
    return decoded(data, content_type).peaks


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


@pytest.mark.parametrize("content_type", ["audio/mpeg", "audio/webm", "audio/flac", "audio/wav"])
def test_what_there_is_of_a_recording_that_was_cut_off_is_measured(content_type: str) -> None:
    data = recording(content_type, 6.0)
    found = decoded(data[: len(data) // 2], content_type)
    assert found.remark == "truncated"
    assert 500 < found.peaks.duration_ms < 5_500


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_a_header_alone_is_no_recording(content_type: str) -> None:
    data = recording(content_type)[:44]
    assert flaw(data, content_type) in {"no_audio", "unsupported", "mislabelled", "damaged"}


def test_a_recording_read_as_another_format_is_refused() -> None:
    assert flaw(recording("audio/flac"), "audio/ogg") == "mislabelled"


def test_what_can_be_decoded_of_a_damaged_recording_is_measured() -> None:
    data = bytearray(recording("audio/flac", 6.0))
    pick = random.Random(1)  # noqa: S311  # a fixed sequence
    for _ in range(30):
        data[pick.randrange(10_000, len(data))] ^= 0xFF
    found = decoded(bytes(data), "audio/flac")
    assert found.remark == "partly_damaged"
    assert found.peaks.duration_ms == pytest.approx(6000, abs=200)


def test_a_recording_of_which_nothing_can_be_decoded_is_refused() -> None:
    data = recording("audio/flac", 6.0)
    spoiled = data[:100] + bytes(byte ^ 0x55 for byte in data[100:])
    assert flaw(spoiled, "audio/flac") in {"damaged", "no_audio"}


def test_a_playlist_is_never_followed() -> None:
    assert flaw(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n" * 50, "audio/mpeg") == "mislabelled"


def test_a_rate_out_of_range_is_refused() -> None:
    header = bytearray(encode("audio/wav", tone(0.5)))
    header[24:28] = (1_000).to_bytes(4, "little")
    assert flaw(bytes(header), "audio/wav") == "unsupported"


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
