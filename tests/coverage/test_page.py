"""A part below its gate is said, and a file with a gap is named."""

from __future__ import annotations

from pathlib import Path

from tests.coverage.page import File, below, page, python_files, typescript_files

FULL = File("lib/a.py", "lib", (10, 10), (4, 4))
POOR = File("lib/b.py", "lib", (5, 10), (0, 4))


def test_what_is_below_its_gate_is_said() -> None:
    assert below([FULL], {"lib": (100, 100)}) == []
    assert below([FULL, POOR], {"lib": (76, 50)}) == ["lib: 75.0% of lines, the gate is 76%"]
    assert below([FULL, POOR], {"lib": (75, 51)}) == ["lib: 50.0% of branches, the gate is 51%"]


def test_a_part_that_was_not_measured_does_not_pass() -> None:
    assert below([FULL], {"local": (1, 1)}) == ["local: nothing was measured"]


def test_files_with_gaps_are_named_and_others_are_not() -> None:
    text = page([FULL, POOR])
    assert "| lib | 75.0% | 50.0% |" in text
    assert "| `lib/b.py` | 50.0% | 0.0% |" in text
    assert "lib/a.py" not in text


def test_reports_of_both_tools_are_read() -> None:
    summary = {"covered_lines": 3, "num_statements": 4, "covered_branches": 1, "num_branches": 2}
    assert python_files({"files": {"local/x.py": {"summary": summary}}}) == [
        File("local/x.py", "local", (3, 4), (1, 2))
    ]
    counts = {"lines": {"covered": 3, "total": 4}, "branches": {"covered": 1, "total": 2}}
    found = typescript_files(
        {"total": {}, "/r/convex/a.ts": counts, "/r/lib/ui/b.ts": counts}, Path("/r")
    )
    assert [(file.path, file.part) for file in found] == [
        ("convex/a.ts", "convex"),
        ("lib/ui/b.ts", "components"),
    ]
