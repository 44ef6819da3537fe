"""What the product's backend and readers do, from the first user to the heard recording."""

from __future__ import annotations

import hashlib
import io
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from lib.worker.analyser import Analyser
from lib.worker.analysis_job import analyse_due
from tests.support.api import Api


def turn(sequence: int, **more: object) -> dict[str, object]:
    return {
        "sequence": sequence,
        "speaker": "user",
        "text": f"turn {sequence}",
        "startedAtMs": sequence * 1000,
        **more,
    }


def wav(seconds: float = 0.1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * int(8000 * seconds))
    return out.getvalue()


def test_the_service_lives_and_is_ready(api: Api) -> None:
    assert api.call("GET", "/live", None).json() == {"status": "ok"}
    ready = api.call("GET", "/ready", None)
    assert ready.json() == {
        "status": "ready",
        "checks": {"convex": "ok", "storage": "ok", "identity": "ok"},
    }


def test_a_user_is_created_once_and_changed_after(api: Api) -> None:
    body = {"clerkId": f"user_{uuid4().hex}", "name": "Ada", "email": "ada@example.com"}
    first = api.call("POST", "/users", json=body)
    again = api.call("POST", "/users", json={**body, "name": "Ada L."})
    assert (first.status_code, again.status_code) == (201, 200)
    found = api.call("GET", first.headers["Location"].removeprefix("/api/v1"))
    assert {**found.json(), "userConflict": None} == again.json()
    assert found.json()["name"] == "Ada L."


