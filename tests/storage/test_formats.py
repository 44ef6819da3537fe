"""Formats are recognised by their bytes; only the six accepted ones are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.storage.formats import (
    CONTENT_TYPE_PATTERN,
    FORMATS,
    MAX_AUDIO_BYTES,
    SNIFF_BYTES,
    check_size,
    format_of_content_type,
    sniff,
)
from tests.support.audio import CONTENT_TYPES, recording


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_each_format_is_recognised_by_its_first_bytes(content_type: str) -> None:
    found = sniff(recording(content_type)[:SNIFF_BYTES])
    assert found is not None
    assert found.content_type == content_type


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"R",
        b"RIFF\0\0\0\0AVI LIST",
        b"<!doctype html>",
        b"MZ\x90\0",
        b"%PDF-1.7",
        b"PK\3\4",
        b"\x1a\x45\xdf\xa3\x42\x82\x88matroska",
        b"\xff\xff\xff\xff",
        b"\xff\xe9\0\0",
        b"#EXTM3U\n",
        b"<?xml version='1.0'?><svg onload=alert(1)>",
        b"\0\0\0\x20moov",
    ],
)
def test_nothing_else_is(head: bytes) -> None:
    assert sniff(head) is None


@given(st.binary(max_size=64))
def test_any_bytes_can_be_looked_at(head: bytes) -> None:
    sniff(head)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("audio/wav", "audio/wav"),
        ("audio/x-wav", "audio/wav"),
        ("audio/wave", "audio/wav"),
        ("audio/vnd.wave;codec=1", "audio/wav"),
        ("audio/wav; codecs=1", "audio/wav"),
        ("audio/x-m4a", "audio/mp4"),
        ('audio/mp4; codecs="mp4a.40.2"', "audio/mp4"),
        ("audio/mp3", "audio/mpeg"),
        ("audio/webm;codecs=opus", "audio/webm"),
        ("audio/webm ; codecs=opus", "audio/webm"),
        ("audio/ogg; codecs=opus", "audio/ogg"),
        ("audio/opus", "audio/ogg"),
        ("audio/x-flac", "audio/flac"),
    ],
)
def test_a_content_type_is_known_by_every_name_and_with_parameters(given: str, stored: str) -> None:
    assert format_of_content_type(given).content_type == stored
    assert format_of_content_type(given.upper()).content_type == stored
    assert re.search(CONTENT_TYPE_PATTERN, given)


@pytest.mark.parametrize(
    "content_type", ["", ";", "audio", "audio/", "audio/wav,audio/ogg", "video/mp4", "audio/wavx"]
)
def test_other_content_types_are_refused_with_those_that_are_accepted(content_type: str) -> None:
    with pytest.raises(ValueError, match="content type must be one of audio/wav, audio/mpeg"):
        format_of_content_type(content_type)
    assert not re.search(CONTENT_TYPE_PATTERN, content_type)


def test_no_name_of_a_content_type_means_two_formats() -> None:
    names = [name for item in FORMATS for name in (item.content_type, *item.aliases)]
    assert len(set(names)) == len(names)


def test_extensions_and_types_are_unambiguous() -> None:
    assert len({item.extension for item in FORMATS}) == len(FORMATS)
    assert len({item.content_type for item in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize("size", [0, -1, MAX_AUDIO_BYTES + 1])
def test_impossible_sizes_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="a recording has between"):
        check_size(size)
