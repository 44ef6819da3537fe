"""Documents and code agree, each role may do its work and nothing else, and a bucket is compared
part by part."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_args

import pytest

from lib.config.settings import StorageRole
from lib.storage import bucket, policies
from lib.storage.client import Storage
from lib.storage.decode import FLAWS, REMARKS
from lib.storage.formats import FORMATS
from lib.storage.policies import bucket_policy, iam_policy
from lib.worker.analyser import Analyser
from lib.worker.jobs import default_jobs
from tests.support.s3 import Endpoint, settings_for

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/storage.md").read_text()
RECORDING = "arn:aws:s3:::BUCKET/audio/v1/2026/01/01/s/o.wav"
WAVEFORM = "arn:aws:s3:::BUCKET/audio/v1/2026/01/01/s/o.peaks.json"
PROBE = "arn:aws:s3:::BUCKET/probe/x"
OTHER = "arn:aws:s3:::BUCKET/backup.tar"
BUCKET = "arn:aws:s3:::BUCKET"


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def allowed(role: StorageRole, action: str, resource: str) -> bool:
    return any(
        action in as_list(statement["Action"])
        and any(fnmatchcase(resource, pattern) for pattern in as_list(statement["Resource"]))
        for statement in iam_policy(role, "BUCKET")["Statement"]
    )


@pytest.mark.parametrize("role", get_args(StorageRole))
def test_the_documented_policy_of_each_role_is_the_one_in_code(role: StorageRole) -> None:
    document = json.loads((ROOT / f"docs/iam/{role}.json").read_text())
    assert document == iam_policy(role, "BUCKET")


def test_the_documented_bucket_policy_is_the_one_in_code() -> None:
    document = json.loads((ROOT / "docs/iam/bucket-policy.json").read_text())
    assert document == bucket_policy("BUCKET", tls=True)


@pytest.mark.parametrize(
    ("role", "action", "resource"),
    [
        ("reader", "s3:GetObject", RECORDING),
        ("reader", "s3:GetObject", WAVEFORM),
        ("ingest", "s3:PutObject", RECORDING),
        ("ingest", "s3:GetObject", RECORDING),
        ("analysis", "s3:GetObject", RECORDING),
        ("analysis", "s3:PutObject", WAVEFORM),
        ("probe", "s3:DeleteObject", PROBE),
        ("retention", "s3:DeleteObject", WAVEFORM),
        ("retention", "s3:ListBucket", BUCKET),
        ("admin", "s3:PutBucketPolicy", BUCKET),
    ],
)
def test_each_role_may_do_its_work(role: StorageRole, action: str, resource: str) -> None:
    assert allowed(role, action, resource)


@pytest.mark.parametrize(
    ("role", "action", "resource"),
    [
        ("reader", "s3:PutObject", RECORDING),
        ("reader", "s3:DeleteObject", RECORDING),
        ("reader", "s3:ListBucket", BUCKET),
        ("reader", "s3:GetObject", OTHER),
        ("ingest", "s3:DeleteObject", RECORDING),
        ("ingest", "s3:PutObject", OTHER),
        ("analysis", "s3:PutObject", RECORDING),
        ("analysis", "s3:DeleteObject", RECORDING),
        ("probe", "s3:GetObject", RECORDING),
        ("retention", "s3:GetObject", RECORDING),
        ("retention", "s3:PutObject", RECORDING),
        ("admin", "s3:GetObject", RECORDING),
        ("admin", "s3:DeleteBucket", BUCKET),
    ],
)
def test_and_nothing_else(role: StorageRole, action: str, resource: str) -> None:
    assert not allowed(role, action, resource)


def test_every_format_flaw_and_job_is_documented() -> None:
    for item in FORMATS:
        assert f"| `{item.content_type}` | `{item.extension}` |" in PAGE
        for alias in item.aliases:
            assert f"`{alias}`" in PAGE
    for reason, sentence in (FLAWS | REMARKS).items():
        assert f"| `{reason}` | {sentence} |" in PAGE
    storage = Storage(settings_for(Endpoint("http://127.0.0.1:9", "a", "s", "b")), lambda _: None)
    jobs = {job.name for job in default_jobs(Analyser(storage)) if job.name.startswith("audio.")}
    assert jobs <= set(re.findall(r"^\| `([a-z.]+)` \|", PAGE, re.MULTILINE))


def test_differences_are_named_and_additions_of_the_server_are_none() -> None:
    wanted = policies.lifecycle(settings_for(Endpoint("http://127.0.0.1:9", "a", "s", "b")))
    actual = json.loads(json.dumps(wanted))
    actual["Rules"].reverse()
    actual["TransitionDefaultMinimumObjectSize"] = "all_storage_classes_128K"
    assert bucket._differences("lifecycle", actual, wanted) == []
    rule = next(rule for rule in actual["Rules"] if rule["ID"] == policies.EXPIRY_RULE)
    rule["Expiration"]["Days"] = 9999
    (line,) = bucket._differences("lifecycle", actual, wanted)
    assert line.endswith("Expiration.Days: is 9999, must be 90")
    del actual["Rules"][0]
    (line,) = bucket._differences("lifecycle", actual, wanted)
    assert line.startswith("lifecycle.Rules: is [")
