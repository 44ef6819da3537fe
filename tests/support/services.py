"""Fixtures of the job tests: real Convex functions, a real S3 server, and services over both."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from lib.data import Caller, audio_objects, user_sessions, users
from lib.data.records import AudioObject
from lib.storage.client import Storage, ensure_bucket
from lib.storage.keys import AUDIO_PREFIX, AudioKey, peaks_key
from lib.storage.objects import list_objects, put_small
from lib.work import uploads
from lib.work.services import Services
from tests.support.convex import ConvexRuntime, running_convex
from tests.support.s3 import LocalS3, settings_for


@pytest.fixture(scope="session")
def convex(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConvexRuntime]:
    """One runtime for all tests of the process; tests use users and sessions of their own."""
    with running_convex(tmp_path_factory.mktemp("convex")) as runtime:
        yield runtime


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalS3]:
    """One S3 server for all tests of the process."""
    server = LocalS3(tmp_path_factory.mktemp("s3") / "data")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def services(convex: ConvexRuntime, s3: LocalS3) -> Iterator[Services]:
    """The product's own services over both."""
    settings = settings_for(
        s3.endpoint,
        CONVEX_URL=convex.stack.convex_url,
        EARSHOT_SERVICE_KEY=convex.stack.service_key_pem,
    )
    ensure_bucket(settings)
    made = Services(settings)
    yield made
    made.close()


@dataclass(slots=True)
class Room:
    """One session of one user, to put recordings into."""

    services: Services
    clerk_id: str
    session_id: str

    @property
    def caller(self) -> Caller:
        """A caller with the role worker, which includes ingest."""
        return self.services.worker_caller()

    @property
    def storage(self) -> Storage:
        """The bucket."""
        return self.services.storage

    def begin(self, data: bytes, content_type: str = "audio/wav") -> uploads.Upload:
        """Announce a recording of the whole session."""
        return uploads.begin(
            self.caller,
            self.storage,
            session_id=self.session_id,
            sequence=None,
            content_type=content_type,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )

    def send(self, begun: uploads.Upload, data: bytes) -> int:
        """Upload as a client would; returns the HTTP status."""
        with httpx.Client(trust_env=False) as http:
            target = begun.target
            return http.put(target.url, content=data, headers=target.headers).status_code

    def complete(self, begun: uploads.Upload) -> AudioObject:
        """Complete an upload."""
        return uploads.complete(
            self.caller, self.services.worker_caller, self.storage, begun.audio.id
        )

    def stored(self, data: bytes, content_type: str = "audio/wav") -> AudioObject:
        """Announce, upload and complete."""
        begun = self.begin(data, content_type)
        assert self.send(begun, data) == 200
        return self.complete(begun)

    def expiring(self, data: bytes) -> AudioObject:
        """Store a recording whose privacy window ends at once."""
        row = audio_objects.begin(
            self.caller,
            session_id=self.session_id,
            bytes=len(data),
            content_type="audio/wav",
            key=str(AudioKey.new(self.session_id, "audio/wav")),
            sha256=hashlib.sha256(data).hexdigest(),
            expires_at=datetime.now(UTC) + timedelta(milliseconds=400),
        )
        put_small(self.storage, "ingest", row.key, data, "audio/wav")
        put_small(self.storage, "analysis", peaks_key(row.key), b"{}", "application/json")
        stored = audio_objects.mark_stored(self.caller, id=row.id)
        while datetime.now(UTC) < row.expires_at:
            time.sleep(0.01)
        return stored

    def objects(self) -> list[str]:
        """Return what the bucket holds of this session."""
        found = list_objects(self.storage, "retention", AUDIO_PREFIX)
        return [item.key for item in found if f"/{self.session_id}/" in item.key]

    def row(self, audio_object_id: str) -> AudioObject:
        """Return a row as it is now."""
        found = audio_objects.get(self.caller, audio_object_id)
        assert found is not None
        return found


def new_room(services: Services, clerk_id: str = "") -> Room:
    """Make a session, of a new user unless one is named."""
    caller = services.worker_caller()
    clerk_id = clerk_id or f"user_{uuid4().hex}"
    users.upsert(caller, clerk_id=clerk_id, kind="product", name="Ada")
    made = user_sessions.create(
        caller,
        external_id=uuid4().hex,
        clerk_id=clerk_id,
        channel="voice",
        started_at=datetime.now(UTC),
    )
    return Room(services, clerk_id, made.id)


@pytest.fixture
def room(services: Services) -> Room:
    """A fresh session of a fresh user."""
    return new_room(services)
