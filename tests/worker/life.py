"""A small world of recordings, in which everybody acts who can act: what the interleavings play.

The functions, the product's code and the S3 server are real; the clock is set forward at will. The
server keeps no tags and has a clock of its own, so `World` keeps the tags and ages of objects; and
it is the bucket that deletes by tags, and the client that puts bytes with a URL as long as that can
be used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from lib.data import Refused, audio_objects, erasure, interactions, listening, user_sessions, users
from lib.data.records import AudioObject, NewInteraction
from lib.product.lifetimes import LATE_UPLOAD, UPLOAD_URL
from lib.storage.decode import UnplayableError
from lib.storage.errors import ObjectMissingError, StorageError
from lib.storage.keys import AUDIO_PREFIX, AudioKey, both_keys
from lib.storage.objects import ObjectInfo, list_objects, put_small, read_small
from lib.work import uploads
from lib.work.services import Services
from lib.worker import analysis_job, erasures, expiry_tags, retention
from lib.worker.alerts.signals import overdue_ms
from lib.worker.analyser import Analyser
from lib.worker.reconciliation import Reconciliation
from tests.support.audio import recording
from tests.support.clock import Clock
from tests.support.convex import ConvexRuntime

GOOD = recording("audio/wav", 0.3)
OTHER = GOOD[:-2] + b"xx"
SLOW_UPLOAD = LATE_UPLOAD - timedelta(minutes=1)
"""How long after the end of its URL an upload may still arrive that began before."""

TURNS = 2


Answer = TypeVar("Answer")


class CrashError(Exception):
    """The process ends here."""


@dataclass(slots=True)
class Session:
    """A conversation, and what the test knows of it.

    Attributes:
        protected: keys that must be there, since a hold was answered while they were.
    """

    id: str
    clerk_id: str
    external_id: str
    held: bool = False
    protected: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Recording:
    """An announced recording, and what the test knows of it.

    Attributes:
        url_until: until when its newest URL can be used.
        acknowledged: the client was told that it is stored.
        replaced: somebody put other bytes.
    """

    id: str
    key: str
    session: Session
    sequence: int
    url_until: datetime
    ends_at: datetime
    acknowledged: bool = False
    replaced: bool = False


class World:
    """Everybody who acts on recordings, and what they were promised.

    Args:
        services: real ones.
        convex: the runtime, for callers of other roles.
        clock: of Convex and of this process.
        analyser: decodes.
    """

    def __init__(
        self, services: Services, convex: ConvexRuntime, clock: Clock, analyser: Analyser
    ) -> None:
        self.services, self.clock, self.analyser = services, clock, analyser
        self.storage = services.storage
        # Of each world another one: the clock goes back between them, and rates are limited.
        self._admin = convex.member("admin", f"user_{uuid4().hex}")
        self.tags: dict[str, datetime] = {}
        self.put_at: dict[str, datetime] = {}
        self.ended_by_bucket: set[str] = set()
        self.recordings: list[Recording] = []
        self.erasing: set[str] = set()
        self.swept: set[str] = set()
        clock.set_ahead(timedelta(0))
        first = self._user()
        self.users = [first, self._user()]
        self.sessions = [self._session(first), self._session(first), self._session(self.users[1])]

    @property
    def caller(self) -> Any:
        """A caller with the role worker."""
        return self.services.worker_caller()

    def _user(self) -> str:
        clerk_id = f"user_{uuid4().hex}"
        users.upsert(self.caller, clerk_id=clerk_id, kind="product")
        return clerk_id

    def _session(self, clerk_id: str) -> Session:
        external_id = uuid4().hex
        made = user_sessions.create(
            self.caller,
            external_id=external_id,
            clerk_id=clerk_id,
            channel="voice",
            started_at=self.clock.now(),
        )
        turns = [
            NewInteraction(sequence=n, speaker="user", text="x", started_at_ms=n)
            for n in range(TURNS)
        ]
        interactions.append(self.caller, made.id, turns)
        return Session(made.id, clerk_id, external_id)

    # --- The client and its backend ---------------------------------------------------------------

    def begin(self, session: int, sequence: int) -> None:
        """Announce a recording, again if it was announced before."""
        chosen = self.sessions[session % len(self.sessions)]
        begun = unless_refused(
            lambda: uploads.begin(
                self.caller,
                self.storage,
                session_id=chosen.id,
                sequence=sequence % TURNS,
                content_type="audio/wav",
                size=len(GOOD),
                sha256=hashlib.sha256(GOOD).hexdigest(),
            )
        )
        if isinstance(begun, Refused):
            assert begun.code in self._refusals(chosen), begun
            return
        assert chosen.clerk_id not in self.erasing, "an upload began after its user's erasure"
        until = self.clock.now() + UPLOAD_URL
        row = begun.audio
        known = next((one for one in self.recordings if one.id == row.id), None)
        if known is None:
            self.recordings.append(
                Recording(row.id, row.key, chosen, sequence % TURNS, until, row.expires_at)
            )
        else:
            known.url_until = until

    def begin_oddly(self, session: int, key: str) -> None:
        """Announce under a key that another backend made by its own rules."""
        chosen = self.sessions[session % len(self.sessions)]
        with suppress(Refused):
            audio_objects.begin(
                self.caller,
                session_id=chosen.id,
                key=key.format(session=chosen.id, object=uuid4().hex),
                content_type="audio/wav",
                bytes=len(GOOD),
                sha256=hashlib.sha256(uuid4().bytes).hexdigest(),
                expires_at=self.clock.now() + timedelta(days=1),
            )

    def put(self, pick: int, data: bytes = GOOD) -> None:
        """Send the bytes, also late, after all else, or again, as long as the URL allows."""
        chosen = self._picked(pick)
        if chosen is None or self.clock.now() > chosen.url_until + SLOW_UPLOAD:
            return
        put_small(self.storage, "ingest", chosen.key, data, "audio/wav")
        chosen.replaced |= data != GOOD
        self.tags.pop(chosen.key, None)  # a new object has no tags
        self.put_at[chosen.key] = self.clock.now()
        self.ended_by_bucket.discard(chosen.key)

    def upload(self, session: int, sequence: int) -> None:
        """Announce, send and complete, as most uploads go."""
        self.begin(session, sequence)
        chosen = self.sessions[session % len(self.sessions)]
        for number, one in enumerate(self.recordings):
            if (one.session, one.sequence) == (chosen, sequence % TURNS):
                self.put(number)
                self.complete(number)

    def complete(self, pick: int) -> None:
        """Say that the bytes are sent."""
        chosen = self._picked(pick)
        if chosen is None:
            return
        with suppress(ObjectMissingError, UnplayableError, uploads.EndedError, LookupError):
            row = unless_refused(
                lambda: uploads.complete(
                    self.caller, self.services.worker_caller, self.storage, chosen.id
                )
            )
            if isinstance(row, Refused):
                assert row.code in {"CONFLICT", "NOT_FOUND"}, row
                return
            assert row.status == "stored", f"a completed upload was answered with {row.status}"
            chosen.acknowledged = True

    def come_back(self, user: int) -> None:
        """Tell of the user again: a webhook, an import, another conversation."""
        clerk_id = self.users[user % len(self.users)]
        known = next(one for one in self.sessions if one.clerk_id == clerk_id)
        is_gone = users.get(self.caller, clerk_id) is None
        returns = (
            lambda: users.upsert(self.caller, clerk_id=clerk_id, kind="product"),
            lambda: user_sessions.create(
                self.caller,
                external_id=known.external_id,
                clerk_id=clerk_id,
                channel="voice",
                started_at=self.clock.now(),
            ),
        )
        for come in returns:
            answer = unless_refused(come)
            code = answer.code if isinstance(answer, Refused) else ""
            assert code == "GONE" if is_gone else code != "GONE", f"an erased user: {code}"

    # --- People -----------------------------------------------------------------------------------

    def hold(self, session: int) -> None:
        """Hold a session; what is stored when that is answered is protected."""
        chosen = self.sessions[session % len(self.sessions)]
        if self._set_hold(chosen, held=True):
            chosen.held = True
            self._protect(chosen, self._rows())

    def release(self, session: int) -> None:
        """Release a session."""
        chosen = self.sessions[session % len(self.sessions)]
        if self._set_hold(chosen, held=False):
            chosen.held = False
            chosen.protected.clear()

    def _protect(self, session: Session, rows: Iterable[AudioObject]) -> None:
        """Note what a held session is said to have, as far as the bucket has not ended it."""
        session.protected |= {
            row.key for row in rows if row.session_id == session.id and row.status == "stored"
        } - self.ended_by_bucket

    def _set_hold(self, session: Session, *, held: bool) -> bool:
        answer = unless_refused(
            lambda: user_sessions.set_legal_hold(self._admin, session.id, legal_hold=held)
        )
        if isinstance(answer, Refused):
            assert session.clerk_id in self.erasing, answer
        return not isinstance(answer, Refused)

    def start_erasure(self, user: int) -> None:
        """Ask for a user's erasure; a hold refuses it."""
        clerk_id = self.users[user % len(self.users)]
        is_held = any(one.held for one in self.sessions if one.clerk_id == clerk_id)
        answer = unless_refused(lambda: erasure.start(self.caller, clerk_id))
        assert isinstance(answer, Refused) == is_held, "a held user is being erased"
        if is_held:
            return
        self.erasing.add(clerk_id)

    def erase_owner(self, session: int) -> None:
        """Erase the user of a session, unless a hold refuses that."""
        chosen = self.sessions[session % len(self.sessions)]
        self.start_erasure(self.users.index(chosen.clerk_id))
        self.erase()

    # --- The worker and the bucket ----------------------------------------------------------------

    def sweep(self) -> None:
        """Settle abandoned uploads."""
        self._never_fails(uploads.sweep(self.services.worker_caller, self.storage, _never))

    def analyse(self) -> None:
        """Analyse what is stored."""
        self._never_fails(
            analysis_job.analyse_due(
                self.services.worker_caller, self.storage, self.analyser, _never
            )
        )

    def tag(self) -> None:
        """Bring tags up to date."""
        self._never_fails(
            expiry_tags.follow_holds(self.services.worker_caller, self.storage, _never)
        )

    def retain(self) -> None:
        """Delete what is past its window."""
        self._never_fails(retention.expire_due(self.services.worker_caller, self.storage, _never))

    def erase(self) -> None:
        """Go on with erasures."""
        self._never_fails(erasures.finish_started(self.services, _never))

    def reconcile(self) -> None:
        """Compare rows and bucket, as the job does."""
        report = erasures.reconcile(self.services, _never)
        assert report["failed"] == 0
        for clerk_id in self.erasing - self.swept:
            done = erasure.get(self.caller, clerk_id)
            if done is not None and done.swept_at is not None:
                self.swept.add(clerk_id)

    def repair(self) -> None:
        """Compare and repair, as an operator does."""
        Reconciliation(self.caller, self.storage, repair=True).run()

    def lifecycle(self) -> None:
        """Delete by the bucket's own rule: what is tagged, and as old as the window is long."""
        window = timedelta(days=self.services.settings.privacy_window_days)
        now, rows = self.clock.now(), self._rows()
        objects = self._objects()
        old = {name for name in self.tags.keys() & objects if now >= self.put_at[name] + window}
        kept = self._tagged(rows, objects)
        pending = {one.id: self._is_pending(one) for one in self.sessions if one.held}
        for name in old:
            session = AudioKey.parse(name).session_id
            if session in pending and name in kept:
                assert pending[session], "the bucket deletes what is held, and nobody said so"
                for one in self.sessions:
                    one.protected.discard(name)
            self.delete_tagged(name)

    def delete_tagged(self, name: str) -> None:
        """Delete an object by the bucket's own means."""
        self.tags.pop(name, None)
        self.ended_by_bucket.add(name)
        client = self.storage.client("admin")
        client.delete_object(Bucket=self.storage.bucket, Key=name)

    def write_tags(self, name: str, tags: Sequence[Any]) -> None:
        """Keep the tags of an object, as the server would."""
        if tags and name in self._objects():
            self.tags[name] = self.clock.now()
            self.put_at.setdefault(name, self.clock.now())
        else:
            self.tags.pop(name, None)

    def aged(self, found: Iterable[ObjectInfo]) -> Iterator[ObjectInfo]:
        """Yield objects with their ages by the clock that everybody else goes by."""
        for item in found:
            yield replace(item, modified_at=self.put_at.get(item.key, item.modified_at))

    def _tagged(self, rows: Iterable[AudioObject], objects: set[str]) -> set[str]:
        """Return what is tagged, of recordings that have not ended; tags go with their objects."""
        open_names = {
            name for row in rows if row.status != "expired" for name in both_keys(row.key)
        }
        return self.tags.keys() & objects & open_names

    def _is_pending(self, session: Session) -> bool:
        opened = listening.open_session(self._admin, session.id, note=False)
        return opened is not None and opened.hold_pending is True

    @staticmethod
    def _never_fails(report: Any) -> None:
        assert report["failed"] == 0, f"a job could not do all of its work: {report}"

    # --- What was promised ------------------------------------------------------------------------

    def check(self) -> None:
        """Check what must be true at every moment."""
        objects = self._objects()
        now = self.clock.now()
        rows = {row.id: row for row in self._rows()}
        if any(
            row.status == "stored" and row.expires_at < now and not self._is_held(row)
            for row in rows.values()
        ):
            assert self._is_overdue(now), "overdue retention goes unseen"
        for session in self.sessions:
            if session.held:
                assert session.protected <= objects, "a held recording was deleted"
                tagged = self._tagged(rows.values(), objects) & {
                    name for name in objects if f"/{session.id}/" in name
                }
                assert not tagged or self._is_pending(session), "tagged, held, and not pending"
                self._protect(session, rows.values())
        for one in self.recordings:
            if one.session.clerk_id not in self.erasing:
                self._plays(one, rows[one.id], objects, now)
            elif one.session.clerk_id in self.swept:
                assert not set(both_keys(one.key)) & objects, "the erased is there"

    def _plays(self, one: Recording, row: AudioObject, objects: set[str], now: datetime) -> None:
        if row.analysis == "ready" and row.status == "stored":
            assert row.duration_ms == 300, "ready without having been verified"
        if one.acknowledged and not one.replaced and now < one.ends_at:
            assert row.status == "stored", f"an acknowledged recording is {row.status}"
            assert row.analysis != "corrupt", "an acknowledged recording is corrupt"
            assert one.key in objects, "an acknowledged recording is gone"
            assert read_small(self.storage, "reader", one.key, len(GOOD)) == GOOD

    def tidy(self) -> None:
        """Give every job the time to do its work, and check what must be true then."""
        self.clock.advance(timedelta(hours=3))
        for job in (self.sweep, self.analyse, self.tag, self.retain, self.erase, self.reconcile):
            job()
        self.analyse()  # of what came late
        self.tag()
        for session in self.sessions:
            assert not (session.held and self._is_pending(session)), "a hold stays pending"
        objects = self._objects()
        now = self.clock.now()
        assert not self._is_overdue(now)
        rows = self._rows()
        known = {name for row in rows for name in both_keys(row.key)}
        assert objects <= known, "an object that no row knows"
        for row in rows:
            self._is_true(row, objects, now)
        for clerk_id in self.erasing:
            done = erasure.get(self.caller, clerk_id)
            assert done is not None
            assert done.finished_at is not None, "an erasure does not end"
            assert done.receipt is not None, "an erasure without a receipt"
            assert users.get(self.caller, clerk_id) is None

    def _is_overdue(self, now: datetime) -> bool:
        return overdue_ms(self.caller, now) > 0

    def _is_true(self, row: AudioObject, objects: set[str], now: datetime) -> None:
        is_held = self._is_held(row)
        if row.status == "stored":
            assert row.expires_at > now or is_held, "a recording lives past its window"
            assert row.key in objects, "a stored recording without an object"
            assert row.analysis in {"ready", "corrupt"}
            assert (row.analysis == "corrupt") == (row.reason is not None)
        elif row.status == "expired":
            assert not set(both_keys(row.key)) & objects, "an expired recording is there"
        else:
            assert row.status == "missing", f"a recording stays {row.status}"
            assert row.expires_at > now or is_held, "a missing recording is waited for for ever"
            assert row.key not in objects, "a late upload is lost"

    def end(self) -> None:
        """Erase everybody, so that nothing is left for the next world, and prove it."""
        for number in range(len(self.sessions)):
            self.release(number)
        for number in range(len(self.users)):
            self.start_erasure(number)
        self.erase()
        for number in range(len(self.recordings)):
            self.put(number)
        self.tidy()
        self.clock.advance(timedelta(hours=3))
        self.reconcile()
        assert self.swept == set(self.users), "an erasure is never over"
        assert not self._objects(), "something of the erased is left"

    def _picked(self, pick: int) -> Recording | None:
        return self.recordings[pick % len(self.recordings)] if self.recordings else None

    def _rows(self) -> Sequence[AudioObject]:
        """Return the rows; an earlier world that failed may have left some of its own."""
        ours = {one.id for one in self.sessions}
        rows = audio_objects.every(self.caller, cursor=None, limit=200).items
        return [row for row in rows if row.session_id in ours]

    def _is_held(self, row: AudioObject) -> bool:
        return any(one.held for one in self.sessions if one.id == row.session_id)

    def _refusals(self, session: Session) -> set[str]:
        return {"CONFLICT", "GONE"} if session.clerk_id in self.erasing else {"CONFLICT"}

    def _objects(self) -> set[str]:
        found = list_objects(self.storage, "retention", AUDIO_PREFIX)
        return {
            item.key for item in found if any(f"/{one.id}/" in item.key for one in self.sessions)
        }


class Interruptions:
    """Lets somebody else act in the middle of a job, at the points where it waits for an answer."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []
        self._busy = False

    def point(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function before and after which the next in line acts."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.act()
            try:
                return function(*args, **kwargs)
            finally:
                self.act()

        return wrapped

    def act(self) -> None:
        """Let the next in line act, unless one acts already."""
        if self.waiting and not self._busy:
            self._busy = True
            try:
                self.waiting.pop(0)()
            finally:
                self._busy = False


def crash() -> None:
    """End the process."""
    raise CrashError


def _never() -> bool:
    return False


def unless_refused(work: Callable[[], Answer]) -> Answer | Refused:
    """Return the answer of a call, or its refusal."""
    try:
        return work()
    except Refused as error:
        return error


def forgiving(work: Callable[[], None]) -> None:
    """Do work whose process may crash."""
    with suppress(CrashError, StorageError):
        work()
