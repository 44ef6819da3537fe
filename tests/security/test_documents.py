"""What the security page and the page of requirements name as proof exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from lib.auth.response_headers import DEFAULT_HEADERS, HTTPS_HEADER, SECURITY_HEADERS
from tests.security.bills import ROOT

PAGES = ("docs/security.md", "docs/requirements.md")
TOP_LEVEL = sorted(path.name for path in ROOT.iterdir() if path.name not in {".git", ".venv"})
_CODE = re.compile(r"`([^`\n]+)`")
# ASVS 5.0.0: how many requirements of levels 1 and 2 each section has; they are numbered first.
LEVEL_2 = {
    "1": [2, 9, 11, 3, 2],
    "2": [3, 3, 4, 1],
    "3": [0, 2, 4, 6, 5, 0, 2],
    "4": [3, 1, 2, 4],
    "5": [1, 3, 2, 3],
    "6": [3, 12, 4, 4, 5, 3, 0, 4],
    "7": [3, 4, 2, 5, 2, 2],
    "8": [2, 3, 1, 1],
    "9": [3, 4],
    "10": [2, 2, 4, 11, 5, 2, 3],
    "11": [2, 3, 3, 4, 1, 1],
    "12": [3, 2, 4],
    "13": [1, 5, 2, 5],
    "14": [2, 4, 3],
    "15": [3, 3, 7],
    "16": [1, 5, 4, 3, 3],
}


def named(page: str) -> Iterator[tuple[str, str]]:
    """Return every file that a page names in code, and the test in it if it names one."""
    for code in _CODE.findall((ROOT / page).read_text()):
        path, _, test = code.partition("::")
        if " " not in path and path.split("/")[0] in TOP_LEVEL and ("/" in path or test):
            yield path, test


@pytest.mark.parametrize("page", PAGES)
def test_every_file_and_test_that_is_named_exists(page: str) -> None:
    found = list(named(page))
    assert len(found) > 50
    for path, test in found:
        assert (ROOT / path).exists(), f"{page} names {path}"
        if test:
            form = f'"{test}"' if path.endswith(".ts") else f"def {test}("
            assert form in (ROOT / path).read_text(), f"{page} names {path}::{test}"


def rows() -> list[tuple[str, str, str]]:
    text = (ROOT / "docs/security.md").read_text()
    return re.findall(r"^\| (V[^|]+) \| ([^|]+) \|[^|]*\| ([^|]*) \|$", text, re.MULTILINE)


def expanded(identifiers: str) -> list[str]:
    """Return `V1.2.6-V1.2.8, V1.3.1` one by one."""
    found = []
    for part in identifiers.split(", "):
        first, _, last = part.partition("-")
        section, _, number = first.rpartition(".")
        to = int(last.rpartition(".")[2] or number)
        found += [f"{section}.{index}" for index in range(int(number), to + 1)]
    return found


def test_every_requirement_of_level_2_is_judged_once() -> None:
    wanted = [
        f"V{chapter}.{section}.{number}"
        for chapter, counts in LEVEL_2.items()
        for section, count in enumerate(counts, start=1)
        for number in range(1, count + 1)
    ]
    judged = [name for identifiers, _, _ in rows() for name in expanded(identifiers)]
    assert sorted(judged) == sorted(wanted)


def test_what_is_met_has_a_proof() -> None:
    assert {state for _, state, _ in rows()} == {"met", "partly", "deployment", "-"}
    for identifiers, state, proof in rows():
        assert "`" in proof or state in {"deployment", "-"}, identifiers


def test_every_header_is_in_the_table() -> None:
    page = (ROOT / "docs/security.md").read_text().lower()
    for name, _ in (*SECURITY_HEADERS, *DEFAULT_HEADERS, HTTPS_HEADER):
        assert f"`{name}`" in page


def test_every_requirement_has_its_line() -> None:
    page = (ROOT / "docs/requirements.md").read_text()
    found = re.findall(r"^\| ([A-Z]+-?\d+) \| .{20,} \| .{10,} \|$", page, re.MULTILINE)
    wanted = [f"R{n}" for n in range(1, 7)] + ["FEAT-014", "FEAT-024", "FEAT-025", "FEAT-007"]
    for letter, last in (("Q", 5), ("O", 4), ("K", 2), ("H", 5), ("D", 5)):
        wanted += [f"{letter}{number}" for number in range(1, last + 1)]
    assert found == wanted
