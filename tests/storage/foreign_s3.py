"""`make smoke-s3`: the bucket's suite, plan/apply/verify and the smoke test on a Ceph gateway.

Every role has keys of its own, with the policy that `python -m lib bucket iam` prints.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import get_args

import boto3
import pytest

from lib.config.settings import StorageRole
from lib.smoke.chromium import find_chromium
from lib.smoke.story import CLEAN_UP, STORY
from local import processes
from local.children import Child
from local.stack import Stack
from tests.support.around import settings_only, smoke, stack_around
from tests.support.radosgw import Account, Radosgw
from tests.support.stack import ROOT

BUCKET = "earshot-recordings"


@dataclass(frozen=True, slots=True)
class Foreign:
    """The gateway, and an account for each role."""

    gateway: Radosgw
    roles: dict[str, Account]

    def settings(self, app: dict[str, str]) -> dict[str, str]:
        """Return the settings of an app with this bucket in place of its own."""
        keys = {name: f"{one.access_key}:{one.secret_key}" for name, one in self.roles.items()}
        kept = {name: value for name, value in app.items() if not name.startswith("S3_")}
        trust = str(self.gateway.certificate)
        return {
            **kept,
            "S3_ENDPOINT_URL": self.gateway.url,
            "S3_BUCKET": BUCKET,
            "S3_ROLE_CREDENTIALS": json.dumps(keys),
            "AWS_CA_BUNDLE": trust,
            "SSL_CERT_FILE": trust,
        }


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    gateway = Radosgw(tmp_path_factory.mktemp("ceph"))
    try:
        gateway.start()
        owner = gateway.account("owner", "user-policy=*")
        roles = {role: gateway.account(role) for role in get_args(StorageRole)}
        found = Foreign(gateway, roles | {"admin": owner})
        iam = boto3.client(
            "iam",
            endpoint_url=gateway.plain_url,
            region_name="us-east-1",
            aws_access_key_id=owner.access_key,
            aws_secret_access_key=owner.secret_key,
        )
        for role in roles.keys() - {"admin"}:
            policy = run(found, "iam", role)
            assert policy.returncode == 0, policy.stderr
            iam.put_user_policy(UserName=role, PolicyName="earshot", PolicyDocument=policy.stdout)
        yield found
    finally:
        gateway.stop()


def run(
    foreign: Foreign, *arguments: str, app_url: str = "https://earshot.example.com"
) -> subprocess.CompletedProcess[str]:
    """Run `python -m lib bucket ...` with the settings of the foreign bucket."""
    settings = foreign.settings({"EARSHOT_APP_URL": app_url})
    return subprocess.run(
        [sys.executable, "-m", "lib", "bucket", *arguments],
        cwd=ROOT,
        env=settings_only(settings),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(600)
def test_the_suite_of_the_bucket_passes(foreign: Foreign) -> None:
    owner = foreign.roles["admin"]
    environment = {
        **os.environ,
        "STORAGE_TEST_ENDPOINT": foreign.gateway.plain_url,
        "STORAGE_TEST_ACCESS_KEY": owner.access_key,
        "STORAGE_TEST_SECRET_KEY": owner.secret_key,
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", ""]
    done = subprocess.run(
        [*command, "tests/storage/test_contract.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    sys.stdout.write("\n" + "\n".join(done.stdout.splitlines()[-20:]) + "\n")
    assert done.returncode == 0, done.stdout[-3000:]


def test_plan_apply_and_verify_agree(foreign: Foreign) -> None:
    planned = run(foreign, "plan")
    assert planned.returncode == 0, planned.stdout + planned.stderr
    applied = run(foreign, "apply")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    verified = run(foreign, "verify")
    sys.stdout.write("\n" + verified.stdout)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def app(foreign: Foreign, stack: Stack) -> list[Child]:
    """Return the app as `make run` starts it, but with the foreign bucket."""
    applied = run(foreign, "apply", app_url=stack.app_url)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    child = processes.app(stack, demo=False)
    kept = {name: value for name, value in child.environment.items() if not name.startswith("S3_")}
    child.environment = foreign.settings(kept)
    return [child]


@pytest.mark.timeout(900)
def test_the_whole_story_passes_with_the_keys_of_each_role(
    foreign: Foreign, tmp_path: Path
) -> None:
    # Chromium asks its own store of authorities, which knows nothing of this certificate.
    chromium = tmp_path / "chromium"
    chromium.write_text(f'#!/bin/sh\nexec "{find_chromium()}" --ignore-certificate-errors "$@"\n')
    chromium.chmod(0o755)
    with stack_around(tmp_path / "home", partial(app, foreign), bucket=False) as stack:
        settings = foreign.settings(stack.app_environment())
        done = smoke({**settings, "EARSHOT_CHROMIUM": str(chromium)})
    assert done.stdout, done.stderr[-3000:]
    steps = {row["name"]: row for row in json.loads(done.stdout)["steps"]}
    assert not [row for row in steps.values() if row["status"] == "FAIL"]
    assert list(steps) == [step.name for step in (*STORY, CLEAN_UP)]
    sys.stdout.write("".join(f"\n{row['status']:<8}{name}" for name, row in steps.items()) + "\n")
