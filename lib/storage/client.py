"""One configured S3 client per role and use, with bounded waits and measured operations."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import urlsplit

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config
from pydantic import SecretStr

from lib.config.settings import StorageRole
from lib.observability.events import RecordStorage
from lib.storage.errors import failure_of, translated
from lib.storage.instrument import Instrument

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Shared, because reading the description of S3 takes a session 80 ms.
_LOADER = botocore.loaders.create_loader()

Use = Literal["page", "work"]

POOL_SIZE = 32
"""Connections per client; at least the number of threads that share it."""


@dataclass(frozen=True, slots=True)
class _Waits:
    """Bounds of one use, in seconds; `attempts` includes the first."""

    connect: float
    read: float
    attempts: int


# A page waits at most 3 s: connect + headers, once, and the rest for a small body
# (`objects.read_small`). Work can afford retries; its reads are bounded per socket wait.
_WAITS: dict[Use, _Waits] = {"page": _Waits(0.8, 1.2, 1), "work": _Waits(2, 10, 3)}


class StorageSettings(Protocol):
    """What this room reads of the settings; `lib.config.Settings` is one."""

    @property
    def s3_endpoint_url(self) -> str | None:
        """Empty for AWS."""

    @property
    def s3_region(self) -> str:
        """Signing region."""

    @property
    def s3_bucket(self) -> str:
        """Bucket of the recordings."""

    @property
    def s3_access_key_id(self) -> str | None:
        """Default credentials; empty: the AWS default chain."""

    @property
    def s3_secret_access_key(self) -> SecretStr | None:
        """Secret of the default credentials."""

    @property
    def s3_role_credentials(self) -> Mapping[StorageRole, str]:
        """Credentials by role, `ACCESS:SECRET`."""

    @property
    def signed_url_seconds(self) -> int:
        """Life of a playback URL."""

    @property
    def privacy_window_days(self) -> int:
        """Life of a recording."""


class Storage:
    """The bucket as one process sees it: settings, and clients made on first use.

    Thread-safe; clients are shared by threads, as botocore allows.

    Args:
        settings: endpoint, bucket and credentials.
        record: receives a `StorageEvent` per operation; must not block.
    """

    def __init__(self, settings: StorageSettings, record: RecordStorage) -> None:
        self.bucket = settings.s3_bucket
        self.settings = settings
        self.expires_by_tag: bool | None = None  # what `lib.storage.tags` found out
        self._record = record
        self._clients: dict[tuple[StorageRole, Use], S3Client] = {}
        self._sessions: dict[StorageRole, boto3.session.Session] = {}
        self._lock = threading.Lock()

    @property
    def record(self) -> RecordStorage:
        """Where operations are reported."""
        return self._record

    def client(self, role: StorageRole, use: Use = "work") -> S3Client:
        """Return the client of a role.

        Args:
            role: decides the credentials (`S3_ROLE_CREDENTIALS`, else the default ones).
            use: `page` for what a person waits for, `work` for everything else.
        """
        with self._lock:
            known = self._clients.get((role, use))
            if known is None:
                known = self._connect(role, use)
                self._clients[role, use] = known
            return known

    def credentials_end(self, role: StorageRole) -> datetime | None:
        """Return when the credentials of a role end, or None if they do not.

        Temporary credentials that are about to end are renewed first.
        """
        with self._lock:
            credentials = self._session(role).get_credentials()
        if credentials is None:
            return None
        credentials.get_frozen_credentials()
        # Only temporary credentials have this attribute; botocore has no public name for it.
        end: datetime | None = getattr(credentials, "_expiry_time", None)
        return end

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _connect(self, role: StorageRole, use: Use) -> S3Client:
        client = self._session(role).client(
            "s3",
            endpoint_url=self.settings.s3_endpoint_url or None,
            config=_config(self.settings, _WAITS[use]),
        )
        Instrument(role, self._record).attach(client)
        return client

    def _session(self, role: StorageRole) -> boto3.session.Session:
        # Own sessions: the default one is shared, and making clients from it is not thread-safe.
        known = self._sessions.get(role)
        if known is None:
            access, secret = credentials_of(self.settings, role)
            inner = botocore.session.Session()
            inner.register_component("data_loader", _LOADER)
            known = boto3.session.Session(
                access, secret, region_name=self.settings.s3_region, botocore_session=inner
            )
            self._sessions[role] = known
        return known


def ensure_bucket(settings: StorageSettings) -> bool:
    """Create the bucket if it is not there; return whether it was created.

    Raises:
        StorageError: the endpoint does not answer or refuses.
    """
    storage = Storage(settings, record=lambda _: None)
    client = storage.client("admin")
    elsewhere = is_aws(settings.s3_endpoint_url) and settings.s3_region != "us-east-1"
    options: dict[str, Any] = (
        {"CreateBucketConfiguration": {"LocationConstraint": settings.s3_region}}
        if elsewhere
        else {}
    )
    try:
        with translated("CreateBucket"):
            if bucket_exists(client, storage.bucket):
                return False
            with suppress(client.exceptions.BucketAlreadyOwnedByYou):  # another was faster
                client.create_bucket(Bucket=storage.bucket, **options)
            return True
    finally:
        storage.close()


def bucket_exists(client: S3Client, bucket: str) -> bool:
    """Tell whether the bucket is there; raises what the client raises otherwise."""
    try:
        client.head_bucket(Bucket=bucket)
    except client.exceptions.ClientError as error:
        if failure_of(error) == "missing":
            return False
        raise
    return True


def is_aws(endpoint_url: str | None) -> bool:
    """Tell whether an endpoint is Amazon's own."""
    if not endpoint_url:
        return True
    host = urlsplit(endpoint_url).hostname or ""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def _config(settings: StorageSettings, waits: _Waits) -> Config:
    aws = is_aws(settings.s3_endpoint_url)
    # Servers other than AWS may store the framing of trailing checksums inside the object.
    checksums: Literal["when_supported", "when_required"] = (
        "when_supported" if aws else "when_required"
    )
    return Config(
        signature_version="s3v4",
        user_agent_extra="app/earshot",
        connect_timeout=waits.connect,
        read_timeout=waits.read,
        retries={"mode": "standard", "total_max_attempts": waits.attempts},
        max_pool_connections=POOL_SIZE,
        request_checksum_calculation=checksums,
        response_checksum_validation=checksums,
        s3={"addressing_style": "virtual" if aws else "path"},
    )


def credentials_of(settings: StorageSettings, role: StorageRole) -> tuple[str | None, str | None]:
    """Return access key and secret of a role; None for both means the AWS default chain."""
    own = settings.s3_role_credentials.get(role)
    if own is not None:
        access, _, secret = own.partition(":")
        return access, secret
    secret_value = settings.s3_secret_access_key
    return settings.s3_access_key_id, secret_value.get_secret_value() if secret_value else None
