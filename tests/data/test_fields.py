"""What Python accepts from outside is what the functions accept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from lib.data import fields


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (fields.Name, "x" * 200, "x" * 201),
        (fields.Title, "\U0001f600" * 300, "\U0001f600" * 301),
        (fields.Email, "x", ""),
        (fields.Identifier, "a b", " a"),
        (fields.Identifier, "x" * 200, "a\x00b"),
        (fields.Text, "é" * 16 * 1024, "é" * 16 * 1024 + "x"),
        (fields.Text, "tab\t, lines\r\n", "\ud800"),
        (fields.Text, "", "\x00"),
        (fields.Text, "\U0001f600", "\x1b[2J"),
        (fields.Name, "\U0001f600" * 200, "\x9b"),
        (fields.Title, "x", "\x07"),
        (fields.Metadata, {"a": ["\t"]}, {"a": ["\x00"]}),
        (fields.Text, "tab\tline\n", "a\0b"),
        (fields.Name, "\u05e9\u05dc", "a\x1b[31mb"),
        (fields.Email, "a@b", "a\x9fb"),
        (fields.Labels, [str(n) for n in range(32)], [str(n) for n in range(33)]),
        (fields.Labels, ["a", "b"], ["a", "a"]),
        (fields.Labels, ["x" * 64], ["a "]),
        (fields.Duration, 86_400_000, 86_400_001),
        (fields.Duration, 0, -1),
        (fields.Duration, 0.5, float("nan")),
        (fields.Tokens, 10_000_000, 10_000_001),
        (fields.Cost, 10_000, 10_000.01),
        (fields.Sequence, 1_000_000, 1_000_001),
        (fields.Score, 5, 6),
        (fields.Score, 1.0, 1.5),
        (fields.Moment, "2000-01-01T00:00:00Z", "1999-12-31T23:59:59.999Z"),
        (fields.Moment, "2199-12-31T23:59:59.999Z", "2200-01-01T00:00:00Z"),
        (fields.Metadata, {"a": {"b": [1, "x", None]}}, {"$a": 1}),
        (fields.Metadata, {}, {"_a": 1}),
        (fields.Metadata, {"a": "\t"}, {"a": ["x\0"]}),
        (fields.Moment, "2026-01-31 12:00:00Z", "1769860800"),
        (fields.Moment, "2026-01-31t12:00:00+01:00", "20260131"),
        (fields.Metadata, {"a": 2**53}, {"a": 2**53 + 1}),
        (fields.Metadata, {"a": "x" * (16 * 1024 - 8)}, {"a": "x" * (16 * 1024 - 7)}),
        (
            fields.Metadata,
            json.loads('{"a":' * 8 + "1" + "}" * 8),
            json.loads('{"a":' * 9 + "1" + "}" * 9),
        ),
    ],
)
def test_a_field_takes_what_is_within_its_limit_and_nothing_beyond(
    kind: Any, good: Any, bad: Any
) -> None:
    adapter = TypeAdapter(kind)
    adapter.validate_python(good)
    with pytest.raises(ValidationError):
        adapter.validate_python(bad)
