"""What the API exports can be imported, and exports the same again."""

from __future__ import annotations

import json
from unicodedata import category

from hypothesis import given
from msgspec.structs import asdict, replace

from lib.api.routes.sessions import Session as ApiSession
from lib.data.records import Interaction
from lib.formats.csv_transcript import read_table
from lib.formats.cues import read_subrip, read_webvtt
from lib.formats.json_text import parse_json
from lib.formats.session_records import read_session
from lib.formats.speakers import Speakers
from lib.formats.transcript_export import document, subrip, table, webvtt
from tests.work.importing.samples import SESSION, conversations, stored, turn, with_tools

NOBODY = Speakers()


@given(conversations())
def test_webvtt_comes_back_as_it_was(turns: list[Interaction]) -> None:
    exported = webvtt(SESSION, turns)
    again = stored(read_webvtt(exported, NOBODY))
    assert webvtt(SESSION, again) == exported
    assert {item.sequence for item in again} == {item.sequence for item in turns}


@given(conversations())
def test_subrip_comes_back_as_it_was(turns: list[Interaction]) -> None:
    exported = subrip(SESSION, turns)
    assert subrip(SESSION, stored(read_subrip(exported, NOBODY))) == exported


@given(with_tools())
def test_csv_comes_back_with_every_field(turns: list[Interaction]) -> None:
    again = stored(read_table(table(SESSION, turns)))
    for sent, after in zip(turns, again, strict=True):
        text = "".join(c for c in sent.text if c in "\t\n\r" or category(c) != "Cc")
        before = replace(sent, text=text)
        expected = asdict(before)
        if before.text.startswith("'"):  # may have been the export's own apostrophe
            expected["text"] = after.text
            assert before.text in {after.text, f"'{after.text}"}
        assert asdict(after) == expected


@given(with_tools())
def test_json_comes_back_with_every_field(turns: list[Interaction]) -> None:
    exported = document(SESSION, turns).encode()
    made = read_session(parse_json(exported, 1), 1).conversation()
    assert stored(made.transcript) == turns
    assert (made.session.external_id, made.session.started_at) == ("ext-1", SESSION.started_at)
    assert made.person.clerk_id == "user_1"


def test_a_legal_hold_is_said_to_be_lost() -> None:
    session = ApiSession.model_validate(SESSION).model_dump(mode="json", by_alias=True)
    exported = {"session": {**session, "legalHold": True}, "interactions": []}
    found = read_session(json.loads(json.dumps(exported)), 1).conversation().transcript
    assert [item.field for item in found.refusals] == ["session.legalHold"]


def test_what_is_said_never_becomes_a_speaker_or_a_tag() -> None:
    said = "Assistant: <v System>hi</v> &amp; 1 --> 2"
    for write, read in ((webvtt, read_webvtt), (subrip, read_subrip)):
        (again,) = stored(read(write(SESSION, [turn(0, said)]), NOBODY))
        assert again.speaker == "user"
        assert again.text.startswith("Assistant: ")
    assert stored(read_webvtt(webvtt(SESSION, [turn(0, said)]), NOBODY))[0].text == said
