"""Uploads by the product's own back end: any size, with progress, checked afterwards.

Browsers and other services use signed URLs (`urls.sign_put`). This is for code that runs with the
ingest role's credentials.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from boto3.s3.transfer import TransferConfig

from lib.config.settings import StorageRole
from lib.storage.client import Storage
from lib.storage.errors import StorageError, translated
from lib.storage.formats import check_size, format_of_extension
from lib.storage.keys import AudioKey
from lib.storage.objects import CHUNK, head, request_metadata

MULTIPART_BYTES = 16 * 1024 * 1024
"""Larger files go in parts of this size, so that a broken connection costs one part."""

Progress = Callable[[int, int], None]

_TRANSFER = TransferConfig(
    multipart_threshold=MULTIPART_BYTES,
    multipart_chunksize=MULTIPART_BYTES,
    max_concurrency=4,
    # The classic transfer client: its requests pass our instrument, the native one's do not.
    preferred_transfer_client="classic",
)


def measure_file(file: BinaryIO) -> tuple[int, str]:
    """Return size in bytes and hexadecimal SHA-256 of an open file, and rewind it."""
    digest = hashlib.sha256()
    size = 0
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return size, digest.hexdigest()


def upload(
    storage: Storage,
    key: str,
    file: BinaryIO,
    size: int,
    sha256: str,
    progress: Progress | None = None,
    role: StorageRole = "ingest",
) -> None:
    """Store a file at an audio key; above `MULTIPART_BYTES` in parts.

    Args:
        storage: the bucket.
        key: fresh audio key; its extension decides the stored type.
        file: at its start; read once or, when a part is retried, again from there.
        size: of the file in bytes.
        sha256: hexadecimal; kept as metadata of the object, compared by the analysis.
        progress: called with bytes sent and bytes in all, from the uploading threads.
        role: whose credentials are used.

    Raises:
        ValueError: the key or the size is not acceptable.
        StorageError: the object is not known to be stored whole; unfinished parts are aborted.
    """
    content_type = format_of_extension(AudioKey.parse(key).extension).content_type
    check_size(size)
    sent = 0

    def advance(count: int) -> None:
        nonlocal sent
        sent += count
        if progress:
            progress(min(sent, size), size)

    with _outcome_checked(storage, role, key, size), translated("Upload"):
        storage.client(role).upload_fileobj(
            file,
            storage.bucket,
            key,
            ExtraArgs={
                "ContentType": content_type,
                "Metadata": {**request_metadata(), "sha256": sha256},
            },
            Callback=advance,
            Config=_TRANSFER,
        )
    if head(storage, role, key).size != size:
        raise StorageError("invalid", "Upload")


@contextmanager
def _outcome_checked(storage: Storage, role: StorageRole, key: str, size: int) -> Iterator[None]:
    """Pass over an error after which the object is there whole.

    Putting the parts together may take a server longer than we wait; asking again then gets "no
    such upload", since the first request was done. Keys are fresh, so what is there is ours.
    """
    try:
        yield
    except StorageError as error:
        if error.failure not in {"missing", "timeout", "connection"}:
            raise
        with suppress(StorageError):
            if head(storage, role, key).size == size:
                return
        raise
