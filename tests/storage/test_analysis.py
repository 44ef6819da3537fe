"""A stored object is read whole and bound to its entity tag, however the connection behaves."""

from __future__ import annotations

import hashlib
import io
import json
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.observability.events import StorageEvent
from lib.storage import objects
from lib.storage.analysis import analyse, check_upload
from lib.storage.client import Storage
from lib.storage.decode import UnplayableError
from lib.storage.errors import ObjectMissingError, StorageError
from lib.storage.formats import SNIFF_BYTES
from lib.storage.keys import AudioKey
from lib.storage.objects import ObjectInfo, put_small, read_small
from lib.storage.reader import MAX_JUMPS, ObjectReader, TooManyJumpsError
from lib.storage.upload import upload
from tests.support.audio import CONTENT_TYPES, recording
from tests.support.s3 import Endpoint, settings_for
from tests.support.s3_faults import FaultyS3, faulty_s3

BYTES = random.Random(1).randbytes(3 * 1024 * 1024)  # noqa: S311  # a fixed sequence


@pytest.fixture(scope="module")
def faulty() -> Iterator[FaultyS3]:
    with faulty_s3() as server:
        server.body = BYTES
        yield server


@pytest.fixture(scope="module")
def faulty_storage(faulty: FaultyS3) -> Iterator[Storage]:
    made = Storage(settings_for(Endpoint(faulty.url, "a", "s", "b")), lambda _: None)
    yield made
    made.close()


def reader(storage: Storage) -> ObjectReader:
    return ObjectReader(storage, "analysis", objects.head(storage, "analysis", "k"))


def test_a_broken_connection_is_taken_up_where_it_broke(
    faulty: FaultyS3, faulty_storage: Storage
) -> None:
    faulty.cut_after = [100_000, 1, 700_000]
    source = reader(faulty_storage)
    parts = []
    while part := source.read(65_536):
        parts.append(part)
    assert b"".join(parts) == BYTES
    assert source.sha256() == hashlib.sha256(BYTES).hexdigest()
    source.close()


def test_a_connection_that_always_breaks_is_given_up(
    faulty: FaultyS3, faulty_storage: Storage
) -> None:
    faulty.cut_after = [10] * 100
    source = reader(faulty_storage)
    with pytest.raises(StorageError) as caught:
        source.sha256()
    assert caught.value.failure == "connection"
    faulty.cut_after.clear()
    source.close()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(BYTES)), st.integers(1, 300_000)), max_size=12))
def test_reading_here_and_there_gives_the_right_bytes_and_the_right_checksum(
    faulty_storage: Storage, jumps: list[tuple[int, int]]
) -> None:
    source = reader(faulty_storage)
    for position, count in jumps:
        assert source.seek(position) == position
        data = source.read(count)
        assert data == BYTES[position : position + len(data)]
        assert data or position == len(BYTES)
    assert source.sha256() == hashlib.sha256(BYTES).hexdigest()
    source.close()


def test_jumps_are_bounded(faulty_storage: Storage) -> None:
    source = reader(faulty_storage)
    for number in range(MAX_JUMPS + 1):
        source.seek(0 if number % 2 else 2_000_000)
        source.read(10)
    source.seek(0)
    with pytest.raises(TooManyJumpsError):
        source.read(10)
    source.close()


def test_an_object_that_changes_while_it_is_read_is_not_mixed(storage: Storage) -> None:
    key = str(AudioKey.new("a" * 31, "audio/wav"))
    data = recording("audio/wav", 2.0)
    put_small(storage, "ingest", key, data, "audio/wav")
    stale: ObjectInfo = objects.head(storage, "analysis", key)
    put_small(storage, "ingest", key, data[:-1] + b"x", "audio/wav")
    source = ObjectReader(storage, "analysis", stale)
    with pytest.raises(StorageError) as caught:
        source.read(10)
    assert caught.value.failure == "invalid"
    source.close()


