"""What the product needs of any S3 endpoint; run against others with STORAGE_TEST_ENDPOINT.

What only some endpoints can do is tried, and listed at the end as exercised or not.
"""

from __future__ import annotations

import hashlib
import io
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import httpx
import pytest

from lib.observability.events import StorageEvent
from lib.product.lifetimes import SIGNED_URL_LONGEST
from lib.storage import bucket, deletion, objects, tags
from lib.storage.client import Storage, ensure_bucket
from lib.storage.errors import ObjectMissingError, StorageError
from lib.storage.keys import AudioKey, peaks_key
from lib.storage.upload import MULTIPART_BYTES, measure_file, upload
from lib.storage.urls import SignedUrl, sign_get, sign_put
from tests.storage.conftest import CAPABILITIES
from tests.support.audio import noise_wav, recording
from tests.support.s3 import Endpoint, settings_for

SESSION = "j57" + "a" * 28
REFUSED = {400, 401, 403}


HTTP = httpx.Client(trust_env=False)


@pytest.fixture(scope="module", autouse=True)
def closed_connections() -> Iterator[None]:
    yield
    HTTP.close()


def new_key(content_type: str = "audio/wav") -> str:
    return str(AudioKey.new(SESSION, content_type))


def stored(storage: Storage, data: bytes, content_type: str = "audio/wav") -> str:
    key = new_key(content_type)
    upload(storage, key, io.BytesIO(data), len(data), hashlib.sha256(data).hexdigest())
    return key


def put(target: SignedUrl, data: bytes, **headers: str) -> int:
    return HTTP.put(target.url, content=data, headers={**target.headers, **headers}).status_code


def target_for(storage: Storage, data: bytes, key: str | None = None) -> SignedUrl:
    digest = hashlib.sha256(data).hexdigest()
    return sign_put(storage, key or new_key(), "audio/wav", len(data), digest)


