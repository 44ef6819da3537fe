"""Signed URLs are bound, short, and never in a log."""

from __future__ import annotations

import hashlib
import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from botocore.credentials import RefreshableCredentials

from lib.observability.logs import configure_logs, get_logger
from lib.storage.client import Storage
from lib.storage.errors import StorageError
from lib.storage.keys import AudioKey
from lib.storage.upload import upload
from lib.storage.urls import checksum_header, sign_get, sign_put
from tests.support.s3 import Endpoint, settings_for

KEY = str(AudioKey.new("a" * 31, "audio/mpeg"))
SHA = hashlib.sha256(b"x").hexdigest()


@pytest.fixture
def offline() -> Iterator[Storage]:
    """Signing sends nothing: there is nobody at this endpoint."""
    made = Storage(settings_for(Endpoint("http://127.0.0.1:9", "a", "s", "b")), lambda _: None)
    yield made
    made.close()


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_playback_url_lives_as_long_as_configured(offline: Storage) -> None:
    signed = sign_get(offline, KEY)
    assert query(signed.url)["X-Amz-Expires"] == "300"
    assert signed.expires_at - datetime.now(UTC) <= timedelta(seconds=300)
    assert query(signed.url)["response-cache-control"] == "private, no-store"
    assert query(signed.url)["response-content-type"] == "audio/mpeg"
    assert signed.method == "GET"


def test_an_upload_url_binds_type_length_checksum_and_first_writer(offline: Storage) -> None:
    signed = sign_put(offline, KEY, "audio/mpeg", 7, SHA)
    assert set(query(signed.url)["X-Amz-SignedHeaders"].split(";")) == {
        "content-length",
        "content-type",
        "host",
        "if-none-match",
        "x-amz-checksum-sha256",
    }
    assert {name.lower() for name in signed.headers} | {"host"} == set(
        query(signed.url)["X-Amz-SignedHeaders"].split(";")
    )


@pytest.mark.parametrize(("left", "lives"), [(3600, 300), (120, 120)])
def test_a_url_ends_with_the_credentials_that_signed_it(
    offline: Storage, monkeypatch: pytest.MonkeyPatch, left: int, lives: int
) -> None:
    use_credentials_that_end_in(offline, monkeypatch, left)
    signed = sign_get(offline, KEY)
    assert int(query(signed.url)["X-Amz-Expires"]) == pytest.approx(lives, abs=5)


def test_credentials_that_have_ended_sign_nothing(
    offline: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_credentials_that_end_in(offline, monkeypatch, 0)
    with pytest.raises(StorageError) as caught:
        sign_get(offline, KEY)
    assert caught.value.failure == "denied"


def use_credentials_that_end_in(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """Give the reader a role session, as an instance profile would."""
    end = datetime.now(UTC) + timedelta(seconds=seconds)
    temporary = RefreshableCredentials(
        "a",
        "s",
        "t",
        end,
        refresh_using=dict,
        method="test",
        advisory_timeout=0,
        mandatory_timeout=-3600,
    )
    session = storage._session("reader")
    monkeypatch.setattr(session, "get_credentials", lambda: temporary)


@pytest.mark.parametrize(
    "key",
    ["probe/x", "", "audio/v1/2026/01/01/x/y.wav", f"{KEY}/.."],
    ids=["probe", "empty", "short", "climbing"],
)
def test_only_recordings_are_signed(offline: Storage, key: str) -> None:
    with pytest.raises(ValueError, match="audio key"):
        sign_get(offline, key)


@pytest.mark.parametrize("sha", ["", "zz" * 32, SHA[:-2], SHA + "00"])
def test_a_malformed_checksum_is_refused(offline: Storage, sha: str) -> None:
    with pytest.raises(ValueError, match="sha256 must be 64 hexadecimal digits"):
        sign_put(offline, KEY, "audio/mpeg", 1, sha)


def test_type_and_key_must_agree(offline: Storage) -> None:
    with pytest.raises(ValueError, match="differ"):
        sign_put(offline, KEY, "audio/wav", 1, SHA)


def test_the_checksum_header_is_base64() -> None:
    assert checksum_header(hashlib.sha256(b"").hexdigest()) == (
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    )


def test_a_signed_url_hides_itself(offline: Storage) -> None:
    assert "Signature" not in repr(sign_get(offline, KEY))


def test_no_log_holds_the_query_of_a_url_or_a_credential(
    storage: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    configure_logs("debug")
    try:
        upload(storage, KEY, io.BytesIO(b"ID3"), 3, hashlib.sha256(b"ID3").hexdigest())
        signed = sign_get(storage, KEY)
        with httpx.Client(trust_env=False) as http:
            http.get(signed.url)
        get_logger("test").info("played", url=signed.url, audio={"urls": [signed.url]})
        logging.getLogger("other").warning("played %s", signed.url)
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers
    lines = capsys.readouterr().err
    assert "played" in lines
    assert all(json.loads(line) for line in lines.splitlines())
    secret = storage.settings.s3_secret_access_key
    assert secret is not None
    for forbidden in (
        "X-Amz-Signature",
        "X-Amz-Credential",
        query(signed.url)["X-Amz-Signature"],
        secret.get_secret_value(),
        "Authorization",
    ):
        assert forbidden not in lines
