"""Object tags: which objects the lifecycle rule may expire.

Set by a call of its own, since some servers refuse tags on a PUT, and only a safety net: a server
without tags has no lifecycle either, and is reported as such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lib.config import StorageRole
from lib.storage.client import Storage
from lib.storage.errors import translated
from lib.storage.policies import EXPIRY_TAG

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import TagTypeDef

_UNKNOWN_HERE = {"NotImplemented", "MethodNotAllowed"}


def set_expiry(storage: Storage, role: StorageRole, key: str, *, allowed: bool) -> bool:
    """Let the lifecycle rule expire an object, or keep it from doing so.

    Returns:
        False where the endpoint does not know tags.

    Raises:
        StorageError: the tag is not known to be as asked.
    """
    tags: list[TagTypeDef] = [{"Key": EXPIRY_TAG[0], "Value": EXPIRY_TAG[1]}] if allowed else []
    with translated("PutObjectTagging"):
        try:
            storage.client(role).put_object_tagging(
                Bucket=storage.bucket, Key=key, Tagging={"TagSet": tags}
            )
        except ClientError as error:
            if error.response["Error"].get("Code") in _UNKNOWN_HERE:
                return False
            raise
    return True
