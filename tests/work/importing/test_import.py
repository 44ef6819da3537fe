"""Imports into the real functions and a real S3 server: once, again, and mended."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import asdict

from lib.api.routes.interactions import Turn as ApiTurn
from lib.api.routes.sessions import Session as ApiSession
from lib.api.routes.transcripts import Transcript as ApiTranscript
from lib.data import Unavailable, imports, user_sessions, users
from lib.formats.speakers import Speakers
from lib.formats.transcript_export import webvtt
from lib.work.importing.files import Options, Source
from lib.work.importing.run import Run
from lib.work.importing.writer import Writer
from tests.support.audio import recording
from tests.support.s3 import LocalS3
from tests.work.importing.desk import Desk, line, spoken


def test_every_field_of_a_session_arrives(desk: Desk) -> None:
    full = spoken(
        4,
        "hello",
        durationMs=500,
        requestId="r",
        provider="openai",
        modelId="m",
        tokensIn=1,
        tokensOut=2,
        cost=0.25,
        ttftMs=10.5,
        latencyMs=20,
    )
    sent = line(
        desk,
        title="T",
        provider="openai",
        modelId="m",
        language="de-CH",
        metadata={"a": [1, {"b": None}]},
        status="abandoned",
        endedAt="2026-01-31T12:05:00Z",
        assessmentMs=300,
        assessedAt="2026-01-31T12:06:00Z",
        labels=["x", "y"],
        reviewStatus="reviewed",
        score=4,
        interactions=[full],
    )
    report = desk.run(desk.lines(sent))
    assert (report["complete"], report["refusedCount"], report["sessionsCreated"]) == (True, 0, 1)
    found = desk.session(sent["externalId"])
    assert (found.title, found.metadata, found.labels) == ("T", {"a": [1, {"b": None}]}, ("x", "y"))
    assert (found.provider, found.model_id, found.language) == ("openai", "m", "de-CH")
    assert (found.assessed_at, found.external_id) == (
        datetime(2026, 1, 31, 12, 6, tzinfo=UTC),
        sent["externalId"],
    )
    assert (found.status, found.duration_ms, found.source) == ("abandoned", 300_000, "import")
    assert (found.review_status, found.score, found.assessment_ms) == ("reviewed", 4, 300)
    (turn,) = desk.turns(sent["externalId"])
    names = {"sequence": "sequence", "requestId": "request_id", "startedAtMs": "started_at_ms"}
    stored = asdict(turn)
    for name, value in full.items():
        snake = names.get(name) or "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
        assert stored[snake] == value


def test_a_language_that_is_no_tag_is_refused_by_name(desk: Desk) -> None:
    report = desk.run(desk.lines(line(desk, language="de_CH")))
    assert [item["field"] for item in report["refused"]] == ["language"]


def test_a_repeat_changes_nothing_not_even_what_a_reviewer_did(desk: Desk) -> None:
    sent = line(desk, labels=["imported"], interactions=[spoken(0), spoken(1)], audio="a.flac")
    (desk.folder / "a.flac").write_bytes(recording("audio/flac"))
    path = desk.lines(sent)
    first = desk.run(path)
    assert (first["turnsStored"], first["recordingsStored"], first["refusedCount"]) == (2, 1, 0)
    caller = desk.services.worker_caller()
    session = desk.session(sent["externalId"])
    user_sessions.update(caller, id=session.id, labels=["better"], title="Renamed")
    user_sessions.set_review(caller, id=session.id, review_status="in_review")
    before = (
        desk.session(sent["externalId"]),
        desk.turns(sent["externalId"]),
        desk.audio(sent["externalId"]),
    )
    second = desk.run(path)
    assert (second["sessionsCreated"], second["sessionsPresent"]) == (0, 1)
    assert (second["turnsStored"], second["turnsPresent"]) == (0, 2)
    assert (second["recordingsStored"], second["recordingsPresent"]) == (0, 1)
    assert before == (
        desk.session(sent["externalId"]),
        desk.turns(sent["externalId"]),
        desk.audio(sent["externalId"]),
    )


def test_a_mended_file_adds_what_was_refused(desk: Desk) -> None:
    good = [spoken(0), {**spoken(1), "speaker": "robot"}, spoken(2)]
    sent = line(desk, interactions=good)
    report = desk.run(desk.lines(sent))
    assert [item["field"] for item in report["refused"]] == ["interactions.1.speaker"]
    good[1] = spoken(1, "mended")
    again = desk.run(desk.lines({**sent, "interactions": good}))
    assert (again["turnsStored"], again["turnsPresent"], again["refusedCount"]) == (1, 2, 0)
    assert [turn.text for turn in desk.turns(sent["externalId"])] == ["x", "mended", "x"]


def test_what_is_stored_otherwise_is_refused_and_kept(desk: Desk) -> None:
    sent = line(desk, interactions=[spoken(0, "first")])
    desk.run(desk.lines(sent))
    other = {**sent, "interactions": [spoken(0, "other"), spoken(1)]}
    moved = {**sent, "startedAt": "2026-02-01T00:00:00Z"}
    report = desk.run(desk.lines(other, moved))
    assert [(item["line"], item["session"]) for item in report["refused"]] == [
        (1, sent["externalId"]),
        (2, sent["externalId"]),
    ]
    assert "other" not in json.dumps(report["refused"][0]["reason"].replace("other content", ""))
    assert [turn.text for turn in desk.turns(sent["externalId"])] == ["first", "x"]


def test_a_session_that_is_going_on_is_not_ended(desk: Desk) -> None:
    sent = line(desk, interactions=[spoken(0)])
    user_sessions.create(
        desk.services.worker_caller(),
        external_id=sent["externalId"],
        clerk_id=desk.user,
        channel="voice",
        started_at=datetime(2026, 1, 31, 12, tzinfo=UTC),
        source="api",
    )
    assert desk.run(desk.lines(sent))["turnsStored"] == 1
    assert desk.session(sent["externalId"]).status == "active"


def test_users_are_created_only_if_asked_and_never_changed(desk: Desk) -> None:
    nobody, somebody = f"user_{uuid4().hex}", f"user_{uuid4().hex}"
    unknown = line(desk, userId=nobody)
    profile = {"clerkId": somebody, "name": "Grace", "email": "grace@example.com"}
    sent = line(desk, user=profile)
    del sent["userId"]
    named = line(desk, user={"clerkId": desk.user, "name": "Somebody else"})
    del named["userId"]
    report = desk.run(desk.lines(unknown, sent, named))
    assert [item["line"] for item in report["refused"]] == [1]
    caller = desk.services.worker_caller()
    found = users.get(caller, somebody)
    assert found is not None
    assert (found.name, found.email) == ("Grace", "grace@example.com")
    ada = users.get(caller, desk.user)
    assert ada is not None
    assert ada.name == "Ada"
    assert desk.run(desk.lines(unknown), create_users=True)["refusedCount"] == 0


def test_long_sessions_arrive_in_batches(desk: Desk) -> None:
    many = [spoken(place) for place in range(1201)]
    # 32 KiB each in JSON three times as long: several batches of 4 MiB.
    large = [spoken(2000 + place, "\u00e9" * 16_384) for place in range(60)]
    sent = line(desk, interactions=many + large)
    report = desk.run(desk.lines(sent))
    assert (report["turnsStored"], report["refusedCount"]) == (1261, 0)
    assert desk.session(sent["externalId"]).interaction_count == 1261


def test_transcripts_bring_their_recordings(desk: Desk) -> None:
    stem = uuid4().hex
    path = desk.folder / f"{stem}.vtt"
    path.write_text(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v User>hi\n\n00:03.000 --> 00:04.000\n<v Agent>yo\n"
    )
    (desk.folder / f"{stem}.wav").write_bytes(recording("audio/wav"))
    (desk.folder / f"{stem}.1.mp3").write_bytes(recording("audio/mpeg"))
    (desk.folder / f"{stem}.7.ogg").write_bytes(recording("audio/ogg"))
    (desk.folder / f"{stem}.0.flac").write_text("no recording")
    report = desk.run(path)
    assert sorted(item["field"] for item in report["refused"]) == [
        f"{stem}.0.flac",
        f"{stem}.7.ogg",
    ]
    assert [(row.sequence, row.content_type, row.status) for row in desk.audio(stem)] == [
        (None, "audio/wav", "stored"),
        (1, "audio/mpeg", "stored"),
    ]
    again = desk.run(path)
    assert (again["recordingsStored"], again["recordingsPresent"]) == (0, 2)
    (desk.folder / f"{stem}.wav").write_bytes(recording("audio/wav", 3.0))
    changed = desk.run(path)
    assert f"{stem}.wav" in [item["field"] for item in changed["refused"]]


def test_a_name_that_leads_out_of_the_folder_is_refused_and_nothing_read(desk: Desk) -> None:
    inside = desk.folder / "inside"
    inside.mkdir()
    (desk.folder / "secret.wav").write_bytes(recording("audio/wav"))
    (inside / "link.wav").symlink_to(desk.folder / "secret.wav")
    for name in ("../secret.wav", "link.wav", str(desk.folder / "secret.wav")):
        sent = line(desk, audio=name)
        path = inside / "x.jsonl"
        path.write_text(json.dumps(sent))
        report = desk.run(path)
        assert (report["recordingsStored"], report["refusedCount"]) == (0, 1)
        assert desk.audio(sent["externalId"]) == []


def test_an_exported_session_can_be_imported_under_another_name(desk: Desk) -> None:
    sent = line(desk, interactions=[spoken(5, "<b> & -->"), spoken(7, "bye", durationMs=800)])
    desk.run(desk.lines(sent))
    exported = webvtt(desk.session(sent["externalId"]), desk.turns(sent["externalId"]))
    path = desk.folder / f"{uuid4().hex}.vtt"
    path.write_text(exported)
    assert desk.run(path)["refusedCount"] == 0
    assert webvtt(desk.session(path.stem), desk.turns(path.stem)) == exported


def test_an_export_in_json_is_known_again_and_can_be_renamed(desk: Desk) -> None:
    (desk.folder / "a.wav").write_bytes(recording("audio/wav"))
    turns = [spoken(0, cost=0.1, ttftMs=1.5, audio="a.wav"), spoken(3, "y", tokensIn=3)]
    sent = line(desk, title="T", metadata={"a": 1}, labels=["l"], interactions=turns)
    desk.run(desk.lines(sent))
    session = ApiSession.model_validate(desk.session(sent["externalId"]))
    stored = [ApiTurn.model_validate(turn) for turn in desk.turns(sent["externalId"])]
    exported = ApiTranscript(session=session, interactions=stored).model_dump_json(by_alias=True)
    path = desk.folder / "export.json"
    path.write_text(exported)
    report = desk.run(path)
    assert (report["sessionsPresent"], report["turnsPresent"], report["refusedCount"]) == (1, 2, 0)
    renamed = json.loads(exported)
    renamed["session"]["externalId"] = uuid4().hex
    report = desk.run(desk.lines(renamed))
    assert (report["sessionsCreated"], report["turnsStored"], report["refusedCount"]) == (1, 2, 0)
    copy = desk.session(renamed["session"]["externalId"])
    assert (copy.title, copy.metadata, copy.labels) == ("T", {"a": 1}, ("l",))


def test_the_same_session_on_several_lines_is_stored_once(desk: Desk) -> None:
    (desk.folder / "a.wav").write_bytes(recording("audio/wav"))
    sent = line(desk, interactions=[spoken(0), spoken(1)], audio="a.wav")
    report = desk.run(desk.lines(*[sent] * 8))
    assert report["turnsStored"] == 2
    assert desk.session(sent["externalId"]).interaction_count == 2
    assert [row.status for row in desk.audio(sent["externalId"])] == ["stored"]


def test_while_the_bucket_does_not_answer_the_import_waits(desk: Desk, s3: LocalS3) -> None:
    (desk.folder / "a.wav").write_bytes(recording("audio/wav"))
    sent = line(desk, interactions=[spoken(0)], audio="a.wav")
    writer = Writer(desk.services.worker_caller, desk.services.storage)
    run = Run(Source(Options(Speakers())), writer, sleep=lambda _: s3.start())
    s3.stop()
    report = run.run([desk.lines(sent)]).wire()
    assert (report["recordingsStored"], report["refusedCount"]) == (1, 0)


def test_two_files_of_one_name_are_not_mixed_up(desk: Desk) -> None:
    paths = [desk.folder / name / "call.vtt" for name in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(f"WEBVTT\n\n00:01.000 --> 00:02.000\nUser: {path.parent.name}\n")
    report = desk.run(*paths)
    assert (report["sessionsCreated"] + report["sessionsPresent"], report["refusedCount"]) == (1, 1)
    assert report["refused"][0]["file"] == str(paths[1])


def test_while_convex_does_not_answer_the_import_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = imports.store
    calls: list[str] = []
    waits: list[float] = []

    def lost(*args: Any, idempotency_key: str) -> Any:
        done = real(*args, idempotency_key=idempotency_key)
        calls.append(idempotency_key)
        if len(calls) == 1:
            raise Unavailable("the answer was lost")
        return done

    monkeypatch.setattr("lib.work.importing.writer.imports.store", lost)
    sent = line(desk, interactions=[spoken(0), spoken(1)])
    writer = Writer(desk.services.worker_caller, desk.services.storage)
    run = Run(Source(Options(Speakers())), writer, sleep=waits.append)
    report = run.run([desk.lines(sent)]).wire()
    assert (report["sessionsCreated"], report["turnsStored"], waits) == (1, 2, [1.0])
    assert len(set(calls)) == 1
    assert desk.session(sent["externalId"]).interaction_count == 2
