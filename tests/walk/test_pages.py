"""No shell command of the documents escapes the walk, and docs/walk.md is about these commands."""

from __future__ import annotations

import re

import pytest

from tests.walk.__main__ import row_of
from tests.walk.pages import REPORT, ROOT, Kind, blocks, every_block, pages

PROGRAMS = (
    "make",
    "npx",
    "npm",
    "node",
    "python",
    "python3",
    "pip",
    "docker",
    "curl",
    ".venv/bin/",
    "pytest",
    "openssl",
    "git",
    "apt-get",
)
COMMAND = re.compile(rf"(?:\$ )?(?:[A-Z_]+=\S+ )*(?:{'|'.join(map(re.escape, PROGRAMS))})[ \w-]")


@pytest.mark.parametrize("page", [*pages(), "CONTRIBUTING.md"])
def test_every_command_that_stands_by_itself_is_in_a_shell_block(page: str) -> None:
    text = (ROOT / page).read_text()
    fences = re.findall(r"^ *```(\w*)[^\n]*\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    outside = [line for kind, code in fences if kind != "sh" for line in code.splitlines()]
    prose = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
    outside += re.findall(r"^ {4,}(\S.*)$", prose, re.MULTILINE)
    assert [line for line in outside if COMMAND.match(line.strip())] == []
    assert len(list(blocks(page))) == len([kind for kind, _ in fences if kind == "sh"])


def test_what_is_not_run_says_why() -> None:
    assert all(len(block.note) > 10 for block in every_block() if block.kind is Kind.LEFT_OUT)


def test_the_report_is_about_these_commands_and_none_failed() -> None:
    report = REPORT.read_text()
    told = re.findall(r"^(\| \[.+?\) \| `.+?` \|) (.+?) \|", report, re.MULTILINE)
    assert [row for row, _ in told] == [row_of(block) for block in every_block()]
    assert [row for row, outcome in told if not outcome.startswith(("works", "not run: "))] == []
