"""Object tags: which recordings the lifecycle rule may expire; a net below the retention job.

There are S3 servers that take a PUT of tags for a PUT of the object and replace the recording by
the tags. So tags are written only where our lifecycle rule, which alone reads them, is in place:
a server that keeps lifecycle rules keeps tags. It is asked once per process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lib.config.settings import StorageRole
from lib.storage.client import Storage
from lib.storage.errors import ObjectMissingError, StorageError, failure_of, translated
from lib.storage.keys import both_keys
from lib.storage.policies import EXPIRY_RULE, EXPIRY_TAG

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import TagTypeDef

_ROLE: StorageRole = "retention"
_TAG: TagTypeDef = {"Key": EXPIRY_TAG[0], "Value": EXPIRY_TAG[1]}


def expires_by_tag(storage: Storage) -> bool:
    """Tell whether a lifecycle rule of the bucket reads the tag; where none does, none is written.

    Raises:
        StorageError: the bucket did not answer, or the role may not ask.
    """
    if storage.expires_by_tag is None:
        with translated("GetBucketLifecycleConfiguration"):
            storage.expires_by_tag = _has_rule(storage)
    return storage.expires_by_tag


def allow_expiry(storage: Storage, key: str) -> None:
    """Let the lifecycle rule expire a recording and its waveform, as far as they are there.

    Raises:
        StorageError: a tag is not known to be written.
    """
    for name in both_keys(key):
        _write(storage, name, [_TAG])


def forbid_expiry(storage: Storage, key: str) -> None:
    """Keep the lifecycle rule from a recording and its waveform, and see that it is kept.

    Raises:
        StorageError: a tag is not known to be gone; `invalid` if it is still there.
    """
    for name in both_keys(key):
        _write(storage, name, [])
        if _TAG in _read(storage, name):
            raise StorageError("invalid", "GetObjectTagging")


def _write(storage: Storage, name: str, tags: list[TagTypeDef]) -> None:
    try:
        with translated("PutObjectTagging"):
            storage.client(_ROLE).put_object_tagging(
                Bucket=storage.bucket, Key=name, Tagging={"TagSet": tags}
            )
    except ObjectMissingError:
        return  # what is not there needs no tag; what comes later has none


def _read(storage: Storage, name: str) -> list[TagTypeDef]:
    try:
        with translated("GetObjectTagging"):
            answer = storage.client(_ROLE).get_object_tagging(Bucket=storage.bucket, Key=name)
    except ObjectMissingError:
        return []
    return answer["TagSet"]


def _has_rule(storage: Storage) -> bool:
    try:
        answer = storage.client(_ROLE).get_bucket_lifecycle_configuration(Bucket=storage.bucket)
    except ClientError as error:
        if failure_of(error) in {"denied", "throttled", "timeout"}:
            raise
        return False
    return any(rule.get("ID") == EXPIRY_RULE for rule in answer.get("Rules", []))
