"""What members take away or erase: whole, as they may see it, and on record."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

from lib.data import Refused, audit, erasure, interactions, scores, user_sessions, users
from lib.data.records import NewInteraction, NewScore
from lib.work.erasure import start_erasure, user_digest, verify_receipt
from lib.work.exports import Export
from lib.work.list_export import export_audit, export_sessions
from lib.work.services import Services
from lib.work.user_export import export_user
from tests.support.audio import recording
from tests.support.convex import ConvexRuntime
from tests.support.services import Room, new_room
from tests.support.stack import wait_until

OWNER = "user_admin"
DATA = recording("audio/wav", 0.5)


@pytest.fixture
def filled(room: Room) -> Room:
    """A session of two turns with one recording; the user has an address."""
    users.upsert(
        room.caller,
        clerk_id=room.clerk_id,
        kind="product",
        email="ada@example.org",
        name="=Ada()",
    )
    turns = [
        NewInteraction(sequence=n, speaker="user", text=f"said {n}", started_at_ms=n)
        for n in range(2)
    ]
    interactions.append(room.caller, room.session_id, turns)
    judged = NewScore(
        name="helpful",
        value=0.5,
        explanation="told ada@example.org nothing",
        origin="machine",
        evaluator="judge-1",
    )
    scores.add(room.caller, room.session_id, [judged])
    room.stored(DATA)
    return room


def ready(export: Export) -> bytes:
    wait_until(lambda: export.state != "running", 30)
    assert export.state == "ready", export.problem
    return b"".join(export.pieces())


def acts(convex: ConvexRuntime, subject_id: str, action: str) -> list[tuple[str, object]]:
    """Return who did this to it, with the details."""
    page = audit.page(
        convex.member("admin"), cursor=None, limit=20, subject_id=subject_id, action=action
    )
    return [(event.actor_id, event.details) for event in page.items]


def test_an_archive_holds_all_of_one_user(
    services: Services, convex: ConvexRuntime, filled: Room
) -> None:
    other = new_room(services)
    admin = convex.member("admin", OWNER)
    export = export_user(services.exports, OWNER, admin, filled.clerk_id, "asked for their data")
    with zipfile.ZipFile(io.BytesIO(ready(export))) as archive:
        assert sorted(archive.namelist()) == [
            "audio.jsonl",
            "profile.json",
            "scores.jsonl",
            "sessions.jsonl",
            f"transcripts/{filled.session_id}.jsonl",
        ]
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert json.loads(texts["profile.json"])["email"] == "ada@example.org"
    said = texts[f"transcripts/{filled.session_id}.jsonl"].splitlines()
    assert [json.loads(line)["text"] for line in said] == ["said 0", "said 1"]
    (score,) = (json.loads(line) for line in texts["scores.jsonl"].splitlines())
    assert score["explanation"] == "told ada@example.org nothing"
    (audio,) = (json.loads(line) for line in texts["audio.jsonl"].splitlines())
    assert audio["bytes"] == len(DATA)
    assert other.session_id not in "".join(texts.values())
    reason = {"reason": "asked for their data"}
    assert acts(convex, filled.clerk_id, "user.export") == [(OWNER, reason)]
    # The profile, the sessions, and the scores and transcript of each.
    assert acts(convex, filled.clerk_id, "reveal") == [(OWNER, reason)] * 2
    assert acts(convex, filled.session_id, "reveal") == [(OWNER, reason)] * 2


def test_an_archive_without_a_reason_is_masked(
    services: Services, convex: ConvexRuntime, filled: Room
) -> None:
    admin = convex.member("admin", OWNER)
    export = export_user(services.exports, OWNER, admin, filled.clerk_id)
    with zipfile.ZipFile(io.BytesIO(ready(export))) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert "ada@example.org" not in "".join(texts)
    assert acts(convex, filled.clerk_id, "user.export") == [(OWNER, None)]
    assert acts(convex, filled.clerk_id, "reveal") == []


def test_a_list_is_exported_as_the_member_sees_it(
    services: Services, convex: ConvexRuntime, filled: Room
) -> None:
    filters = {"clerk_id": filled.clerk_id}
    view = {"user": filled.clerk_id, "agent_id": "support"}
    seen = {}
    for role in ("viewer", "admin"):
        caller = convex.member(role, f"{OWNER}_{role}")
        export = export_sessions(services.exports, OWNER, caller, filters, view, "csv")
        text = ready(export).decode("utf-8-sig")
        (seen[role],) = csv.DictReader(io.StringIO(text, newline=""))
    assert seen["viewer"]["userEmail"] == "[email]"
    assert seen["admin"]["userEmail"] == "[email]"
    assert seen["admin"]["userName"] == "'=Ada()"
    exported = acts(convex, "list", "session.export")
    told = {"format": "csv", "user": filled.clerk_id, "agentId": "support"}
    assert (f"{OWNER}_viewer", told) in exported


def test_nothing_is_exported_without_a_record_of_it(
    services: Services, convex: ConvexRuntime
) -> None:
    stranger = convex.member("nobody", "user_stranger")
    with pytest.raises(Refused):
        export_audit(services.exports, "user_stranger", stranger, {}, {}, "json")


def test_the_trail_of_one_subject_is_exported(
    services: Services, convex: ConvexRuntime, filled: Room
) -> None:
    admin = convex.member("admin", OWNER)
    user_sessions.set_legal_hold(admin, filled.session_id, legal_hold=True)
    filters = {"subject_id": filled.session_id}
    export = export_audit(services.exports, OWNER, admin, filters, {}, "json")
    assert [event["action"] for event in json.loads(ready(export))] == ["session.hold"]


def test_an_erasure_ends_with_a_verified_receipt_and_names_who_started_it(
    services: Services, convex: ConvexRuntime, filled: Room
) -> None:
    admin = convex.member("admin", OWNER)
    body = json.loads(ready(start_erasure(services, OWNER, admin, filled.clerk_id)))
    key = services.settings.service_key
    assert key is not None
    assert verify_receipt(body["receipt"], key.get_secret_value()) == body["contents"]
    assert body["contents"]["user"] == user_digest(filled.clerk_id)
    assert body["contents"]["rows"]["interactions"] == 2
    state = erasure.get(admin, filled.clerk_id)
    assert state is not None
    assert state.finished_at is not None
    assert state.started_by == OWNER
    assert acts(convex, filled.clerk_id, "erase") == [(OWNER, None)]
    assert filled.objects() == []


def test_a_role_without_the_right_and_a_legal_hold_erase_nothing(
    services: Services, convex: ConvexRuntime, filled: Room
) -> None:
    with pytest.raises(Refused, match="role"):
        start_erasure(services, OWNER, convex.member("reviewer"), filled.clerk_id)
    admin = convex.member("admin", OWNER)
    user_sessions.set_legal_hold(admin, filled.session_id, legal_hold=True)
    with pytest.raises(Refused, match="legal hold"):
        start_erasure(services, OWNER, admin, filled.clerk_id)
    assert users.get(admin, filled.clerk_id) is not None
