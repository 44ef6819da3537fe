"""Transcript formats: complete, and what was said is never taken for markup."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.api.routes.interactions import Turn
from lib.api.routes.sessions import Session
from lib.api.routes.transcripts import Transcript
from lib.data.records import AudioObject, Interaction, SessionUser, UserSession
from lib.formats.transcript_export import FORMATS, document, markdown, plain, subrip, table, webvtt
from tests.support.api import Api

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SESSION = UserSession(
    id="s" * 32,
    user_id="u",
    user=SessionUser(clerk_id="user_1"),
    external_id="ext-1",
    title="Lost *luggage*",
    channel="voice",
    status="completed",
    started_at=NOW,
    interaction_count=1,
    audio_count=0,
    tokens_in=0,
    tokens_out=0,
    cost=0,
    review_status="unreviewed",
    labels=(),
    legal_hold=False,
    created_at=NOW,
)


def turn(sequence: int = 0, text: str = "Hello", **more: Any) -> Interaction:
    fields = {"started_at_ms": sequence * 1000.0, "speaker": "user", **more}
    return Interaction(
        id=f"i{sequence}",
        session_id=SESSION.id,
        user_id="u",
        sequence=sequence,
        text=text,
        created_at=NOW,
        **fields,
    )


def cells(text: str) -> list[str]:
    written = table(SESSION, [turn(text=text)]).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    return [row["text"] for row in rows]


def test_json_is_what_the_api_documents() -> None:
    audio = AudioObject(
        id="a" * 32,
        key="k",
        user_id="u",
        session_id=SESSION.id,
        content_type="audio/mpeg",
        bytes=10,
        sha256="0" * 64,
        status="stored",
        expires_at=NOW,
        created_at=NOW,
        duration_ms=1500.0,
        analysis="ready",
    )
    turns = [turn(0, "\u202e<b>", audio=audio, cost=0.5, tokens_in=3), turn(1, request_id="r")]
    documented = Transcript(
        session=Session.model_validate(SESSION),
        interactions=[Turn.model_validate(item) for item in turns],
    )
    assert json.loads(document(SESSION, turns)) == documented.model_dump(mode="json", by_alias=True)


def test_plain_text_has_a_line_per_turn() -> None:
    turns = [turn(0), turn(61, "Two\nlines", speaker="assistant")]
    assert plain(SESSION, turns) == (
        "Lost *luggage*\n\n[00:00:00] User: Hello\n[00:01:01] Assistant: Two\n    lines\n"
    )


def test_webvtt_has_cues_with_speakers_and_times() -> None:
    turns = [turn(0, "a < b & c", duration_ms=1500.0), turn(3600, "x")]
    assert webvtt(SESSION, turns) == (
        "WEBVTT\n\n0\n00:00:00.000 --> 00:00:01.500\n<v User>a &lt; b &amp; c\n\n"
        "3600\n01:00:00.000 --> 01:00:00.500\n<v User>x\n\n"
    )


def test_subrip_numbers_its_cues() -> None:
    turns = [turn(7, "<b>x</b>", duration_ms=250.0)]
    assert subrip(SESSION, turns) == (
        "1\n00:00:07,000 --> 00:00:07,250\nUser: \u2039b\u203ax\u2039/b\u203a\n\n"
    )


def test_a_cue_without_duration_ends_before_the_next_one() -> None:
    assert "00:00:00.000 --> 00:00:01.000" in webvtt(SESSION, [turn(0, "x" * 500), turn(1)])


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\ufeff=1"]
)
def test_no_cell_begins_a_formula(text: str) -> None:
    assert cells(text)[0] == f"'{text}"


def test_what_is_no_formula_stays_as_it_is_in_csv() -> None:
    for text in ("Hello", 'say "x", then\nleave', "1-2", "a=b", ""):
        assert cells(text) == [text]


@given(st.text(st.characters(codec="utf-8")))
def test_csv_gives_every_text_back_without_control_characters(text: str) -> None:
    (cell,) = cells(text)
    shown = "".join(c for c in text if c in "\t\n\r" or unicodedata.category(c) != "Cc")
    assert cell in {shown, f"'{shown}"}


@given(st.text(st.characters(codec="utf-8")))
def test_no_text_adds_a_cue(text: str) -> None:
    vtt = webvtt(SESSION, [turn(0, text), turn(1, "end")])
    assert len(re.findall("-->", vtt)) == 2
    assert len(vtt.strip("\n").split("\n\n")) == 3
    srt = subrip(SESSION, [turn(0, text), turn(1, "end")])
    assert len(srt.strip("\n").split("\n\n")) == 2


@given(st.text(st.characters(codec="utf-8")))
def test_no_text_is_markdown(text: str) -> None:
    lines = markdown(SESSION, [turn(0, text)]).splitlines()[4:]
    spoken = [line for line in lines if line]
    assert all(line.startswith(">") for line in spoken)
    unescaped = re.sub(r"\\[!-/:-@\[-`{-~]", "", "".join(line[1:] for line in spoken))
    assert not re.search(r"[\\`*_{}\[\]()#+\-.!|<>~$&@]", unescaped)


def test_every_format_is_served_with_its_type(api: Api) -> None:
    session = api.new_session(title="T")
    body = {"sequence": 0, "speaker": "user", "text": "=Hi", "startedAtMs": 0}
    api.call("POST", f"/sessions/{session}/interactions", json=body)
    for name, kind in FORMATS.items():
        answer = api.call("GET", f"/sessions/{session}/transcript", params={"format": name})
        assert answer.headers["Content-Type"].partition(";")[0] == kind.media_type
        assert f"transcript-{session}.{kind.extension}" in answer.headers["Content-Disposition"]
        assert "Hi" in answer.text


def test_a_session_without_turns_is_served_in_every_format(api: Api) -> None:
    session = api.new_session()
    for name in ("json", *FORMATS):
        answer = api.call("GET", f"/sessions/{session}/transcript", params={"format": name})
        assert answer.status_code == 200


def test_whoever_takes_a_transcript_is_on_record_with_its_format(api: Api) -> None:
    session = api.new_session()
    path = f"/sessions/{session}/transcript"
    assert api.call("GET", path, "viewer", params={"format": "csv"}).status_code == 200
    assert api.call("GET", path, "ingest").status_code == 200
    events = api.call("GET", "/audit", "admin", params={"subjectId": session}).json()["items"]
    assert {event["action"] for event in events} == {"transcript.export"}
    machine, member = [(event["actorRole"], event["details"]) for event in events]
    assert machine == ("ingest", {"format": "json"})
    assert member == ("viewer", {"format": "csv"})


def test_whoever_impersonates_a_member_is_on_record(api: Api) -> None:
    session = api.new_session()
    token = api.convex.issuer.token("viewer", "user_bob", act={"sub": "user_alice"})
    headers = {"Authorization": f"Bearer {token}"}
    answer = api.call("GET", f"/sessions/{session}/transcript", None, headers=headers)
    assert answer.status_code == 200
    (event,) = api.call("GET", "/audit", "admin", params={"subjectId": session}).json()["items"]
    assert (event["actorId"], event["impersonatorId"]) == ("user_bob", "user_alice")