def test_a_session_is_created_once_per_external_id(api: Api) -> None:
    clerk_id = f"user_{uuid4().hex}"
    api.call("POST", "/users", json={"clerkId": clerk_id})
    body = {
        "externalId": uuid4().hex,
        "userId": clerk_id,
        "channel": "chat",
        "startedAt": "2026-03-01T13:00:00.5+01:00",
        "metadata": {"tier": "gold", "scores": [1, 2.5, None]},
    }
    first, again = (api.call("POST", "/sessions", json=body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    found = api.call("GET", f"/sessions/{first.json()['id']}").json()
    assert found["startedAt"] == "2026-03-01T12:00:00.500Z"
    assert (found["userId"], found["metadata"]) == (clerk_id, body["metadata"])
    listed = api.call("GET", "/sessions", params={"userId": clerk_id}).json()
    assert [item["id"] for item in listed["items"]] == [found["id"]]


def test_a_session_is_changed_in_part(api: Api) -> None:
    session = api.new_session(title="Before")
    body = {"status": "completed", "endedAt": "2026-03-01T12:03:00Z", "assessmentMs": 812.5}
    changed = api.call("PATCH", f"/sessions/{session}", json=body).json()
    assert (changed["status"], changed["durationMs"]) == ("completed", 180_000)
    assert (changed["assessmentMs"], changed["title"]) == (812.5, "Before")


def test_a_session_has_a_language_once_somebody_says_it(api: Api) -> None:
    silent, spoken = api.new_session(), api.new_session(language="en")
    assert api.call("GET", f"/sessions/{silent}").json()["language"] is None
    assert api.call("GET", f"/sessions/{spoken}").json()["language"] == "en"
    changed = api.call("PATCH", f"/sessions/{spoken}", json={"language": "de-CH"}).json()
    assert changed["language"] == "de-CH"
    assert api.call("PATCH", f"/sessions/{spoken}", json={"language": None}).json() == changed
    told = api.call("GET", f"/sessions/{spoken}/transcript").json()
    assert told["session"] == changed


@pytest.mark.parametrize(
    "tag", ["", "d", "de_CH", "de-", "german language", f"de{'-abcdefgh' * 4}"]
)
def test_a_language_that_is_no_tag_is_refused_by_name(api: Api, tag: str) -> None:
    answer = api.call("PATCH", f"/sessions/{api.new_session()}", json={"language": tag})
    assert answer.status_code == 422
    assert [item["field"] for item in answer.json()["errors"]] == ["language"]


def test_turns_are_stored_singly_and_in_batches_and_never_twice(api: Api) -> None:
    session = api.new_session()
    path = f"/sessions/{session}/interactions"
    one = api.call("POST", path, json=turn(0, latencyMs=900, tokensIn=5, tokensOut=7, cost=0.01))
    many = api.call("POST", path, json={"interactions": [turn(2), turn(1), turn(0)]})
    assert (one.status_code, one.json()) == (201, {"accepted": 1, "duplicates": 0})
    assert many.status_code == 409
    again = api.call("POST", path, json={"interactions": [turn(2), turn(1)]})
    assert again.json() == {"accepted": 2, "duplicates": 0}
    assert api.call("POST", path, json=turn(1)).json() == {"accepted": 0, "duplicates": 1}
    whole = api.call("GET", f"/sessions/{session}/transcript").json()
    assert [item["sequence"] for item in whole["interactions"]] == [0, 1, 2]
    assert whole["session"]["interactionCount"] == 3
    summary = api.call("GET", f"/sessions/{session}/summary").json()
    assert (summary["interactions"], summary["tokensOut"], summary["cost"]) == (3, 7, 0.01)
    assert summary["latency"]["p95"] == pytest.approx(900, rel=0.01)


def test_what_a_tool_was_asked_and_answered_is_kept_and_cut_where_it_is_too_long(api: Api) -> None:
    session = api.new_session()
    path = f"/sessions/{session}/interactions"
    answer = "\u00e9" * 20_000
    call = {"callId": "call_1", "name": "look_up", "arguments": '{"order":7}'}
    result = {"callId": "call_1", "result": answer, "isError": False, "latencyMs": 12}
    body = {
        "interactions": [
            turn(0, speaker="tool", text="", tool=call, stages={"toolMs": 12}, timing="none"),
            turn(1, speaker="tool", text="", tool=result, interrupted=True, language="de-CH"),
        ]
    }
    assert api.call("POST", path, json=body).json() == {"accepted": 2, "duplicates": 0}
    assert api.call("POST", path, json=body).json() == {"accepted": 0, "duplicates": 2}
    first, second = api.call("GET", path).json()["items"]
    assert {name: first["tool"][name] for name in call} == call
    assert (first["stages"]["toolMs"], first["timing"]) == (12, "none")
    assert second["tool"]["result"] == answer[:8192]
    assert (second["tool"]["resultCut"], second["tool"]["argumentsCut"]) == (True, None)
    assert (second["interrupted"], second["language"]) == (True, "de-CH")
    told = api.call("GET", f"/sessions/{session}/transcript", params={"format": "text"}).text
    assert told.startswith('Tool: look_up({"order":7})\n    \u2192 \u00e9')
    assert api.call("GET", "/search", params={"q": "look_up", "sessionId": session}).json()["items"]


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("tool", {"speaker": "tool", "tool": {"callId": "c"}}),
        ("", {"speaker": "user", "tool": {"callId": "c", "name": "n"}}),
        ("tool.callId", {"speaker": "tool", "tool": {"name": "n"}}),
        ("stages.modelMs", {"stages": {"modelMs": -1}}),
        ("timing", {"timing": "guessed"}),
    ],
)
def test_a_turn_of_a_tool_that_is_wrong_is_refused_by_name(
    api: Api, field: str, more: dict[str, object]
) -> None:
    path = f"/sessions/{api.new_session()}/interactions"
    answer = api.call("POST", path, json={"interactions": [turn(0, **more)]})
    assert answer.status_code == 422
    assert [item["field"] for item in answer.json()["errors"]] == [
        f"interactions[0].{field}".rstrip(".")
    ]


