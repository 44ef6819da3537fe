"""Sessions made for the tests of the listening room, and what the player shows of them."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from typing import Any, Self

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.support.audio import encode, tone
from tests.support.stack import RunningStack

BATCH = 500


class Ingest:
    """The product's backend: stores sessions through the API."""

    def __init__(self, stack: RunningStack) -> None:
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{stack.port}/api/v1",
            headers={"Authorization": f"Bearer {stack.token('ingest')}"},
            timeout=60,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def session(self, turns: Sequence[dict[str, Any]], **more: Any) -> str:
        """Store a session with these turns, of a new user if none is named; return its id."""
        clerk_id = more.pop("user", None) or f"user_{uuid.uuid4().hex}"
        self._post("/users", {"clerkId": clerk_id, "name": more.pop("name", "Test Person")})
        session = self._post(
            "/sessions",
            {
                "externalId": uuid.uuid4().hex,
                "userId": clerk_id,
                "channel": "voice",
                "startedAt": "2026-01-02T03:04:05Z",
                **more,
            },
        )
        for start in range(0, len(turns), BATCH):
            batch = {"interactions": list(turns[start : start + BATCH])}
            self._post(f"/sessions/{session['id']}/interactions", batch)
        session_id: str = session["id"]
        return session_id

    def recording(
        self,
        session_id: str,
        seconds: float = 60,
        *,
        sequence: int | None = None,
        body: bytes = b"",
        content_type: str = "audio/mpeg",
    ) -> str:
        """Store a recording of a turn, or of the whole session; return its id.

        Args:
            session_id: of the session.
            seconds: length of a tone.
            sequence: of the turn.
            body: a file instead of a tone.
            content_type: of the file.
        """
        body = body or encode("audio/mpeg", tone(seconds, rate=16_000), rate=16_000)
        place = "" if sequence is None else f"/interactions/{sequence}"
        upload = self._post(
            f"/sessions/{session_id}{place}/audio",
            {
                "contentType": content_type,
                "bytes": len(body),
                "sha256": hashlib.sha256(body).hexdigest(),
            },
        )
        put = httpx.request(
            upload["method"],
            upload["uploadUrl"],
            headers=upload["headers"],
            content=body,
            timeout=60,
            trust_env=False,
        )
        assert put.status_code == 200, put.text
        audio_id: str = upload["audioObjectId"]
        self._post(f"/audio/{audio_id}/complete", None)
        return audio_id

    def score(self, session_id: str, *scores: dict[str, Any]) -> None:
        """Store scores of a session and its turns."""
        self._post(f"/sessions/{session_id}/scores", {"scores": list(scores)})

    def owner_of(self, session_id: str) -> str:
        """Return the Clerk id of a session's user."""
        clerk_id: str = self._client.get(f"/sessions/{session_id}").json()["userId"]
        return clerk_id

    def user(self, clerk_id: str, **profile: str) -> None:
        """Store what is known of a user."""
        self._post("/users", {"clerkId": clerk_id, **profile})

    def announced(self, session_id: str) -> None:
        """Announce a recording of the whole session that is not uploaded."""
        body = {"contentType": "audio/mpeg", "bytes": 10, "sha256": "0" * 64}
        self._post(f"/sessions/{session_id}/audio", body)

    def _post(self, path: str, body: Any) -> Any:
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        answer = self._client.post(path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()


def turns(texts: Sequence[str], every_ms: int = 2000) -> list[dict[str, Any]]:
    """Return turns that alternate between user and assistant."""
    return [
        {
            "sequence": index,
            "speaker": "user" if index % 2 == 0 else "assistant",
            "text": text,
            "startedAtMs": index * every_ms,
            "durationMs": every_ms - 500,
        }
        for index, text in enumerate(texts)
    ]


def open_room(page: Page, stack: RunningStack, session_id: str, more: str = "") -> None:
    """Open a session and wait for its transcript."""
    page.goto(f"{stack.app_url}/session?id={session_id}{more}")
    expect(page.get_by_role("list", name="Transcript")).to_be_visible()


def player(page: Page) -> Locator:
    """Return the bar of the player."""
    return page.get_by_role("group", name="Player")


def lit(page: Page) -> Locator:
    """Return the lit turn."""
    return page.locator(".turn.lit")


# Whether a reader sees the beginning of an element: it is in the window, and nothing covers it.
IN_VIEW = """element => {
  const { left, top, width, height } = element.getBoundingClientRect();
  const x = left + Math.min(width / 2, 120), y = top + Math.min(height / 2, 16);
  if (x < 0 || x > innerWidth || y < 0 || y > innerHeight) return false;
  let hit = document.elementFromPoint(x, y);
  for (let root; (root = hit?.shadowRoot) && root.elementFromPoint(x, y) !== hit; ) {
    const inner = root.elementFromPoint(x, y);
    if (!inner) break;
    hit = inner;
  }
  while (hit && hit !== element) hit = hit.parentElement ?? hit.getRootNode().host;
  return hit === element;
}"""


def in_view(locator: Locator) -> bool:
    """Tell whether the one element of a locator can be seen now."""
    if locator.count() != 1:
        return False
    seen: bool = locator.evaluate(IN_VIEW)
    return seen


def position(page: Page) -> float:
    """Return the media element's time in seconds."""
    time: float = page.locator(".player > audio").evaluate("audio => audio.currentTime")
    return time


def wait_until_sounding(page: Page) -> None:
    """Wait until the media element's time has advanced."""
    expect(player(page).get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator(".clock")).to_contain_text(re.compile(r"^0:0[1-9]|^0:[1-9]"))