def stored(storage: Storage, data: bytes, content_type: str) -> tuple[str, int, str]:
    key = str(AudioKey.new("a" * 31, content_type))
    sha256 = hashlib.sha256(data).hexdigest()
    if data:
        upload(storage, key, io.BytesIO(data), len(data), sha256)
    else:
        put_small(storage, "ingest", key, data, content_type)
    return key, len(data), sha256


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_each_format_is_analysed_from_the_bucket(storage: Storage, content_type: str) -> None:
    data = recording(content_type, 2.0)
    key, size, sha256 = stored(storage, data, content_type)
    assert check_upload(storage, key, size).size == size
    found = analyse(storage, key, size, sha256)
    assert found.sha256 == sha256
    assert found.duration_ms == pytest.approx(2000, abs=60)
    document = json.loads(read_small(storage, "reader", found.peaks_key, 1_000_000))
    assert document["durationMs"] == found.duration_ms


@pytest.mark.parametrize("size", [44, SNIFF_BYTES - 1, SNIFF_BYTES, SNIFF_BYTES + 1])
def test_an_upload_of_any_length_is_checked(storage: Storage, size: int) -> None:
    data = (b"RIFF" + (size - 8).to_bytes(4, "little") + b"WAVEfmt " + bytes(size))[:size]
    key, _, _ = stored(storage, data, "audio/wav")
    assert check_upload(storage, key, size).size == size
    for expected in (size - 1, size + 1, size + 10 * SNIFF_BYTES):
        with pytest.raises(UnplayableError) as caught:
            check_upload(storage, key, expected)
        assert caught.value.flaw == "length_differs"


def test_an_empty_upload_is_told_from_one_that_is_missing(storage: Storage) -> None:
    key, _, _ = stored(storage, b"", "audio/wav")
    with pytest.raises(UnplayableError) as caught:
        check_upload(storage, key, 1)
    assert caught.value.flaw == "empty"


def test_no_client_can_make_a_check_look_like_a_failure_of_the_bucket(
    storage: Storage, events: list[StorageEvent]
) -> None:
    """Nothing uploaded, nothing in it, less than announced: answers, which alert nobody."""
    keys = [stored(storage, data, "audio/wav")[0] for data in (b"", b"RIFF")]
    events.clear()
    for key in (str(AudioKey.new("a" * 31, "audio/wav")), *keys):
        with pytest.raises((UnplayableError, ObjectMissingError)):
            check_upload(storage, key, 10 * SNIFF_BYTES)
    assert [event.operation for event in events] == ["HeadObject"] * 3
    assert {event.outcome for event in events} <= {"ok", "missing", "denied"}


@pytest.mark.parametrize(
    ("data", "content_type", "flaw"),
    [
        (b"", "audio/wav", "empty"),
        (b"<html>", "audio/wav", "mislabelled"),
        (recording("audio/flac"), "audio/mpeg", "mislabelled"),
        (b"ID3" + bytes(5000), "audio/mpeg", "no_audio"),
        (b"OggS" + bytes(5000), "audio/ogg", "no_audio"),
    ],
)
def test_what_is_no_recording_gets_its_reason(
    storage: Storage, data: bytes, content_type: str, flaw: str
) -> None:
    key, size, sha256 = stored(storage, data, content_type)
    with pytest.raises(UnplayableError) as caught:
        analyse(storage, key, size, sha256)
    assert caught.value.flaw == flaw


def test_a_recording_that_was_cut_off_is_kept_with_a_remark(storage: Storage) -> None:
    data = recording("audio/wav", 4.0)[:100_000]
    key, size, sha256 = stored(storage, data, "audio/wav")
    assert check_upload(storage, key, size).size == size
    found = analyse(storage, key, size, sha256)
    assert (found.remark, found.codec, found.media_start_ms) == ("truncated", "pcm_s16le", 0)
    assert found.duration_ms == pytest.approx(1040, abs=5)


def test_other_bytes_than_announced_are_refused_even_if_they_play(storage: Storage) -> None:
    data = recording("audio/wav", 1.0)
    key, size, _ = stored(storage, data, "audio/wav")
    with pytest.raises(UnplayableError) as caught:
        analyse(storage, key, size, hashlib.sha256(b"other").hexdigest())
    assert caught.value.flaw == "checksum_differs"
    with pytest.raises(UnplayableError) as caught:
        analyse(storage, key, size + 1, hashlib.sha256(data).hexdigest())
    assert caught.value.flaw == "length_differs"


def test_what_is_not_there_is_missing(storage: Storage) -> None:
    key = str(AudioKey.new("a" * 31, "audio/wav"))
    with pytest.raises(ObjectMissingError):
        check_upload(storage, key, 1)
    with pytest.raises(ObjectMissingError):
        analyse(storage, key, 1, "0" * 64)
