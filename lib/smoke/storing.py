"""Steps about data: a session, its turns, a recording, and its analysis."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

from lib.data import audio_objects
from lib.smoke.checks import check, wait_until
from lib.smoke.run import SECONDS, Run

TEXTS: Final = ("Where is my parcel, please?", "It is on its way and arrives tomorrow.")
ANALYSED_WITHIN: Final = 60.0
"""Seconds: the worker checks every five; a busy one may be late."""


def create_session(run: Run) -> str:
    """A user and a session, each exactly once."""
    token = run.machine()
    user = {"clerkId": run.mark, "name": f"Smoke test {run.mark}"}
    run.outside.call("POST", "/users", token, user, expect=(201,))
    body = {
        "externalId": run.mark,
        "userId": run.mark,
        "channel": "voice",
        "title": "Smoke test",
        "startedAt": datetime.now(UTC).isoformat(),
    }
    run.session_id = run.outside.call("POST", "/sessions", token, body, expect=(201,))["id"]
    again = run.outside.call("POST", "/sessions", token, body)
    check(again["id"] == run.session_id, "The same external id made a second session.")
    return "A user and a session exist; sending the session again made no second one."


def store_turns(run: Run) -> str:
    """Turns are stored once and read back by the member."""
    path = f"/sessions/{run.session_id}"
    body = {"interactions": [_turn(0, "user"), _turn(1, "assistant")]}
    first = run.outside.call("POST", f"{path}/interactions", run.machine(), body, expect=(201,))
    again = run.outside.call("POST", f"{path}/interactions", run.machine(), body, expect=(201,))
    check(first == {"accepted": 2, "duplicates": 0}, "Not all turns were accepted.")
    check(again == {"accepted": 0, "duplicates": 2}, "Sending the turns again duplicated them.")
    read = run.outside.call("GET", f"{path}/transcript", run.member())["interactions"]
    same = [turn["text"] for turn in read] == list(TEXTS)
    check(same, "The transcript differs from what was stored.")
    return "Two turns are stored once each; the member reads them back word by word."


def upload(run: Run) -> str:
    """A recording goes to the bucket by a signed URL and is completed."""
    body = {
        "contentType": "audio/wav",
        "bytes": len(run.recording),
        "sha256": hashlib.sha256(run.recording).hexdigest(),
    }
    path = f"/sessions/{run.session_id}/interactions/0/audio"
    begun = run.outside.call("POST", path, run.machine(), body, expect=(201,))
    run.audio_id, run.upload_url = begun["audioObjectId"], begun["uploadUrl"]
    sent = run.outside.signed(begun["method"], run.upload_url, begun["headers"], run.recording)
    check(sent.is_success, f"The bucket answered the upload with {sent.status_code}.")
    done = run.outside.call("POST", f"/audio/{run.audio_id}/complete", run.machine())
    check(done["status"] == "stored", f"The recording is {done['status']}, not stored.")
    row = audio_objects.get(run.worker, run.audio_id)
    check(row, "Convex does not know the recording: is CONVEX_URL that of the app?")
    run.audio_key = row.key if row else ""
    return f"{len(run.recording):,} bytes are in the bucket and checked."


def analyse(run: Run) -> str:
    """The worker decodes the recording and draws its waveform."""

    def analysis() -> str | None:
        row = audio_objects.get(run.worker, run.audio_id)
        check(row and row.analysis != "corrupt", "The worker found that the recording is damaged.")
        return row.analysis if row else None

    late = f"No worker has analysed the recording within {ANALYSED_WITHIN:.0f} s. Is one running?"
    took = wait_until(lambda: analysis() == "ready", ANALYSED_WITHIN, late)
    row = audio_objects.get(run.worker, run.audio_id)
    length = round((row.duration_ms or 0) / 1000) if row else 0
    check(length == SECONDS, f"The worker measured {length} s, not {SECONDS}.")
    return f"The worker measured {SECONDS} s of audio, {took:.0f} s after the upload."


def _turn(sequence: int, speaker: str) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "speaker": speaker,
        "text": TEXTS[sequence],
        "startedAtMs": sequence * SECONDS * 1000,
        "durationMs": SECONDS * 1000,
    }
