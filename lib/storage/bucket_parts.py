"""The parts of a bucket's configuration: how each is read, recognised and written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lib.config.settings import Settings
from lib.storage import policies

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class Part:
    """How one configuration is read, recognised and written.

    Attributes:
        name: of the part.
        wanted: what it must be.
        read: what it is; None if the answer is not of this kind at all.
        write: replaces all of it.
        absent_code: S3 error code that says "known here, but not set".
        instead: what takes its place on an endpoint without it.
        comparable: brings spellings that mean the same into one form.
    """

    name: str
    wanted: Callable[[Settings], Mapping[str, Any]]
    read: Callable[[S3Client, str], Mapping[str, Any] | None]
    write: Callable[[S3Client, str, Mapping[str, Any]], object]
    absent_code: str
    instead: str
    comparable: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict


def _read_policy(client: S3Client, bucket: str) -> Mapping[str, Any] | None:
    text = client.get_bucket_policy(Bucket=bucket)["Policy"]
    try:
        document = json.loads(text)
    except ValueError:
        return None  # some other answer, such as a listing
    return document if isinstance(document, dict) and "Statement" in document else None


def _section(answer: Mapping[str, Any], name: str, inner: str) -> Mapping[str, Any] | None:
    section = answer.get(name, {})
    return section if inner in section else None


def _with_plain_filter(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """Some servers give back `And` of prefix and tags as prefix and tag side by side."""
    stated = rule.get("Filter", {})
    parts = {**stated, **stated.get("And", {})}
    tags = parts.get("Tags") or [parts[name] for name in ("Tag",) if name in parts]
    plain = {"Prefix": parts.get("Prefix", ""), "Tags": tags}
    return {**rule, "Filter": plain}


def has_tls(settings: Settings) -> bool:
    """Tell whether the endpoint is reached over TLS."""
    return urlsplit(settings.s3_endpoint_url or "https://aws").scheme == "https"


PARTS = (
    Part(
        "access_block",
        lambda _: policies.access_block(),
        lambda client, bucket: _section(
            client.get_public_access_block(Bucket=bucket),
            "PublicAccessBlockConfiguration",
            "BlockPublicAcls",
        ),
        lambda client, bucket, wanted: client.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration=wanted,  # type: ignore[arg-type]
        ),
        "NoSuchPublicAccessBlockConfiguration",
        "this endpoint has none; nothing but signatures opens an object here",
    ),
    Part(
        "encryption",
        lambda _: policies.encryption(),
        lambda client, bucket: _section(
            client.get_bucket_encryption(Bucket=bucket),
            "ServerSideEncryptionConfiguration",
            "Rules",
        ),
        lambda client, bucket, wanted: client.put_bucket_encryption(
            Bucket=bucket,
            ServerSideEncryptionConfiguration=wanted,  # type: ignore[arg-type]
        ),
        "ServerSideEncryptionConfigurationNotFoundError",
        "this endpoint does not encrypt; encrypt its disks",
    ),
    Part(
        "cors",
        policies.cors,
        lambda client, bucket: _section(
            {"cors": client.get_bucket_cors(Bucket=bucket)}, "cors", "CORSRules"
        ),
        lambda client, bucket, wanted: client.put_bucket_cors(
            Bucket=bucket,
            CORSConfiguration=wanted,  # type: ignore[arg-type]
        ),
        "NoSuchCORSConfiguration",
        "this endpoint has none; the player uses an audio element, which needs none",
    ),
    Part(
        "lifecycle",
        policies.lifecycle,
        lambda client, bucket: _section(
            {"lifecycle": client.get_bucket_lifecycle_configuration(Bucket=bucket)},
            "lifecycle",
            "Rules",
        ),
        lambda client, bucket, wanted: client.put_bucket_lifecycle_configuration(
            Bucket=bucket,
            LifecycleConfiguration=wanted,  # type: ignore[arg-type]
        ),
        "NoSuchLifecycleConfiguration",
        "this endpoint has none; the retention job deletes on every endpoint",
        lambda document: {"Rules": [_with_plain_filter(rule) for rule in document["Rules"]]},
    ),
    Part(
        "policy",
        lambda settings: policies.bucket_policy(settings.s3_bucket, tls=has_tls(settings)),
        _read_policy,
        lambda client, bucket, wanted: client.put_bucket_policy(
            Bucket=bucket, Policy=json.dumps(wanted)
        ),
        "NoSuchBucketPolicy",
        "this endpoint has none; only the life of signed URLs bounds their use",
    ),
)
