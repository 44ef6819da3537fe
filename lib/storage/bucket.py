"""The bucket as code: compare what is with what must be, and make it so.

Many S3 servers know no bucket configuration; some answer its GETs with a listing and take its PUTs
for "create bucket". So a part is written only after its GET has given an answer that belongs to it.
What an endpoint cannot do is reported, never skipped in silence. Nothing is ever unset: a
configuration DELETE can be taken for deleting the bucket.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from lib.config.settings import Settings
from lib.storage.bucket_parts import PARTS, Part, has_tls
from lib.storage.client import Storage, bucket_exists, ensure_bucket, is_aws
from lib.storage.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

State = Literal["as_wanted", "differs", "absent", "unsupported", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Comparison of one part.

    Attributes:
        part: `bucket`, `tls_only`, `access_block`, `encryption`, `cors`, `lifecycle` or `policy`.
        state: `unsupported` means that the endpoint does not know this part, `not_applicable` that
            it does not fit this endpoint; both say why in `detail`.
        differences: one line each, of what is and what must be.
        detail: what takes the part's place, or why it does not apply.
    """

    part: str
    state: State
    differences: tuple[str, ...] = ()
    detail: str = ""

    @property
    def wrong(self) -> bool:
        """Whether `apply` would change something."""
        return self.state in {"differs", "absent"}


def inspect(storage: Storage, settings: Settings) -> list[Finding]:
    """Compare every part of the bucket with the settings.

    Raises:
        StorageError: the endpoint does not answer, or refuses the admin role.
    """
    client = storage.client("admin")
    with translated("HeadBucket"):
        exists = bucket_exists(client, storage.bucket)
    if not exists:
        return [Finding("bucket", "absent", ("bucket: is absent, must exist",))]
    findings = [Finding("bucket", "as_wanted")]
    if not has_tls(settings):
        detail = "the endpoint speaks plain HTTP; requiring TLS would lock everybody out"
        findings.append(Finding("tls_only", "not_applicable", detail=detail))
    for part in PARTS:
        reason = _not_applicable(part.name, settings)
        if reason:
            findings.append(Finding(part.name, "not_applicable", detail=reason))
        else:
            findings.append(_compare(client, storage.bucket, part, settings))
    return findings


def apply(storage: Storage, settings: Settings) -> list[Finding]:
    """Create the bucket if needed and write what differs; returns a fresh comparison.

    Raises:
        StorageError: a part was refused.
    """
    client = storage.client("admin")
    ensure_bucket(settings)
    by_name = {part.name: part for part in PARTS}
    for finding in inspect(storage, settings):
        if finding.wrong:
            part = by_name[finding.part]
            with translated(f"Put {part.name}"):
                part.write(client, storage.bucket, part.wanted(settings))
    return inspect(storage, settings)


def _not_applicable(name: str, settings: Settings) -> str:
    if name == "access_block" and not is_aws(settings.s3_endpoint_url):
        return (
            "written on AWS only: there are S3 servers that refuse every PUT once it is set; "
            "buckets of such servers are private unless a policy opens them"
        )
    return ""


def _compare(client: S3Client, bucket: str, part: Part, settings: Settings) -> Finding:
    try:
        actual = part.read(client, bucket)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if error.response["Error"].get("Code") == part.absent_code:
            return Finding(part.name, "absent", (f"{part.name}: is not set",))
        if status in {401, 403}:
            with translated(f"Get {part.name}"):
                raise
        return Finding(part.name, "unsupported", detail=part.instead)
    if actual is None:
        return Finding(part.name, "unsupported", detail=part.instead)
    wanted = part.comparable(part.wanted(settings))
    differences = tuple(_differences(part.name, part.comparable(actual), wanted))
    return Finding(part.name, "differs" if differences else "as_wanted", differences)


def _differences(path: str, actual: Any, wanted: Any) -> list[str]:
    """List where `actual` is not as wanted; what a server adds on top is no difference."""
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        return [
            line
            for name, value in wanted.items()
            for line in _differences(f"{path}.{name}", actual.get(name), value)
        ]
    if isinstance(wanted, list) and isinstance(actual, list) and len(wanted) == len(actual):
        pairs = zip(_sorted(actual), _sorted(wanted), strict=True)
        return [
            line
            for index, (have, want) in enumerate(pairs)
            for line in _differences(f"{path}[{index}]", have, want)
        ]
    if isinstance(wanted, list) and len(wanted) == 1 and wanted[0] == actual:
        return []
    return [] if actual == wanted else [f"{path}: is {_short(actual)}, must be {_short(wanted)}"]


def _sorted(items: list[Any]) -> list[Any]:
    return sorted(items, key=_identity)


def _identity(item: Any) -> str:
    """Order lists of rules by their names, so that reordering is no difference."""
    if isinstance(item, Mapping):
        return str(item.get("ID") or item.get("Sid") or "")
    return str(item)


def _short(value: Any) -> str:
    return "not set" if value is None else json.dumps(value, sort_keys=True)
