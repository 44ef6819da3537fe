"""Work that goes on while things fail: backends that store, a tab that looks, on a thread."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from local.stack import Stack
from tests.faults.announcements import Announcements
from tests.support.audio import recording
from tests.support.receiver import Receiver
from tests.support.reviewers import ReviewRoom
from tests.support.sign_in import own_web, sign_in, team_members
from tests.support.visitor import PageError, Visitor
from tests.support.writer import Conversation, Writer

WRITERS: Final = 3
REVIEWERS: Final = 4
PAGES: Final = ("/", "/sessions", "/users", "/storage", "/status", "/audit")
RETRY_SECONDS: Final = 0.25
SOUND: Final = recording("audio/wav", 0.3)
_ANSWERED: Final = (httpx.codes.OK, httpx.codes.CREATED)


@dataclass(slots=True)
class Recording:
    """A recording of a conversation; `stored` when that was acknowledged."""

    talk: Conversation
    id: str = ""
    stored: bool = False


@dataclass
class Traffic:
    """Everybody at work, from `start` to `stop`.

    Args:
        stack: with its keys.
        convex_url: through the proxy.
        receiver: of alerts.

    Attributes:
        writers: with what was acknowledged to each.
        recordings: with what was acknowledged.
        acknowledged: requests of the writers and uploads so far.
        views: pages shown so far; `troubles` what was not, with how often.
    """

    stack: Stack
    convex_url: str
    receiver: Receiver
    writers: list[Writer] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    acknowledged: int = 0
    views: int = 0
    troubles: dict[str, int] = field(default_factory=dict)
    failed: list[BaseException] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin."""
        self.reviewers = ReviewRoom(self.stack, self.convex_url)
        self.reviewers.open(REVIEWERS)
        self.reviewers.start(self._over.is_set, RETRY_SECONDS)
        self.announcements = Announcements(self.stack, self.convex_url, self.receiver)
        self.announcements.start()
        self._thread = threading.Thread(target=self._run, name="traffic")
        self._thread.start()

    def stop(self) -> None:
        """End after the requests under way were acknowledged."""
        self._over.set()
        self._thread.join(120)
        assert not self._thread.is_alive(), "the traffic does not end"
        self.reviewers.join()
        self.announcements.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except BaseException as error:  # noqa: BLE001  # reported by the test
            self.failed.append(error)

    async def _work(self) -> None:
        api = self.stack.app_url + "/api/v1"
        async with httpx.AsyncClient(timeout=8, trust_env=False) as http, own_web() as web:
            member = team_members(self.stack, 1, "admin", "watch")[0]
            await sign_in(web, self.stack, member)
            async with asyncio.TaskGroup() as tasks:
                for number in range(WRITERS):
                    writer = Writer(
                        self.stack,
                        api,
                        http,
                        f"fault{number}",
                        self._note,
                        batch=3,
                        length=12,
                        pause=0.05,
                        patient=True,
                    )
                    self.writers.append(writer)
                    tasks.create_task(writer.run(self._over.is_set))
                tasks.create_task(self._record(http, api))
                tasks.create_task(self._look(Visitor(self.stack.app_url, web)))

    def _note(self, what: str, seconds: float, failure: str) -> None:
        if failure:
            self._trouble(f"{what}: {failure}")
        else:
            self.acknowledged += 1

    def _trouble(self, what: str) -> None:
        self.troubles[what] = self.troubles.get(what, 0) + 1

    async def _look(self, visitor: Visitor) -> None:
        """Walk over the pages; after a failure load the page anew, as people do."""
        while not self._over.is_set():
            for path in PAGES:
                try:
                    if visitor.is_open:
                        await visitor.click(path)
                    else:
                        await visitor.load(path)
                    self.views += 1
                except PageError as error:
                    self._trouble(str(error))
                    await visitor.close()
                await asyncio.sleep(RETRY_SECONDS)
        await visitor.close()

    async def _record(self, http: httpx.AsyncClient, api: str) -> None:
        """Store one recording for each of a series of conversations."""
        writer = Writer(
            self.stack, api, http, "sound", self._note, batch=1, length=1, pause=0.2, patient=True
        )
        self.writers.append(writer)
        while not self._over.is_set():
            talk = await writer.begin()
            await writer.append(talk)
            sound = Recording(talk)
            self.recordings.append(sound)
            while not sound.stored:
                if not await self._store(http, api, writer, sound):
                    await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(RETRY_SECONDS)

    async def _store(
        self, http: httpx.AsyncClient, api: str, writer: Writer, sound: Recording
    ) -> bool:
        """Go one step further with a recording; tell whether that was acknowledged."""
        headers = {"Authorization": f"Bearer {writer.bearer()}"}
        try:
            if not sound.id:
                sound.id = await self._upload(http, api, headers, sound)
                return bool(sound.id)
            done = await http.post(f"{api}/audio/{sound.id}/complete", headers=headers)
        except httpx.TransportError as error:
            self._trouble(f"recording: {type(error).__name__}")
            return False
        if done.status_code == httpx.codes.CONFLICT:
            sound.id = ""
        sound.stored = done.status_code in _ANSWERED
        self._note("recording", 0.0, "" if sound.stored else str(done.status_code))
        return sound.stored

    async def _upload(
        self, http: httpx.AsyncClient, api: str, headers: dict[str, str], sound: Recording
    ) -> str:
        body = {
            "contentType": "audio/wav",
            "bytes": len(SOUND),
            "sha256": hashlib.sha256(SOUND).hexdigest(),
        }
        begun = await http.post(f"{api}/sessions/{sound.talk.id}/audio", json=body, headers=headers)
        if begun.status_code not in _ANSWERED:
            self._trouble(f"begin recording: {begun.status_code}")
            return ""
        wish: dict[str, Any] = begun.json()
        sent = await http.request(
            wish["method"], wish["uploadUrl"], headers=wish["headers"], content=SOUND
        )
        if not sent.is_success:
            self._trouble(f"upload: {sent.status_code}")
            return ""
        return str(wish["audioObjectId"])


def progress(traffic: Traffic) -> tuple[int, ...]:
    """Return what has been done so far: acknowledged requests, recordings, views, reviews."""
    recordings = sum(sound.stored for sound in traffic.recordings)
    reviews = len(traffic.reviewers.submitted)
    return traffic.acknowledged, recordings, traffic.views, reviews


def wait_for_progress(
    traffic: Traffic, since: tuple[int, ...], seconds: float, tend: Callable[[], None]
) -> None:
    """Wait until more was acknowledged and shown than at `since`.

    Raises:
        AssertionError: not within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while any(now <= then for now, then in zip(progress(traffic), since, strict=True)):
        tend()
        assert not traffic.failed, traffic.failed
        assert time.monotonic() < deadline, (since, progress(traffic), traffic.troubles)
        time.sleep(0.05)
