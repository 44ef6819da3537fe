"""Records, calls and table are what the functions say, and nobody else names a function."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from codegen.__main__ import CALLS, described, generated, stale
from codegen.calls import UndocumentedFunction, call_texts
from codegen.types import Shapes, UnsupportedValidator
from lib.data import FunctionFailed, records
from lib.data.functions import (
    Argument,
    Mutation,
    Page,
    Query,
    Reader,
    instant,
    milliseconds,
    writer,
)
from lib.data.records import Ping, Renewal, Review, UserSession
from local.processes import ROOT

NOW = {"now": 1_772_366_400_123.5}


def constants() -> dict[str, str]:
    """Return the names of the described functions by path."""
    return {
        value.path: name
        for name, value in vars(records).items()
        if isinstance(value, Query | Mutation)
    }


def answered(kind: Any, value: object) -> Any:
    return Reader(kind)(json.dumps(value).encode())


@pytest.mark.generated
def test_the_generated_files_are_current() -> None:
    assert stale(generated(described())) == [], "run `python -m codegen`"


def test_every_public_function_can_be_called() -> None:
    calls = "".join(path.read_text() for path in (ROOT / CALLS).glob("*.py"))
    missing = [path for path, name in constants().items() if not re.search(rf"\b{name}\b", calls)]
    assert missing == []


def test_no_other_room_names_a_function() -> None:
    pattern = re.compile("|".join(re.escape(f'"{path}"') for path in constants()))
    rooms = [path for path in (ROOT / "lib").rglob("*.py") if path.name != "records.py"]
    rooms += (ROOT / "pages").rglob("*.py")
    assert [str(path) for path in rooms if pattern.search(path.read_text())] == []


def test_a_function_without_a_short_first_sentence_is_refused() -> None:
    function = {
        "kind": "query",
        "args": {},
        "returns": {"type": "null"},
        "answer": None,
        "comment": "No end",
    }
    with pytest.raises(UndocumentedFunction, match="a:b"):
        call_texts({"a:b": function}, {"a": "About."})


@pytest.mark.parametrize(
    "validator",
    [
        {"type": "int64"},
        {"type": "object", "name": None, "fields": {}},
        {"type": "union", "value": [{"type": "whole"}, {"type": "string"}]},
    ],
)
def test_what_has_no_faithful_type_is_refused(validator: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedValidator, match="a:b"):
        Shapes(reading=True).of(validator, "a:b")


def test_two_objects_of_one_name_are_refused() -> None:
    shapes = Shapes(reading=True)
    shapes.of({"type": "object", "name": "Same", "fields": {}}, "a:b")
    other = {"type": "object", "name": "Same", "fields": {"x": {"type": "null"}}}
    with pytest.raises(UnsupportedValidator, match="Same"):
        shapes.of(other, "a:c")


@pytest.mark.parametrize(("sent", "read"), [("3", 3), ("3.0", 3), ("1e3", 1000)])
def test_a_whole_number_is_an_int_however_it_is_written(sent: str, read: int) -> None:
    found = Reader[int](int)(sent.encode())
    assert (found, type(found)) == (read, int)


def test_a_fraction_where_a_whole_number_was_promised_is_not_cut() -> None:
    with pytest.raises(FunctionFailed, match="another shape"):
        answered(int, 3.5)


@pytest.mark.parametrize("text", ["1.5", "true", "null", "2026-01-01T00:00:00Z", "$", '{"$a":1}'])
def test_a_text_stays_a_text(text: str) -> None:
    assert answered(float | bool | str | tuple[str, ...] | None, text) == text
    assert answered(dict[str, Any], {"a": [text, {"b": text}]}) == {"a": [text, {"b": text}]}


def test_half_of_a_surrogate_pair_is_read_as_the_replacement_character() -> None:
    assert answered(Page[str], {"items": ["\ud83d"], "nextCursor": None}).items == ("\ufffd",)


def test_values_in_convexs_own_encoding_are_decoded() -> None:
    sent = {"$float": "AAAAAAAA8H8="}
    assert answered(dict[str, Any], {"a": sent}) == {"a": float("inf")}
    assert answered(Page[float], {"items": [sent, 1], "nextCursor": None}).items == (
        float("inf"),
        1.0,
    )
    assert answered(Any, {"a": {"$bytes": "AAE="}}) == {"a": b"\x00\x01"}


def test_a_moment_is_an_aware_datetime_to_the_microsecond() -> None:
    found = answered(Ping, NOW)
    assert found.now == datetime(2026, 3, 1, 12, 0, 0, 123500, tzinfo=UTC)
    assert found.now.tzinfo is UTC


def test_a_moment_beyond_the_calendar_is_not_one() -> None:
    with pytest.raises(FunctionFailed, match="another shape"):
        answered(Ping, {"now": 1e300})


def test_a_record_is_read_once_written_as_json_and_never_changed() -> None:
    ping = answered(Ping, NOW)
    assert msgspec.json.encode(ping) == b'{"now":"2026-03-01T12:00:00.123500Z"}'
    assert (ping, hash(ping)) == (answered(Ping, NOW), hash(answered(Ping, NOW)))
    with pytest.raises(AttributeError, match="immutable"):
        ping.now = NOW["now"]
    later = msgspec.structs.replace(ping, now=ping.now + timedelta(days=1))
    assert (later.now - ping.now, later == ping) == (timedelta(days=1), False)


def test_what_is_absent_is_none_and_what_is_new_is_ignored() -> None:
    assert answered(Renewal, {"held": True, "later": 1}) == Renewal(held=True)
    optional = {"title", "ended_at", "metadata"}
    defaults = {field.name: field.default for field in msgspec.structs.fields(UserSession)}
    assert {defaults[name] for name in optional} == {None}


def test_what_is_missing_is_named() -> None:
    with pytest.raises(FunctionFailed, match="missing required field `queueId`"):
        answered(Review, {})


def test_moments_survive_the_way_there_and_back() -> None:
    moment = datetime(2026, 11, 23, 14, 10, 42, 123000, tzinfo=UTC)
    assert instant(milliseconds(moment)) == moment
    elsewhere = moment.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert milliseconds(elsewhere) == milliseconds(moment)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        milliseconds(datetime(2026, 1, 1))  # noqa: DTZ001


def test_none_is_left_out_unless_the_field_may_be_null() -> None:
    write = writer(
        Argument("name", "name"),
        Argument("cursor", "cursor", nullable=True),
        Argument("from_", "from", milliseconds),
    )
    assert write({"name": None, "cursor": None, "from_": instant(5)}) == {"cursor": None, "from": 5}
    assert write({}) == {}