def test_the_same_key_gives_the_same_answer_and_another_body_409(api: Api) -> None:
    session = api.new_session()
    path, headers = f"/sessions/{session}/interactions", {"Idempotency-Key": f'"{uuid4()}"'}
    first = api.call("POST", path, json=turn(0), headers=headers)
    again = api.call("POST", path, json=turn(0), headers=headers)
    other = api.call("POST", path, json=turn(1), headers=headers)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert other.status_code == 409
    assert other.json()["type"] == "urn:earshot:problem:idempotency-conflict"


def test_concurrent_duplicates_get_one_and_the_same_answer(api: Api) -> None:
    session, headers = api.new_session(), {"Idempotency-Key": uuid4().hex}
    path, body = f"/sessions/{session}/interactions", {"interactions": [turn(0), turn(1)]}
    with ThreadPoolExecutor(12) as threads:
        calls = [
            threads.submit(api.call, "POST", path, json=body, headers=headers) for _ in range(12)
        ]
        answers = {(call.result().status_code, call.result().text) for call in calls}
    assert answers == {(201, '{"accepted":2,"duplicates":0}')}


def test_500_turns_fit_in_a_batch_and_501_do_not(api: Api) -> None:
    session = api.new_session()
    path = f"/sessions/{session}/interactions"
    full = [turn(number) for number in range(500)]
    assert api.call("POST", path, json={"interactions": full}).json()["accepted"] == 500
    assert api.call("POST", path, json={"interactions": [*full, turn(500)]}).status_code == 422
    whole = api.call("GET", f"/sessions/{session}/transcript").json()
    assert len(whole["interactions"]) == 500


def test_a_recording_is_uploaded_completed_and_heard(api: Api) -> None:
    session, data = api.new_session(), wav()
    api.call("POST", f"/sessions/{session}/interactions", json=turn(0))
    path = f"/sessions/{session}/interactions/0/audio"
    digest = hashlib.sha256(data).hexdigest()
    body = {"contentType": "audio/wav", "bytes": len(data), "sha256": digest}
    begun = api.call("POST", path, json=body)
    assert begun.status_code == 201
    upload = begun.json()
    assert api.call("POST", path, json=body).json()["audioObjectId"] == upload["audioObjectId"]
    recording = f"/audio/{upload['audioObjectId']}"
    assert api.call("GET", f"{recording}/url", "viewer").status_code == 409
    assert api.call("POST", f"{recording}/complete").status_code == 409
    sent = httpx.request(
        upload["method"], upload["uploadUrl"], headers=upload["headers"], content=data
    )
    assert sent.is_success, sent.text
    done = api.call("POST", f"{recording}/complete").json()
    assert (done["status"], done["sequence"], done["sha256"]) == ("stored", 0, digest)
    assert api.call("POST", f"{recording}/complete").json() == done
    answer = api.call("GET", f"{recording}/url", "viewer")
    assert (answer.headers["Cache-Control"], answer.headers.get("ETag")) == ("no-store", None)
    played = answer.json()
    assert httpx.get(played["url"]).content == data
    trail = api.call("GET", "/audit", "admin", params={"subjectId": upload["audioObjectId"]})
    assert [(event["actorId"], event["action"]) for event in trail.json()["items"]] == [
        ("user_viewer", "audio.play")
    ]


def test_a_recording_of_the_whole_session_can_be_stored(api: Api) -> None:
    session, data = api.new_session(), wav()
    body = {
        "contentType": "audio/wav",
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    upload = api.call("POST", f"/sessions/{session}/audio", json=body).json()
    httpx.request(upload["method"], upload["uploadUrl"], headers=upload["headers"], content=data)
    done = api.call("POST", f"/audio/{upload['audioObjectId']}/complete").json()
    assert (done["status"], done["sequence"]) == ("stored", None)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("audio/x-wav", "audio/wav"),
        ("audio/wave", "audio/wav"),
        ("AUDIO/WAV", "audio/wav"),
        ("audio/x-m4a", "audio/mp4"),
        ("audio/webm;codecs=opus", "audio/webm"),
        ('audio/ogg; codecs="opus"', "audio/ogg"),
    ],
)
def test_a_content_type_is_taken_by_any_of_its_names(api: Api, given: str, stored: str) -> None:
    body = {"contentType": given, "bytes": 10, "sha256": "0" * 64}
    begun = api.call("POST", f"/sessions/{api.new_session()}/audio", json=body)
    assert begun.status_code == 201
    assert begun.json()["headers"]["Content-Type"] == stored


