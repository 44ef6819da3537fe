"""The documents say what the code says."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pinned_python() -> dict[str, str]:
    described = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, groups = described["project"], described["dependency-groups"]
    lists = [*project["optional-dependencies"].values(), *groups.values()]
    pins: dict[str, str] = {}
    for line in project["dependencies"] + [item for extra in lists for item in extra]:
        name, _, version = line.partition("==")
        pins[name.split("[")[0]] = version
    return pins


def pinned_javascript() -> dict[str, str]:
    package = json.loads((ROOT / "package.json").read_text())
    return {**package["dependencies"], **package["devDependencies"]}


def test_every_dependency_has_its_reason_and_nothing_else_is_listed() -> None:
    rows = re.findall(r"^\| (`.+?) \|", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert documented == set(pinned_python()) | set(pinned_javascript())


def test_every_dependency_is_pinned_exactly_and_locked() -> None:
    locks = ("requirements-dev.txt", "requirements-security.txt")
    locked = "".join((ROOT / name).read_text() for name in locks)
    for name, version in pinned_python().items():
        assert re.search(
            rf"^{re.escape(name)}(\[\w+\])?=={re.escape(version)}( |$)", locked, re.MULTILINE
        )
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, version in pinned_javascript().items():
        assert lock[f"node_modules/{name}"]["version"] == version


def test_the_smaller_locks_are_parts_of_the_larger_ones() -> None:
    product, local, dev = (
        set((ROOT / f"requirements{part}.txt").read_text().splitlines())
        for part in ("", "-local", "-dev")
    )
    assert product <= local <= dev


def test_no_lock_names_a_registry() -> None:
    for lock in ROOT.glob("requirements*.txt"):
        assert "://" not in lock.read_text()
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


@pytest.mark.parametrize(
    "page",
    sorted(
        path.relative_to(ROOT).as_posix()
        for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    ),
)
def test_links_between_documents_lead_somewhere(page: str) -> None:
    source = ROOT / page
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", source.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (source.parent / target).exists(), f"{page} links to {target}"