def test_what_is_uploaded_comes_back_byte_for_byte_with_its_type(storage: Storage) -> None:
    data = recording("audio/wav")
    key = new_key()
    assert put(target_for(storage, data, key), data) == 200
    answer = HTTP.get(sign_get(storage, key).url)
    assert answer.status_code == 200
    assert answer.content == data
    assert answer.headers["content-type"] == "audio/wav"
    assert objects.head(storage, "ingest", key).size == len(data)


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-", 0, None),
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=500-", 500, None),
    ],
)
def test_a_player_can_seek(storage: Storage, asked: str, start: int, stop: int | None) -> None:
    data = recording("audio/wav")
    key = stored(storage, data)
    answer = HTTP.get(sign_get(storage, key).url, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == data[start:stop]
    end = (stop or len(data)) - 1
    assert answer.headers["content-range"] == f"bytes {start}-{end}/{len(data)}"


def test_a_range_behind_the_end_is_refused(storage: Storage) -> None:
    key = stored(storage, b"RIFF")
    answer = HTTP.get(sign_get(storage, key).url, headers={"Range": "bytes=100-200"})
    assert answer.status_code in {400, 416}
    with pytest.raises(StorageError) as caught:
        objects.open_from(storage, "ingest", key, 100, 200)
    assert caught.value.failure == "invalid"


def test_an_expired_url_is_refused(storage: Storage) -> None:
    signed = sign_get(storage, stored(storage, b"RIFF"), seconds=1)
    while datetime.now(UTC) <= signed.expires_at + timedelta(seconds=1):
        time.sleep(0.05)
    assert HTTP.get(signed.url).status_code in REFUSED


@pytest.mark.parametrize("field", ["X-Amz-Signature", "X-Amz-Expires", "X-Amz-Date"])
def test_a_tampered_url_is_refused(storage: Storage, field: str) -> None:
    parts = urlsplit(sign_get(storage, stored(storage, b"RIFF")).url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    changes = {
        "X-Amz-Signature": "0" * 64,
        "X-Amz-Expires": "604800",
        "X-Amz-Date": "20300101T000000Z",
    }
    query[field] = changes[field]
    forged = urlunsplit(parts._replace(query=urlencode(query)))
    assert HTTP.get(forged).status_code in REFUSED


def test_a_url_serves_no_other_object(storage: Storage) -> None:
    one, other = stored(storage, b"RIFF1"), stored(storage, b"RIFF2")
    assert HTTP.get(sign_get(storage, one).url.replace(one, other)).status_code in REFUSED


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_a_playback_url_serves_no_other_method(storage: Storage, method: str) -> None:
    key = stored(storage, b"RIFF")
    answer = HTTP.request(method, sign_get(storage, key).url, content=b"other")
    assert answer.status_code >= 400
    assert HTTP.get(sign_get(storage, key).url).content == b"RIFF"


def test_nothing_is_served_without_a_signature(storage: Storage) -> None:
    key = stored(storage, b"RIFF")
    bare = sign_get(storage, key).url.partition("?")[0]
    assert HTTP.get(bare).status_code in REFUSED
    assert HTTP.put(bare, content=b"other").status_code in REFUSED


@pytest.mark.parametrize("wrong", ["access_key", "secret_key"])
def test_wrong_credentials_are_denied(endpoint: Endpoint, storage: Storage, wrong: str) -> None:
    key = stored(storage, b"RIFF")
    field = {"access_key": "S3_ACCESS_KEY_ID", "secret_key": "S3_SECRET_ACCESS_KEY"}[wrong]
    intruder = Storage(settings_for(endpoint, **{field: secrets.token_hex(16)}), lambda _: None)
    with pytest.raises(StorageError) as caught:
        objects.read_first(intruder, "ingest", key, 4, 4)
    assert caught.value.failure == "denied"
    intruder.close()


def test_an_upload_url_takes_only_the_announced_type_and_length(storage: Storage) -> None:
    data = b"RIFF" + bytes(100)
    target = target_for(storage, data)
    assert put(target, data, **{"Content-Type": "text/html"}) in REFUSED
    assert put(target, data + b"x", **{"Content-Length": str(len(data) + 1)}) in REFUSED
    assert put(target, data) == 200


def test_an_upload_url_takes_only_the_announced_checksum_header(storage: Storage) -> None:
    data = b"RIFF" + bytes(100)
    other = "x" * 43 + "="
    assert put(target_for(storage, data), data, **{"x-amz-checksum-sha256": other}) in REFUSED


def test_other_bytes_than_announced_are_refused_where_checksums_are_checked(
    storage: Storage,
) -> None:
    data = b"RIFF" + bytes(100)
    status = put(target_for(storage, data), b"RIFX" + bytes(100))
    note("checksum on upload", status >= 400)
    # Elsewhere the analysis compares the checksum: tests/storage/test_analysis.py.
    assert status in {200, *REFUSED}


def test_an_object_is_not_replaced_where_conditional_writes_are_honoured(storage: Storage) -> None:
    data = b"RIFF" + bytes(100)
    key = new_key()
    assert put(target_for(storage, data, key), data) == 200
    status = put(target_for(storage, data, key), data)
    note("conditional write", status == 412)
    assert status in {200, 412}


def test_a_large_upload_goes_in_parts_and_reports_progress(
    storage: Storage, events: list[StorageEvent]
) -> None:
    data = noise_wav(MULTIPART_BYTES + 3 * 1024 * 1024)
    key = new_key()
    file = io.BytesIO(data)
    size, sha256 = measure_file(file)
    seen: list[tuple[int, int]] = []
    upload(storage, key, file, size, sha256, lambda sent, total: seen.append((sent, total)))
    assert max(seen) == (size, size)
    assert [event.operation for event in events].count("UploadPart") == 2
    body = objects.open_from(storage, "ingest", key, 0, size - 1)
    assert hashlib.sha256(body.read()).hexdigest() == sha256


def test_listing_streams_everything_below_a_prefix_in_key_order(storage: Storage) -> None:
    session = f"s{secrets.token_hex(12)}"
    keys = sorted(str(AudioKey.new(session, "audio/mpeg")) for _ in range(7))
    for key in keys:
        objects.put_small(storage, "ingest", key, b"x", "audio/mpeg")
    prefix = keys[0].rpartition("/")[0] + "/"
    assert [item.key for item in objects.list_objects(storage, "retention", prefix)] == keys
    rest = objects.list_objects(storage, "retention", prefix, after=keys[4])
    assert [item.key for item in rest] == keys[5:]


def test_deleting_is_complete_and_may_be_repeated(storage: Storage) -> None:
    keys = [stored(storage, b"RIFF") for _ in range(3)]
    assert deletion.delete(storage, "retention", keys) == {}
    assert deletion.delete(storage, "retention", [*keys, new_key()]) == {}
    for key in keys:
        with pytest.raises(ObjectMissingError):
            objects.head(storage, "ingest", key)


def test_an_expiry_tag_can_be_set_and_taken_away_and_never_harms_the_object(
    endpoint: Endpoint, storage: Storage
) -> None:
    data = recording("audio/wav")
    key = stored(storage, data)
    peaks = b'{"version":1}'
    objects.put_small(storage, "analysis", peaks_key(key), peaks, "application/json")
    bucket.apply(storage, settings_for(endpoint))
    storage.expires_by_tag = None
    known = tags.expires_by_tag(storage)
    note("object tags", known)
    if known:
        tags.allow_expiry(storage, key)
    client = storage.client("admin")
    for name in (key, peaks_key(key)) if known else ():
        found = client.get_object_tagging(Bucket=storage.bucket, Key=name)["TagSet"]
        assert found == [{"Key": "retention", "Value": "window"}]
    if known:
        tags.forbid_expiry(storage, key)
    for name in (key, peaks_key(key)) if known else ():
        assert client.get_object_tagging(Bucket=storage.bucket, Key=name)["TagSet"] == []
    assert objects.read_small(storage, "reader", key, len(data)) == data
    assert objects.read_small(storage, "reader", peaks_key(key), 100) == peaks


def test_the_bucket_becomes_as_wanted_in_every_part_that_the_endpoint_knows(
    endpoint: Endpoint, storage: Storage
) -> None:
    settings = settings_for(endpoint)
    findings = bucket.apply(storage, settings)
    for finding in findings:
        note(f"bucket: {finding.part}", finding.state == "as_wanted", finding.detail)
    assert [finding for finding in findings if finding.wrong] == []
    assert bucket.inspect(storage, settings) == findings
    data = recording("audio/wav")
    assert HTTP.get(sign_get(storage, stored(storage, data)).url).content == data


def test_every_version_of_a_recording_can_be_erased_where_versions_are_kept(
    endpoint: Endpoint, storage: Storage
) -> None:
    settings = settings_for(endpoint, S3_BUCKET=f"earshot-versions-{secrets.token_hex(4)}")
    ensure_bucket(settings)
    versioned = Storage(settings, lambda _: None)
    known = bucket_knows_configuration(versioned)
    note("object versions", known)
    assert not deletion.is_versioned(versioned, "retention")
    if known:
        client = versioned.client("admin")
        client.put_bucket_versioning(
            Bucket=versioned.bucket, VersioningConfiguration={"Status": "Enabled"}
        )
        assert deletion.is_versioned(versioned, "retention")
        key = new_key()
        for name in (key, key, peaks_key(key)):
            objects.put_small(versioned, "ingest", name, b"x", "audio/wav")
        assert deletion.delete(versioned, "retention", [key, peaks_key(key)]) == {}
        stem = AudioKey.parse(key).stem
        assert deletion.erase_versions(versioned, "retention", stem) is None
        left = client.list_object_versions(Bucket=versioned.bucket, Prefix=stem)
        assert left.get("Versions", []) + left.get("DeleteMarkers", []) == []
    versioned.close()


def bucket_knows_configuration(storage: Storage) -> bool:
    """Only a server with bucket configuration may be asked to keep versions (see `bucket`)."""
    findings = bucket.inspect(storage, settings_for(Endpoint("http://x.localhost", "", "", "x")))
    return any(found.part == "lifecycle" and found.state == "absent" for found in findings)


def test_an_old_signature_is_refused_where_the_policy_is_enforced(
    endpoint: Endpoint, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.apply(storage, settings_for(endpoint))
    key = stored(storage, b"RIFF")
    client = storage.client("admin")
    past = datetime.now(UTC) - SIGNED_URL_LONGEST - timedelta(minutes=1)
    with monkeypatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda: past.replace(tzinfo=None))
        old = client.generate_presigned_url(
            "get_object", Params={"Bucket": storage.bucket, "Key": key}, ExpiresIn=7200
        )
    status = HTTP.get(old).status_code
    note("maximum signature age", status == 403)
    assert status in {200, 403}
    assert HTTP.get(sign_get(storage, key).url).status_code == 200


def note(name: str, exercised: bool, why: str = "") -> None:
    CAPABILITIES[name] = "exercised" if exercised else f"not exercised {why and f'({why})'}"
