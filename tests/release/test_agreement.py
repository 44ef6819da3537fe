"""Each disagreement that would spoil a release is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib.config.settings import Settings
from local.stack import Stack
from tests.release.agreement import of_changelog, of_components, of_security, of_versions
from tests.release.real import NOT_RUN, near, of_real_run
from tests.security.bills import ROOT, version

LOG = """# Changelog

## [Unreleased]

## [1.2.0] - 2026-02-01

- Something.

## [1.1.3] - 2026-01-31

- Something else.
"""


def test_what_agrees_is_not_spoken_of() -> None:
    assert of_changelog(LOG, "1.2.0", {"v1.2.0", "nightly"}) == []
    assert of_versions("1.2.0", "0.0.0", {"python": "1.2.0"}) == []
    assert of_components("bill", {("a", "1")}, {("a", "1"), ("b", "2")}) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("## [Unreleased]\n", ""), "does not begin with [Unreleased]"),
        (
            ("[1.2.0]", "[1.3.0]"),
            "pyproject.toml has version 1.2.0, CHANGELOG.md's newest is 1.3.0",
        ),
        (("[1.2.0] - 2026-02-01", "[1.2.0]"), "'[1.2.0]' is not"),
        (("2026-02-01", "2026-02-31"), "is not '[1.2.3] - 2026-01-31'"),
        (("[1.1.3]", "[1.2.1]"), "not in order"),
        (("- Something else.", ""), "1.1.3 has no entry"),
        (("[Unreleased]\n", "[Unreleased]\n\n- New.\n"), "has unreleased entries"),
    ],
)
def test_a_changelog_that_does_not_fit_is_found(change: tuple[str, str], said: str) -> None:
    found = of_changelog(LOG.replace(*change), "1.2.0", {"v1.2.0"})
    assert any(said in line for line in found), found


def test_entries_may_wait_while_nothing_is_tagged() -> None:
    assert (
        of_changelog(LOG.replace("[Unreleased]\n", "[Unreleased]\n\n- New.\n"), "1.2.0", set())
        == []
    )


def test_a_tag_of_another_version_is_found() -> None:
    assert of_changelog(LOG, "1.2.0", {"v1.1.3"}) == ["the commit is tagged v1.1.3, not v1.2.0"]


def test_a_second_version_is_found() -> None:
    assert of_versions("1.2.0", "1.2.0", {"b.json": "1.1.3"}) == [
        "package.json has version 1.2.0, not 0.0.0",
        "b.json is of version 1.1.3, not 1.2.0: make security",
    ]


def test_a_package_that_a_bill_lacks_is_found() -> None:
    found = of_components("b.json", {("a", "1"), ("b", "2")}, {("a", "2"), ("b", "2")})
    assert found == ["b.json lacks a 1: make security"]


def test_the_changelog_of_this_commit_fits() -> None:
    assert of_changelog((ROOT / "CHANGELOG.md").read_text(), version(), set()) == []


REPORT = """| check | outcome | details |
|---|---|---|
| secrets | passed | nothing found |
| advisories | NOT CHECKED | no answer |
| Dockerfile | FAILED | DL3008 |
"""


def test_what_was_not_checked_or_failed_holds_a_release_up() -> None:
    assert of_security(REPORT) == [
        "NOT CHECKED: advisories: no answer",
        "FAILED: Dockerfile: DL3008",
    ]
    assert of_security("") != []


def test_a_release_waits_for_a_run_of_its_own_version_on_a_real_deployment() -> None:
    def run(status: str) -> dict[str, object]:
        return {"version": "1.2.0", "steps": [{"name": "Sign in", "status": status}]}

    assert of_real_run(None, "1.2.0") == [NOT_RUN]
    assert of_real_run(run("PASS"), "1.2.0") == []
    assert of_real_run(run("PASS"), "1.2.1")[0].startswith(NOT_RUN)
    for status in ("FAIL", "SKIPPED"):
        assert of_real_run(run(status), "1.2.0") == [
            f"smoke on a real deployment: Sign in {status}"
        ]


def test_a_run_on_this_machine_is_no_real_one(tmp_path: Path) -> None:
    stack = Stack.load_or_create(tmp_path, 8501)
    settings = Settings(_env_file=None, **stack.app_environment())  # type: ignore[arg-type]
    named = ["EARSHOT_APP_URL", "CONVEX_URL", "CLERK_API_URL", "S3_ENDPOINT_URL"]
    assert near(settings) == named
