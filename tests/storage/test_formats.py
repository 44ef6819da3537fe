"""Formats are recognised by their bytes; only the six accepted ones are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.storage.formats import (
    FORMATS,
    MAX_AUDIO_BYTES,
    SNIFF_BYTES,
    check_size,
    format_of_content_type,
    promised_bytes,
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
    promised_bytes(head)


@pytest.mark.parametrize("content_type", ["audio/x-wav", "AUDIO/WAV", "audio/wav; codecs=1", ""])
def test_a_content_type_is_accepted_only_as_it_is_listed(content_type: str) -> None:
    with pytest.raises(ValueError, match="content type must be one of audio/wav"):
        format_of_content_type(content_type)


def test_extensions_and_types_are_unambiguous() -> None:
    assert len({item.extension for item in FORMATS}) == len(FORMATS)
    assert len({item.content_type for item in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize("size", [0, -1, MAX_AUDIO_BYTES + 1])
def test_impossible_sizes_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="a recording has between"):
        check_size(size)
