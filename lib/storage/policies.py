"""What the bucket must be like, and what each role may do: as data, derived from the settings.

Background: AWS S3 user guide ("Blocking public access", "Policy keys" for `s3:signatureAge` and
`aws:SecureTransport`), AWS Security Hub controls S3.1-S3.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from lib.config.settings import Settings, StorageRole
from lib.product.lifetimes import SIGNED_URL_LONGEST
from lib.storage.keys import PROBE_PREFIX

Document = dict[str, Any]

EXPIRY_TAG = ("retention", "window")
"""Marks objects that end with the privacy window; a legal hold takes the tag away."""

EXPIRY_RULE = "earshot-privacy-window"
"""Name of the lifecycle rule that reads the tag."""

_CLEAN_UP_DAYS = 1
_VERSION = "2012-10-17"


def access_block() -> Document:
    """Public access block: nothing in this bucket is ever public."""
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    return dict.fromkeys(names, True)


def encryption() -> Document:
    """Encryption at rest with keys that S3 keeps."""
    default = {"SSEAlgorithm": "AES256"}
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}


def cors(settings: Settings) -> Document:
    """CORS for the dashboard's origin; a plain audio element needs none."""
    return {
        "CORSRules": [
            {
                "AllowedOrigins": [settings.app_url],
                "AllowedMethods": ["GET", "HEAD"],
                "AllowedHeaders": ["range"],
                "ExposeHeaders": ["Content-Range", "Accept-Ranges", "Content-Length", "ETag"],
                "MaxAgeSeconds": 600,
            }
        ]
    }


def lifecycle(settings: Settings) -> Document:
    """Safety net under the retention job: it, not this, keeps the deadline."""
    tag = {"Key": EXPIRY_TAG[0], "Value": EXPIRY_TAG[1]}
    return {
        "Rules": [
            {
                "ID": EXPIRY_RULE,
                "Status": "Enabled",
                "Filter": {"And": {"Prefix": "audio/", "Tags": [tag]}},
                "Expiration": {"Days": settings.privacy_window_days},
            },
            {
                "ID": "earshot-old-versions",
                "Status": "Enabled",
                "Filter": {"Prefix": "audio/"},
                "NoncurrentVersionExpiration": {"NoncurrentDays": _CLEAN_UP_DAYS},
                "Expiration": {"ExpiredObjectDeleteMarker": True},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _CLEAN_UP_DAYS},
            },
            {
                "ID": "earshot-probe",
                "Status": "Enabled",
                "Filter": {"Prefix": PROBE_PREFIX},
                "Expiration": {"Days": _CLEAN_UP_DAYS},
            },
        ]
    }


def bucket_policy(bucket: str, *, tls: bool) -> Document:
    """Denials for everybody: plain HTTP (where the endpoint has TLS), and old signatures."""
    objects = f"arn:aws:s3:::{bucket}/*"
    age: Document = {
        "Sid": "DenyOldSignatures",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": f"arn:aws:s3:::{bucket}/audio/*",
        "Condition": {
            "NumericGreaterThan": {
                "s3:signatureAge": str(SIGNED_URL_LONGEST // timedelta(milliseconds=1))
            }
        },
    }
    secure: Document = {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", objects],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": _VERSION, "Statement": [secure, age] if tls else [age]}


def iam_policy(role: StorageRole, bucket: str) -> Document:
    """Least privilege of one role, as an IAM policy document.

    Only `retention` may list; for the others a missing object looks like a forbidden one.
    """
    arn = f"arn:aws:s3:::{bucket}"
    statements: list[Document] = [
        {"Effect": "Allow", "Action": list(actions), "Resource": f"{arn}/{path}"}
        for path, actions in _OBJECT_RIGHTS[role].items()
    ]
    if _BUCKET_RIGHTS[role]:
        actions = list(_BUCKET_RIGHTS[role])
        statements.append({"Effect": "Allow", "Action": actions, "Resource": arn})
    if role == "retention":
        statements.append(
            {
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:ListBucketVersions"],
                "Resource": arn,
                "Condition": {"StringLike": {"s3:prefix": "audio/*"}},
            }
        )
    return {"Version": _VERSION, "Statement": statements}


_OBJECT_RIGHTS: Mapping[StorageRole, Mapping[str, tuple[str, ...]]] = {
    "reader": {"audio/*": ("s3:GetObject",)},
    "ingest": {"audio/*": ("s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload")},
    "analysis": {
        "audio/*": ("s3:GetObject",),
        "audio/*.peaks.json": ("s3:PutObject",),
    },
    "probe": {"probe/*": ("s3:PutObject", "s3:GetObject", "s3:DeleteObject")},
    "retention": {
        "audio/*": (
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:GetObjectTagging",
            "s3:PutObjectTagging",
        )
    },
    "admin": {},
}

_BUCKET_RIGHTS: Mapping[StorageRole, tuple[str, ...]] = {
    "reader": (),
    "ingest": (),
    "analysis": (),
    "probe": (),
    "retention": ("s3:GetLifecycleConfiguration", "s3:GetBucketVersioning"),
    "admin": (
        "s3:CreateBucket",
        "s3:ListBucket",
        "s3:GetBucketPolicy",
        "s3:PutBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:PutBucketPublicAccessBlock",
        "s3:GetEncryptionConfiguration",
        "s3:PutEncryptionConfiguration",
        "s3:GetBucketCORS",
        "s3:PutBucketCORS",
        "s3:GetLifecycleConfiguration",
        "s3:PutLifecycleConfiguration",
    ),
}
