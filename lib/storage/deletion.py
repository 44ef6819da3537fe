"""Deleting objects: in batches, one by one where batches are not allowed, with all versions."""

from __future__ import annotations

from collections.abc import Sequence

from botocore.exceptions import ClientError

from lib.config.settings import StorageRole
from lib.storage.client import Storage
from lib.storage.errors import Failure, StorageError, failure_of, translated
from lib.storage.keys import AUDIO_PREFIX, both_keys, stem_of

DELETE_BATCH = 1000


def delete(storage: Storage, role: StorageRole, keys: Sequence[str]) -> dict[str, Failure]:
    """Delete objects; one that is not there counts as deleted.

    Returns:
        The keys that are not known to be deleted, each with its class of failure.
    """
    failed: dict[str, Failure] = {}
    client = storage.client(role)
    for start in range(0, len(keys), DELETE_BATCH):
        part = keys[start : start + DELETE_BATCH]
        try:
            with translated("DeleteObjects"):
                answer = client.delete_objects(
                    Bucket=storage.bucket,
                    Delete={"Objects": [{"Key": key} for key in part], "Quiet": True},
                )
        except StorageError as error:
            failed.update(dict.fromkeys(part, error.failure))
            continue
        for item in answer.get("Errors", []):
            failed[item.get("Key", "")] = _delete_failure(item.get("Code", ""))
    denied = [key for key, failure in failed.items() if failure == "denied"]
    others = {key: failure for key, failure in failed.items() if failure != "denied"}
    return {**others, **_delete_singly(storage, role, denied)}


def _delete_singly(storage: Storage, role: StorageRole, keys: Sequence[str]) -> dict[str, Failure]:
    """Delete one by one: there are servers where the right to delete does not cover batches."""
    failed: dict[str, Failure] = {}
    for key in keys:
        try:
            with translated("DeleteObject"):
                storage.client(role).delete_object(Bucket=storage.bucket, Key=key)
        except StorageError as error:
            if error.failure == "denied":
                return dict.fromkeys(keys, "denied")
            failed[key] = error.failure
    return failed


def _delete_failure(code: str) -> Failure:
    return "denied" if code == "AccessDenied" else "server"


def is_versioned(storage: Storage, role: StorageRole) -> bool:
    """Tell whether the bucket keeps (or kept) versions; a server that does not know them has none.

    Raises:
        StorageError: the bucket did not answer, or the role may not ask.
    """
    with translated("GetBucketVersioning"):
        try:
            answer = storage.client(role).get_bucket_versioning(Bucket=storage.bucket)
        except ClientError as error:
            if failure_of(error) in {"denied", "throttled", "timeout"}:
                raise
            return False
    return answer.get("Status") in {"Enabled", "Suspended"}


def erase_versions(storage: Storage, role: StorageRole, stem: str) -> Failure | None:
    """Delete every version and delete marker of a recording and its waveform.

    Returns:
        None when nothing is left, else the class of the failure.
    """
    client = storage.client(role)
    try:
        with translated("ListObjectVersions"):
            answer = client.list_object_versions(Bucket=storage.bucket, Prefix=f"{stem}.")
        for item in [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])]:
            with translated("DeleteObjectVersion"):
                client.delete_object(
                    Bucket=storage.bucket, Key=item["Key"], VersionId=item["VersionId"]
                )
    except StorageError as error:
        return error.failure
    # A recording is written once, so a page of 1,000 versions is far more than there can be.
    return "invalid" if answer.get("IsTruncated") else None


def delete_recordings(
    storage: Storage, keys: Sequence[str], *, versioned: bool
) -> dict[str, Failure]:
    """Delete recordings with their waveforms, and with every version if the bucket keeps them.

    A key that lies outside of the recordings fails as `invalid`, and the others are deleted.

    Returns:
        The recordings of which something may be left, each with the class of failure.
    """
    ours = [key for key in keys if key.startswith(AUDIO_PREFIX)]
    failed = delete(storage, "retention", [name for key in ours for name in both_keys(key)])
    result: dict[str, Failure] = dict.fromkeys(set(keys) - set(ours), "invalid")
    for key in ours:
        failure = next((failed[name] for name in both_keys(key) if name in failed), None)
        if failure is None and versioned:
            failure = erase_versions(storage, "retention", stem_of(key))
        if failure is not None:
            result[key] = failure
    return result
