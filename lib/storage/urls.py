"""Signed URLs (AWS Signature Version 4, query form): bearer secrets, so short and never logged."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from lib.config.settings import StorageRole
from lib.product.lifetimes import UPLOAD_URL
from lib.storage.client import Storage
from lib.storage.errors import StorageError, translated
from lib.storage.formats import format_of_content_type, format_of_extension
from lib.storage.keys import AudioKey

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SHA256_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class SignedUrl:
    """A URL that carries its own permission; `repr` hides it.

    Attributes:
        url: with the signature in its query.
        method: the only HTTP method it serves.
        headers: what the caller must send, exactly.
        expires_at: when it stops to start requests, UTC.
    """

    url: str
    method: str
    headers: dict[str, str]
    expires_at: datetime

    def __repr__(self) -> str:
        return f"SignedUrl({self.method}, expires_at={self.expires_at.isoformat()})"


def sign_get(storage: Storage, key: str, seconds: int | None = None) -> SignedUrl:
    """Sign a download of one recording for the reader role. Sends nothing.

    Args:
        storage: the bucket.
        key: an audio key.
        seconds: life; default `EARSHOT_SIGNED_URL_SECONDS`. Cut to the life of the credentials
            that sign, because a URL dies with them without any hint in it.

    Raises:
        ValueError: `key` is not the key of a recording.
        StorageError: no credentials, or they have ended.
    """
    parsed = AudioKey.parse(key)
    content_type = format_of_extension(parsed.extension).content_type
    client = storage.client("reader", "page")
    life = _life(storage, "reader", seconds or storage.settings.signed_url_seconds)
    # Not every server honours the response overrides; uploads store the right type anyway.
    params: dict[str, object] = {
        "Bucket": storage.bucket,
        "Key": key,
        "ResponseContentType": content_type,
        "ResponseCacheControl": "private, no-store",
        "ResponseContentDisposition": "inline",
    }
    return _sign(client, "get_object", params, {}, life)


def sign_put(
    storage: Storage,
    key: str,
    content_type: str,
    size: int,
    sha256: str,
    role: StorageRole = "ingest",
) -> SignedUrl:
    """Sign an upload that is bound to type, length and checksum. Sends nothing.

    Args:
        storage: the bucket.
        key: an audio key of this content type.
        content_type: by any of its names; the first one becomes the stored type.
        size: exact length in bytes.
        sha256: 64 hexadecimal digits. Endpoints that check `x-amz-checksum-sha256` refuse other
            bytes; for the others the analysis compares it.
        role: whose credentials sign.

    Raises:
        ValueError: an argument is malformed, or they contradict each other.
        StorageError: no credentials, or they have ended.
    """
    content_type = format_of_content_type(content_type).content_type
    if format_of_extension(AudioKey.parse(key).extension).content_type != content_type:
        raise ValueError("the key's extension and the content type differ")
    headers = {
        "Content-Type": content_type,
        "Content-Length": str(size),
        "x-amz-checksum-sha256": checksum_header(sha256),
        # Where it is honoured, nothing can replace what was uploaded once.
        "If-None-Match": "*",
    }
    params: dict[str, object] = {
        "Bucket": storage.bucket,
        "Key": key,
        "ContentType": content_type,
        "ContentLength": size,
        "ChecksumSHA256": headers["x-amz-checksum-sha256"],
        "IfNoneMatch": "*",
    }
    client = storage.client(role, "page")
    return _sign(client, "put_object", params, headers, _life(storage, role, UPLOAD_URL.seconds))


def checksum_header(sha256: str) -> str:
    """Return a hexadecimal SHA-256 in the base64 form of `x-amz-checksum-sha256`.

    Raises:
        ValueError: not 64 hexadecimal digits.
    """
    try:
        raw = binascii.unhexlify(sha256)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _SHA256_BYTES:
        raise ValueError("sha256 must be 64 hexadecimal digits")
    return base64.b64encode(raw).decode()


def _sign(
    client: S3Client,
    operation: Literal["get_object", "put_object"],
    params: dict[str, object],
    headers: dict[str, str],
    life: int,
) -> SignedUrl:
    method = operation.partition("_")[0].upper()
    expires_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=life)
    with translated(f"Sign{method.title()}"):
        url = client.generate_presigned_url(operation, Params=params, ExpiresIn=life)
    return SignedUrl(url, method, headers, expires_at)


def _life(storage: Storage, role: StorageRole, wanted: int) -> int:
    with translated("Sign"):
        end = storage.credentials_end(role)
    if end is None:
        return wanted
    left = int((end - datetime.now(UTC)).total_seconds())
    if left < 1:
        raise StorageError("denied", "Sign")
    return min(wanted, left)
