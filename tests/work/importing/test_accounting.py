"""What a run reports: everything in the files is a turn, merged, refused or left out."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.formats.speakers import Speakers
from lib.formats.transcript_file import NO_TURN
from lib.work.importing.files import Options, Source, Unreadable
from lib.work.importing.run import Run
from tests.formats.inputs import GROUPS
from tests.formats.inputs.made import Input
from tests.work.importing.desk import Desk, line, spoken
from tests.work.importing.samples import NOW

OPTIONS = Options(Speakers(), user="user_1", started_at=NOW)
SESSION = {"userId": "u", "channel": "chat", "startedAt": "2026-01-31T12:00:00Z"}
SPOKEN = {"speaker": "user", "text": "x", "startedAtMs": 0}
INPUTS = [item for group in GROUPS.values() for item in group]


def agrees(report: dict[str, Any]) -> None:
    items = report["items"]
    assert items["read"] == sum(items.values()) - items["read"]
    assert items["leftOut"] == len(report["leftOut"])


@given(
    st.lists(st.sampled_from(["session", "empty", "more", "stray", "bad", "no JSON", "none good"]))
)
def test_every_line_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "lines.jsonl"
    lines: list[object] = []
    expected, sessions = Counter[str](), set[int]()
    for number, kind in enumerate(kinds):
        session: dict[str, Any] = {**SESSION, "externalId": f"s{number}"}
        match kind:
            case "session":
                lines.append({**session, "interactions": [SPOKEN, {**SPOKEN, "speaker": "me"}, 5]})
                expected.update(read=3, turns=1, refused=2)
            case "empty":
                lines.append({**session, "interactions": []})
            case "none good":
                lines.append({**session, "interactions": [5, 5]})
                expected.update(read=2, refused=2)
            case "more":
                name = f"s{number - 1}"
                lines.append({"type": "interaction", "session": name, **SPOKEN})
                is_next = number > 0 and kinds[number - 1] in {"session", "empty", "none good"}
                sessions.update({number - 1} if is_next else ())
                expected.update(read=1, turns=is_next, refused=not is_next)
            case "stray":
                lines.append({"type": "interaction", "session": "x", **SPOKEN})
                expected.update(read=1, refused=1)
            case "bad":
                lines.append({**session, "colour": "red"})
                expected.update(read=1, refused=1)
            case _:
                lines.append(None)
                expected.update(read=1, refused=1)
        sessions.update({number} if kind in {"session", "empty"} else ())
    path.write_text("".join(("{\n" if item is None else json.dumps(item) + "\n") for item in lines))
    report = Run(Source(OPTIONS), None).run([path]).wire()
    agrees(report)
    assert +expected == +Counter(report["items"])
    assert report["sessionsRead"] == len(sessions)


@pytest.mark.parametrize("item", INPUTS, ids=lambda item: item.name)
def test_a_file_without_a_turn_makes_no_session_and_says_why(item: Input, tmp_path: Path) -> None:
    path = tmp_path / f"call{item.extension}"
    path.write_bytes(item.data)
    speakers = Speakers(dict(item.named), item.speaker)
    (found,) = Source(Options(speakers, user="user_1", started_at=NOW)).items(path)
    assert isinstance(found.found, Unreadable) == (not item.turns)
    report = Run(Source(Options(speakers, user="user_1", started_at=NOW)), None).run([path]).wire()
    agrees(report)
    assert report["sessionsRead"] == bool(item.turns)
    assert (report["items"]["turns"], report["items"]["merged"]) == (len(item.turns), item.merged)
    assert len(report["leftOut"]) == len(item.left_out)
    if not item.turns:
        assert report["refusedCount"] == len(item.refused) + 1
        assert item.whole in report["refused"][-1]["reason"]
        assert item.whole or report["refused"][-1]["reason"] == NO_TURN


def test_what_is_left_out_is_reported_with_its_place_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "call.vtt"
    path.write_text("WEBVTT\n\nNOTE aside\n\n00:01.000 --> 00:02.000\nUser: a\n\nb\n")
    report = Run(Source(OPTIONS), None).run([path]).wire()
    assert report["leftOut"] == [
        {"line": 3, "reason": "a comment", "session": "call", "file": str(path)}
    ]
    assert report["items"] == {"read": 3, "turns": 1, "merged": 1, "refused": 0, "leftOut": 1}
    assert report["refusedCount"] == 0


def test_the_sums_agree_when_turns_are_stored_refused_or_there_already(desk: Desk) -> None:
    good = [spoken(0), {**spoken(1), "speaker": "nobody"}, spoken(2)]
    sent = line(desk, interactions=good)
    first = desk.run(desk.lines(sent))
    agrees(first)
    assert (first["turnsStored"], first["items"]["turns"], first["items"]["refused"]) == (2, 2, 1)
    other = {**sent, "interactions": [spoken(0, "other"), spoken(2), spoken(3)]}
    second = desk.run(desk.lines(other))
    agrees(second)
    assert (second["turnsStored"], second["turnsPresent"]) == (1, 1)
    assert (second["items"]["turns"], second["items"]["refused"]) == (2, 1)


def test_a_session_that_is_refused_takes_its_turns_with_it(desk: Desk) -> None:
    unknown = line(desk, userId=f"user_{uuid4().hex}", interactions=[spoken(0), spoken(1)])
    report = desk.run(desk.lines(unknown))
    agrees(report)
    assert (report["sessionsRefused"], report["items"]["refused"]) == (1, 2)
    paths = [desk.folder / name / "call.vtt" for name in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        path.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nUser: a\n")
    report = desk.run(*paths, external_id=uuid4().hex)
    agrees(report)
    assert (report["items"]["turns"], report["items"]["refused"]) == (1, 1)


def test_numbers_of_metadata_come_back_as_they_were_sent(desk: Desk) -> None:
    numbers = {"order": 12_345_678, "share": 0.25, "list": [1, 1.5, {"zero": 0}]}
    sent = line(desk, metadata=numbers)
    desk.run(desk.lines(sent))
    found = desk.session(sent["externalId"]).metadata
    assert json.dumps(found, sort_keys=True) == json.dumps(numbers, sort_keys=True)
