"""A session's recordings come out as one ZIP, piece by piece, and what is lost is named."""

from __future__ import annotations

import io
import zipfile

from lib.data import audio_objects
from lib.storage.objects import CHUNK
from lib.work.recordings_zip import LEFT_OUT, archive
from tests.support.audio import encode, tone
from tests.support.services import Room

ZIP_FRAME = 1024  # headers around a piece of audio


def members(pieces: list[bytes]) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archived:
        assert archived.testzip() is None
        return {name: archived.read(name) for name in archived.namelist()}


def test_the_archive_holds_every_recording_as_it_was_uploaded(room: Room) -> None:
    data = encode("audio/wav", tone(30, rate=48_000), rate=48_000)
    room.stored(data)
    recordings = audio_objects.for_session(room.caller, room.session_id)
    pieces = list(archive(room.storage, recordings))
    assert members(pieces) == {"session.wav": data}
    # However long the recording: never more than a chunk at a time.
    assert len(data) > 4 * CHUNK
    assert max(map(len, pieces)) <= CHUNK + ZIP_FRAME


def test_a_recording_that_is_gone_is_named_and_the_rest_is_there(room: Room) -> None:
    data = encode("audio/wav", tone(1))
    row = room.stored(data)
    room.storage.client("retention").delete_object(Bucket=room.storage.bucket, Key=row.key)
    found = members(list(archive(room.storage, [row])))
    assert found == {LEFT_OUT: b"session.wav: missing\n"}
