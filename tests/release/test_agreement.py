"""Each disagreement that would spoil a release is found."""

from __future__ import annotations

import pytest

from tests.release.agreement import of_changelog, of_components, of_versions
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
