"""Version, changelog and bills of materials agree; each check returns what does not."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_HEADING: Final = re.compile(r"^## (?P<text>.+)$", re.MULTILINE)
_RELEASE: Final = re.compile(r"\[(?P<version>\d+\.\d+\.\d+)\] - (?P<day>\d{4}-\d{2}-\d{2})")
_UNRELEASED: Final = "[Unreleased]"


def of_changelog(text: str, version: str, tags: set[str]) -> list[str]:
    """Check a changelog (keepachangelog.com 1.1.0).

    Args:
        text: of CHANGELOG.md.
        version: of pyproject.toml.
        tags: of the present commit.
    """
    sections = _sections(text)
    if next(iter(sections), None) != _UNRELEASED:
        return [f"CHANGELOG.md does not begin with {_UNRELEASED}"]
    found: list[str] = []
    unreleased, released = sections.pop(_UNRELEASED), []
    for heading, body in sections.items():
        match = _RELEASE.fullmatch(heading)
        if match is None or not _is_day(match["day"]):
            found.append(f"CHANGELOG.md: '{heading}' is not '[1.2.3] - 2026-01-31'")
            continue
        released.append((tuple(map(int, match["version"].split("."))), match["day"]))
        if not body:
            found.append(f"CHANGELOG.md: {match['version']} has no entry")
    if released != sorted(set(released), reverse=True):
        found.append("CHANGELOG.md: releases are not in order, newest first")
    newest = ".".join(map(str, released[0][0])) if released else "none"
    if newest != version:
        found.append(f"pyproject.toml has version {version}, CHANGELOG.md's newest is {newest}")
    named = {tag for tag in tags if tag.startswith("v")}
    if named - {f"v{version}"}:
        found.append(f"the commit is tagged {', '.join(sorted(named))}, not v{version}")
    if f"v{version}" in named and unreleased:
        found.append(f"v{version} is tagged, but CHANGELOG.md has unreleased entries")
    return found


def of_versions(version: str, package: str, bills: dict[str, str]) -> list[str]:
    """Check that nobody else has a version of their own.

    Args:
        version: of pyproject.toml.
        package: of package.json, where npm needs one: 0.0.0.
        bills: version of the product in each bill of materials.
    """
    found = [] if package == "0.0.0" else [f"package.json has version {package}, not 0.0.0"]
    return found + [
        f"{name} is of version {other}, not {version}: make security"
        for name, other in bills.items()
        if other != version
    ]


def of_components(
    name: str, locked: set[tuple[str, str]], billed: set[tuple[str, str]]
) -> list[str]:
    """Check that a bill names every package that a lock names."""
    missing = sorted(f"{package} {version}" for package, version in locked - billed)
    return [f"{name} lacks {', '.join(missing)}: make security"] if missing else []


def _sections(text: str) -> dict[str, str]:
    """Return what stands below each second-level heading, in order."""
    parts = _HEADING.split(text)
    return {heading: body.strip() for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def of_security(report: str) -> list[str]:
    """Return the checks of docs/security-report.md that did not pass, with their details."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", report, re.MULTILINE)
    found = [row for row in rows if row[0] != "check" and not row[0].startswith("---")]
    if not found:
        return ["docs/security-report.md holds no check: make security"]
    return [f"{state}: {name}: {details}" for name, state, details in found if state != "passed"]
