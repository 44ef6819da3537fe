"""Keys: what is built is parsed, and nothing else is accepted."""

from __future__ import annotations

import json
import string
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.storage.formats import FORMATS
from lib.storage.keys import AudioKey, peaks_key

SESSIONS = st.text(string.ascii_lowercase + string.digits, min_size=16, max_size=64)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
TYPES = st.sampled_from([item.content_type for item in FORMATS])


@given(SESSIONS, TYPES, MOMENTS)
def test_every_key_that_is_built_is_parsed_to_the_same(
    session: str, content_type: str, moment: datetime
) -> None:
    key = AudioKey.new(session, content_type, moment)
    assert AudioKey.parse(str(key)) == key
    assert key.day == moment.date()
    assert key.extension != "peaks.json"
    assert AudioKey.parse(peaks_key(str(key))).extension == "peaks.json"
    assert peaks_key(str(key)).rpartition("/")[0] == str(key).rpartition("/")[0]


@given(st.text())
def test_text_is_refused_unless_it_is_exactly_a_key(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        AudioKey.parse(text)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key + "\n",
        lambda key: "/" + key,
        lambda key: key.replace("audio/v1", "audio/v2"),
        lambda key: key.replace(".wav", ".exe"),
        lambda key: key.replace(".wav", ""),
        lambda key: key.upper(),
        lambda key: key.replace("/2026/", "/../"),
        lambda key: key.replace("/02/03/", "/02/30/"),
        lambda key: key + ".peaks.json",
        lambda key: key.replace("2026", "\uff12\uff10\uff12\uff16"),
    ],
)
def test_a_spoiled_key_is_refused(spoil: object) -> None:
    key = str(AudioKey.new("a" * 31, "audio/wav", datetime(2026, 2, 3, tzinfo=UTC)))
    with pytest.raises(ValueError, match=r".+"):
        AudioKey.parse(spoil(key))  # type: ignore[operator]


def test_the_day_is_that_of_utc() -> None:
    late = datetime.fromisoformat("2026-02-03T23:30:00-05:00")
    assert str(AudioKey.new("a" * 31, "audio/wav", late)).startswith("audio/v1/2026/02/04/")


def test_no_two_keys_are_the_same() -> None:
    keys = {str(AudioKey.new("a" * 31, "audio/wav")) for _ in range(1000)}
    assert len(keys) == 1000


def test_a_key_cannot_smuggle_a_path_through_the_session() -> None:
    with pytest.raises(ValueError, match="not an audio key"):
        AudioKey.new("../../../etc/passwd", "audio/wav")


TABLE = json.loads((Path(__file__).parent / "audio_keys.json").read_text())["cases"]


@pytest.mark.parametrize("case", TABLE, ids=[case["why"] for case in TABLE])
def test_keys_are_told_from_other_texts_as_convex_tells_them(case: dict[str, Any]) -> None:
    if case["valid"]:
        assert str(AudioKey.parse(case["key"])) == case["key"]
    else:
        with pytest.raises(ValueError, match=r".+"):
            AudioKey.parse(case["key"])