@pytest.mark.parametrize("given", ["video/mp4", "audio/", "", "text/html; audio/wav", 7])
def test_another_content_type_is_refused_with_those_that_are_accepted(
    api: Api, given: object
) -> None:
    body = {"contentType": given, "bytes": 10, "sha256": "0" * 64}
    refused = api.call("POST", f"/sessions/{api.new_session()}/audio", json=body)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["contentType"]
    if isinstance(given, str):
        assert "audio/wav, audio/mpeg" in refused.json()["errors"][0]["message"]


def test_a_recording_that_browsers_do_not_play_says_so(api: Api) -> None:
    session = api.new_session()
    data = (Path(__file__).parents[1] / "storage/cases/a6-gsm.wav").read_bytes()
    body = {
        "contentType": "audio/x-wav",
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    upload = api.call("POST", f"/sessions/{session}/audio", json=body).json()
    httpx.request(upload["method"], upload["uploadUrl"], headers=upload["headers"], content=data)
    recording = f"/audio/{upload['audioObjectId']}"
    done = api.call("POST", f"{recording}/complete").json()
    assert (done["codec"], done["playsInBrowsers"]) == (None, None)
    services = api.services
    analyser = Analyser(services.storage)
    analyse_due(services.worker_caller, services.storage, analyser, lambda: False)
    analyser.close()
    done = api.call("POST", f"{recording}/complete").json()
    assert (done["analysis"], done["codec"], done["playsInBrowsers"]) == ("ready", "gsm_ms", False)
    played = api.call("GET", f"{recording}/url", "viewer").json()
    assert (played["codec"], played["playsInBrowsers"]) == ("gsm_ms", False)
    assert httpx.get(played["url"]).content == data


def test_an_upload_that_is_something_else_is_refused(api: Api) -> None:
    session, data = api.new_session(), b"<html>not a recording</html>"
    body = {
        "contentType": "audio/wav",
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    upload = api.call("POST", f"/sessions/{session}/audio", json=body).json()
    httpx.request(upload["method"], upload["uploadUrl"], headers=upload["headers"], content=data)
    refused = api.call("POST", f"/audio/{upload['audioObjectId']}/complete")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "upload"


def test_what_was_said_is_found(api: Api) -> None:
    session = api.new_session()
    said = turn(0, text="My quokka escaped <b>again</b>")
    api.call("POST", f"/sessions/{session}/interactions", json=said)
    params = {"q": "quokka", "sessionId": session}
    found = api.call("GET", "/search", "viewer", params=params).json()
    assert [hit["interaction"]["text"] for hit in found["items"]] == [said["text"]]
    assert found["items"][0]["session"]["id"] == session
    assert [p["text"] for p in found["items"][0]["highlight"] if p["hit"]] == ["quokka"]


def test_metrics_are_merged_into_percentiles(api: Api) -> None:
    for path in ("/metrics/storage", "/metrics/auth"):
        answer = api.call("GET", path, "ops", params={"resolution": "minute"})
        assert answer.status_code == 200
        assert answer.json()["resolution"] == "minute"
    wide = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "resolution": "minute"}
    assert api.call("GET", "/metrics/storage", "ops", params=wide).status_code == 422


def test_figures_are_summed_per_day_and_user(api: Api) -> None:
    clerk_id = f"user_{uuid4().hex}"
    api.call("POST", "/users", json={"clerkId": clerk_id})
    body = {
        "externalId": uuid4().hex,
        "userId": clerk_id,
        "channel": "chat",
        "startedAt": "2031-05-06T12:00:00Z",
    }
    session = api.call("POST", "/sessions", json=body).json()["id"]
    api.call("POST", f"/sessions/{session}/interactions", json=turn(0, cost=0.5, ttftMs=100))
    window = {"from": "2031-05-01T00:00:00Z", "to": "2031-05-08T00:00:00Z"}
    days = api.call("GET", "/summaries/daily", params=window).json()["items"]
    assert [(day["day"], day["interactions"]) for day in days] == [("2031-05-06T00:00:00.000Z", 1)]
    user = api.call("GET", f"/users/{clerk_id}/summary", params=window).json()
    assert (user["total"]["cost"], user["days"]) == (0.5, days)
    assert user["total"]["ttft"]["p50"] == pytest.approx(100, rel=0.01)


def test_convex_accepts_every_field_at_its_limit(api: Api) -> None:
    limit = {"startedAtMs": 86_400_000, "durationMs": 86_400_000, "ttftMs": 86_400_000}
    turn = {
        **limit,
        "latencyMs": 86_400_000,
        "sequence": 1_000_000,
        "speaker": "user",
        "text": "é" * 16 * 1024,
        "requestId": "r" * 200,
        "provider": "\U0001f600" * 200,
        "modelId": "m" * 200,
        "tokensIn": 10_000_000,
        "tokensOut": 10_000_000,
        "cost": 10_000,
    }
    session = api.new_session(title="\U0001f600" * 300, metadata={"a": "x" * (16 * 1024 - 8)})
    assert api.call("POST", f"/sessions/{session}/interactions", json=turn).status_code == 201
    changes = {"labels": [f"{n:02}" + "\U0001f600" * 62 for n in range(32)]}
    changed = api.call(
        "PATCH", f"/sessions/{session}", json={**changes, "assessmentMs": 86_400_000}
    )
    assert changed.status_code == 200, changed.text
    user = {"clerkId": "user_limits", "name": "n" * 200, "email": "e" * 320, "imageUrl": "u" * 2048}
    assert api.call("POST", "/users", json=user).status_code == 201


def test_people_are_known_by_phone_or_the_backends_own_id_or_not_at_all(api: Api) -> None:
    own_id, phone = uuid4().hex, f"+4930{uuid4().int % 10**7:07}"

    def call(user: dict[str, str]) -> Any:
        body = {"externalId": uuid4().hex, "channel": "voice", "startedAt": "2026-03-01T12:00:00Z"}
        made = api.call("POST", "/sessions", json={**body, "user": user}).json()
        session = api.call("GET", f"/sessions/{made['id']}").json()
        return {**session, "userConflict": made["userConflict"]}

    by_phone, by_id = call({"phone": phone}), call({"externalId": own_id, "name": "Ada"})
    both = call({"phone": phone, "externalId": own_id})
    assert by_phone["user"]["phone"] == phone
    assert (both["userId"], both["userConflict"]) == (by_id["userId"], ["phone"])
    known = api.call("GET", f"/users/{by_id['userId']}").json()
    assert known["id"] == known["clerkId"] == by_id["userId"]
    assert known["identities"] == [{"kind": "source", "source": "own", "value": own_id}]
    assert call({"phone": "anonymous"})["user"]["anonymous"] is True
    told = api.call("POST", "/users", json={"user": {"phone": phone, "name": "Grace"}})
    assert (told.status_code, told.json()["id"]) == (200, by_phone["userId"])


def test_a_session_without_or_with_two_users_is_refused(api: Api) -> None:
    body = {"externalId": uuid4().hex, "channel": "voice", "startedAt": "2026-03-01T12:00:00Z"}
    for wrong, field in (
        ({}, "user"),
        ({"userId": "user_1", "user": {}}, "user"),
        ({"user": {"phone": "030 1"}}, "user.phone"),
    ):
        refused = api.call("POST", "/sessions", json={**body, **wrong})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == field
