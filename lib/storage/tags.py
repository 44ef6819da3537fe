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
from lib.storage.errors import failure_of, translated
from lib.storage.keys import AudioKey
from lib.storage.policies import EXPIRY_RULE, EXPIRY_TAG

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import TagTypeDef


def set_expiry(storage: Storage, role: StorageRole, key: str, *, allowed: bool) -> bool:
    """Let the lifecycle rule expire a recording and its waveform, or keep it from doing so.

    Args:
        storage: the bucket.
        role: whose credentials are used.
        key: of a recording whose waveform is stored.
        allowed: whether it may expire.

    Returns:
        False where no lifecycle rule reads the tag: nothing was changed.

    Raises:
        StorageError: the tags are not known to be as asked.
    """
    if not _rule_is_in_place(storage, role):
        return False
    tags: list[TagTypeDef] = [{"Key": EXPIRY_TAG[0], "Value": EXPIRY_TAG[1]}] if allowed else []
    for name in (key, str(AudioKey.parse(key).peaks)):
        with translated("PutObjectTagging"):
            storage.client(role).put_object_tagging(
                Bucket=storage.bucket, Key=name, Tagging={"TagSet": tags}
            )
    return True


def _rule_is_in_place(storage: Storage, role: StorageRole) -> bool:
    if storage.expires_by_tag is None:
        with translated("GetBucketLifecycleConfiguration"):
            storage.expires_by_tag = _has_rule(storage, role)
    return storage.expires_by_tag


def _has_rule(storage: Storage, role: StorageRole) -> bool:
    try:
        answer = storage.client(role).get_bucket_lifecycle_configuration(Bucket=storage.bucket)
    except ClientError as error:
        if failure_of(error) in {"denied", "throttled", "timeout"}:
            raise
        return False
    return any(rule.get("ID") == EXPIRY_RULE for rule in answer.get("Rules", []))
