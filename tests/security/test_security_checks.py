"""What `make security` does finds what it should, and the part that needs no network holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.security.audits import read_npm_audit, read_pip_audit
from tests.security.bills import JAVASCRIPT, PYTHON, ROOT, components, locked
from tests.security.secrets_scan import BASELINE, new_secrets, tracked_files


@pytest.mark.long
def test_no_tracked_file_holds_a_secret() -> None:
    assert new_secrets(tracked_files()) == []


def test_every_entry_of_the_baseline_was_looked_at() -> None:
    results = json.loads(BASELINE.read_text())["results"]
    assert results
    for path, entries in results.items():
        assert (ROOT / path).is_file(), f"{path} is gone: make the baseline anew"
        assert all(entry["is_secret"] is False for entry in entries), path


def test_the_scan_would_notice_a_key(tmp_path: Path) -> None:
    leak = tmp_path / "leak.py"
    leak.write_text(f'S3 = "{"AKIA" + "Z7QX4M2P" * 2}"\n')
    assert [place.partition("leak.py")[2] for place in new_secrets([leak])] == [
        ":1: AWS Access Key"
    ]


def test_local_settings_are_not_tracked() -> None:
    names = {path.name for path in tracked_files()}
    assert not names & {".env", "convex.sqlite3", "secrets.toml"}


def test_the_bills_name_what_the_locks_name() -> None:
    pins = locked()
    assert components(PYTHON) == pins[PYTHON]
    assert pins[JAVASCRIPT] - components(JAVASCRIPT) == set()


@pytest.mark.parametrize(
    ("report", "state"),
    [
        ('{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}', "passed"),
        (
            '{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}, {}]}',
            "FAILED",
        ),
        ('{"dependencies": [{"name": "a", "skip_reason": "not found"}]}', "NOT CHECKED"),
        ('{"dependencies": []}', "NOT CHECKED"),
        ("", "NOT CHECKED"),
        ("No known vulnerabilities found", "NOT CHECKED"),
    ],
)
def test_packages_that_pip_audit_skipped_are_not_called_safe(report: str, state: str) -> None:
    assert read_pip_audit(report).state == state


@pytest.mark.parametrize(
    ("report", "state"),
    [
        (
            '{"metadata": {"vulnerabilities": {"total": 0}, "dependencies": {"total": 3}}}',
            "passed",
        ),
        (
            '{"metadata": {"vulnerabilities": {"total": 1}}, "vulnerabilities": {"ws": {}}}',
            "FAILED",
        ),
        ('{"message": "405 Method Not Allowed - POST x", "statusCode": 405}', "NOT CHECKED"),
        ("", "NOT CHECKED"),
    ],
)
def test_an_npm_audit_without_answer_is_not_called_safe(report: str, state: str) -> None:
    assert read_npm_audit(report).state == state
