"""The documents say what the code says."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from lib.__main__ import cli as product
from lib.config.settings import Settings
from local.__main__ import cli as local

ROOT = Path(__file__).resolve().parent.parent


def pinned_python() -> set[tuple[str, str]]:
    described = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, groups = described["project"], described["dependency-groups"]
    lists = [*project["optional-dependencies"].values(), *groups.values()]
    pins = set()
    for line in project["dependencies"] + [item for extra in lists for item in extra]:
        name, _, version = line.partition(";")[0].partition("==")
        pins.add((name.split("[")[0], version))
    return pins


def pinned_javascript() -> dict[str, str]:
    package = json.loads((ROOT / "package.json").read_text())
    return {**package["dependencies"], **package["devDependencies"]}


def test_every_dependency_has_its_reason_and_nothing_else_is_listed() -> None:
    rows = re.findall(r"^\| (`.+?) \|", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert documented == {name for name, _ in pinned_python()} | set(pinned_javascript())


def test_every_dependency_is_pinned_exactly_and_locked() -> None:
    locks = ("requirements-dev.txt", "requirements-oracles.txt", "requirements-security.txt")
    locked = "".join((ROOT / name).read_text() for name in locks)
    for name, version in pinned_python():
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


PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
)


def anchor(heading: str) -> str:
    """Return the anchor that a heading gets: lower case, hyphens, no punctuation."""
    words = re.sub(r"[^\w\- ]", "", re.sub(r"`|\*", "", heading).strip().lower())
    return words.replace(" ", "-")


def anchors(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return {anchor(found) for found in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES)
def test_links_between_documents_lead_somewhere(page: str) -> None:
    source = ROOT / page
    for target, place in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", source.read_text()):
        if "://" in target or target.startswith("mailto:"):
            continue
        linked = source.parent / target if target else source
        assert linked.exists(), f"{page} links to {target}"
        if place and linked.suffix == ".md":
            assert place in anchors(linked), f"{page} links to {target}#{place}"


def code_of(page: str) -> str:
    """Return what stands in a page as code: in backticks, fenced or indented."""
    text = (ROOT / page).read_text()
    blocks = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    indented = re.findall(r"^ {4}\S.*$", rest, re.MULTILINE)
    return "\n".join([*blocks, *indented, *re.findall(r"`([^`]+)`", rest)])


def words_of(cli: typer.Typer) -> set[str]:
    """Return every command of a command line, such as `bucket plan`."""

    def below(command: Any, path: str) -> set[str]:
        inner: dict[str, Any] = getattr(command, "commands", {})
        found = {path} if path else set()
        return found.union(*(below(item, f"{path} {name}".strip()) for name, item in inner.items()))

    return below(typer.main.get_command(cli), "")


@pytest.mark.parametrize("page", PAGES)
def test_commands_that_are_named_exist(page: str) -> None:
    code = code_of(page)
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for target in re.findall(r"^ *make ([a-z][a-z0-9-]*)", code, re.MULTILINE):
        assert target in targets, f"{page}: make {target}"
    for module, cli in (("lib", product), ("local", local)):
        known = words_of(cli)
        for first, second in re.findall(rf"python -m {module} ([a-z]+)(?: ([a-z]+)\b)?", code):
            assert first in known, f"{page}: python -m {module} {first}"
            if first in {"audio", "bucket", "data"} and second:
                assert f"{first} {second}" in known, f"{page}: {module} {first} {second}"


@pytest.mark.parametrize("page", PAGES)
def test_settings_that_are_named_exist(page: str) -> None:
    known = {str(field.alias) for field in Settings.model_fields.values()}
    code = (
        "".join(
            path.read_text()
            for folder in ("benchmarks", "convex", "local", "tests")
            for path in (ROOT / folder).rglob("*")
            if path.suffix in {".py", ".ts"}
        )
        + (ROOT / "Makefile").read_text()
    )
    text = (ROOT / page).read_text()
    for name in set(re.findall(r"\b((?:EARSHOT|CLERK|CONVEX|S3)_(?!ID\b)[A-Z][A-Z_]+)\b", text)):
        assert name in known or name in code, f"{page}: {name}"


@pytest.mark.parametrize("page", PAGES)
def test_routes_that_are_named_exist(page: str) -> None:
    paths = json.loads((ROOT / "docs/api/openapi.json").read_text())["paths"]
    known = {
        f"{method.upper()} {re.sub(r'{[^}]*}', '{}', path)}"
        for path, methods in paths.items()
        for method in methods
    }
    pattern = r"\b(GET|POST|PATCH|PUT|DELETE) /api/v1(/[\w./{}-]*)"
    for method, path in re.findall(pattern, (ROOT / page).read_text()):
        plain = re.sub(r"{[^}]*}|\.\.\.", "{}", path).rstrip("/.")
        if "{}" in plain.split("/")[:2]:
            continue
        assert any(one == f"{method} {plain}" for one in known), f"{page}: {method} {path}"


def test_every_table_says_what_it_holds_and_for_how_long() -> None:
    files = [ROOT / "convex/schema.ts", *(ROOT / "convex/model").glob("*Tables.ts")]
    schema = "".join(file.read_text() for file in files)
    rows = re.findall(
        r"^\| (`.+?) \| .+ \| .+ \|$", (ROOT / "docs/data.md").read_text(), re.MULTILINE
    )
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert set(re.findall(r"^  (\w+): defineTable", schema, re.MULTILINE)) - documented == set()


def test_every_role_of_a_machine_and_every_page_is_explained() -> None:
    table = json.loads((ROOT / "lib/auth/permissions.json").read_text())
    documents = "".join((ROOT / page).read_text() for page in PAGES)
    for role in table["inherits"]:
        assert f"`{role}`" in documents, role
    readme = (ROOT / "README.md").read_text()
    for path in table["pages"]:
        assert f"`{path}`" in readme, f"README.md does not name the page {path}"


def test_every_page_of_the_documents_is_in_the_index_and_the_readme_leads_there() -> None:
    assert "(docs/README.md)" in (ROOT / "README.md").read_text()
    index = (ROOT / "docs/README.md").read_text()
    for page in (ROOT / "docs").glob("*.md"):
        assert f"({page.name})" in index or page.name == "README.md", page.name


def test_every_path_that_the_architecture_names_exists() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    top = {path.name for path in ROOT.iterdir()}
    named = {
        name
        for name in re.findall(r"`([\w.-]+(?:/[\w.-]+)*/?)`", text)
        if name.partition("/")[0] in top and ("/" in name or "." in name)
    }
    assert len(named) > 40
    planned = {"lib/sources/"}
    assert {name for name in named if not (ROOT / name).exists()} <= planned
