"""A run under load says of each target whether it was met, and its users behave as browsers do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.load_outcome import Outcome
from benchmarks.load_report import markdown
from benchmarks.processes import Usage
from tests.support.kept_messages import KeptMessages

GROWTH = "growth of the app's memory in the second half"
REVIEWS = "sessions handed to two reviewers, reviews lost or doubled, claims stuck"
TURNS = "turns acknowledged and not stored, or stored and not acknowledged"
TIMES = {"count": 1, "p50Ms": 1.0, "p95Ms": 1.0, "p99Ms": 1.0, "maxMs": 1.0}


def outcome(**changes: Any) -> Outcome:
    used = {
        "cores": 0.5,
        "firstMib": 300.0,
        "lastMib": 320.0,
        "peakMib": 325.0,
        "growthMibPerMinute": 0.5,
    }
    described: dict[str, Any] = {
        "plan": {
            "visitors": 50,
            "view_seconds": 10,
            "writers": 50,
            "turns_per_second": 200,
            "batch": 2,
            "reviewers": 20,
            "seconds": 600,
            "warm_seconds": 30,
            "seed": 1,
        },
        "machine": {"cores": 2, "python": "3", "streamlit": "1", "date": "2026-01-01"},
        "seconds": 600.0,
        "views": {
            "/ click": TIMES | {"perSecond": 5},
            "POST /interactions": TIMES | {"perSecond": 100},
        },
        "failures": {},
        "told": [],
        "errors_logged": 0,
        "acknowledged": 10,
        "stored": 10,
        "reviews": 1,
        "review_problem": "",
        "processes": {"app": used},
        "memory": {"app": [300.0, 319.6]},
        "all_views": [1.0],
    }
    return Outcome(**(described | changes))


def test_every_target_is_listed_with_what_was_measured() -> None:
    kept = outcome().kept()
    text = markdown(kept)
    assert "Every target was met." in text
    assert (
        "| growth of the app's memory in the second half | under 1 MiB/min | 0.5 MiB/min | met |"
        in text
    )
    assert "| app | 300 | 320 |" in text
    assert text.count("| met |") == len(kept["targets"])
    assert json.loads(json.dumps(kept)) == kept


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"failures": {"/ click: broke": 1}}, "failed views and requests (a 429 is one)"),
        ({"errors_logged": 1}, "errors in the app's log"),
        ({"stored": 9}, TURNS),
        ({"stored": 11}, TURNS),
        ({"review_problem": "reviewed twice"}, REVIEWS),
        ({"views": {"/ click": TIMES | {"perSecond": 5}}}, "turns stored"),
        ({"views": {"POST /interactions": TIMES | {"perSecond": 100}}}, "views shown"),
    ],
)
def test_a_missed_target_is_named(changes: dict[str, Any], what: str) -> None:
    kept = outcome(**changes).kept()
    assert [one["name"] for one in kept["targets"] if not one["met"]] == [what]
    assert "**1 of 7 missed.**" in markdown(kept)


def test_memory_by_minute_leaves_out_a_minute_that_has_only_begun() -> None:
    at = [float(second) for second in range(121)]
    usage = Usage(at=at, mib=[100.0] * 60 + [110.0] * 60 + [500.0], cpu=at)
    assert usage.by_minute() == [100.0, 110.0]


def large(name: str) -> ForwardMsg:
    message = ForwardMsg(hash=name)
    message.metadata.cacheable = True
    message.delta.new_element.text.body = name
    return message


def reference(name: str) -> ForwardMsg:
    return ForwardMsg(ref_hash=name)


def test_what_the_server_was_told_of_stays_for_the_whole_run() -> None:
    kept = KeptMessages(max_runs=2)
    kept.whole(large("old"))
    told = kept.hashes
    for number in range(1000):
        kept.whole(large(f"new {number}"))
    assert [kept.whole(reference(name)) for name in told] == [large("old")]


def test_a_message_that_is_drawn_no_more_is_forgotten_after_some_runs() -> None:
    kept = KeptMessages(max_runs=2)
    kept.whole(large("drawn again"))
    kept.whole(large("gone"))
    for _ in range(3):
        kept.whole(reference("drawn again"))
        kept.end_run()
    assert kept.hashes == ["drawn again"]
