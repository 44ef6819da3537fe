"""`python -m tests.security`: every check of `make security`, as a table.

Ends with 0 if all passed, with 1 if one failed, with 3 if none failed but an advisory service could
not be asked: nothing is then known about that part. The table is kept in `docs/security-report.md`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from tests.security.audits import Finding, audit_javascript, audit_python
from tests.security.bills import ROOT, TOOLS, write_bills
from tests.security.secrets_scan import new_secrets, tracked_files

REPORT: Final = ROOT / "docs" / "security-report.md"
EXIT_FAILED, EXIT_UNKNOWN = 1, 3
_HEAD: Final = """# Security report

Written by `make security`; what each check is, [security.md](security.md#make-security) says.
"""


def _tool(*command: str) -> Finding:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr)
        return Finding("FAILED", "see the output above the table")
    return Finding("passed", "nothing found")


def _secrets() -> Finding:
    found = new_secrets(tracked_files())
    if found:
        return Finding("FAILED", "; ".join(found))
    return Finding("passed", "nothing beyond `.secrets.baseline`")


def _bills() -> Finding:
    return Finding("passed", write_bills())


CHECKS: Final[dict[str, Callable[[], Finding]]] = {
    "advisories, product (pip-audit)": lambda: audit_python("requirements.txt"),
    "advisories, checks and tests (pip-audit)": lambda: audit_python("requirements-dev.txt"),
    "advisories, JavaScript (npm audit)": audit_javascript,
    "advisories, the tests' Chromium (npm audit)": lambda: audit_javascript("tests/chromium"),
    "secrets (detect-secrets)": _secrets,
    "dangerous Python (ruff, rules S)": lambda: _tool(
        sys.executable, "-m", "ruff", "check", "--select", "S", "."
    ),
    "workflow (zizmor, offline)": lambda: _tool(
        str(TOOLS / "zizmor"), "--offline", "--quiet", "--no-progress", ".github"
    ),
    "Dockerfile (hadolint)": lambda: _tool(
        str(ROOT / ".venv/bin/hadolint"), "--config", "deploy/hadolint.yaml", "deploy/Dockerfile"
    ),
    "bill of materials (CycloneDX)": _bills,
}


def main() -> int:
    """Run all checks; print and keep the table."""
    findings = {name: check() for name, check in CHECKS.items()}
    rows = [f"| {name} | {found.state} | {found.text} |" for name, found in findings.items()]
    table = "\n".join(["| check | outcome | details |", "|---|---|---|", *rows])
    print(table)
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    REPORT.write_text(f"{_HEAD}\nDate: {day}.\n\n{table}\n")
    states = {found.state for found in findings.values()}
    if "FAILED" in states:
        return EXIT_FAILED
    if "NOT CHECKED" in states:
        print("NOT CHECKED is not passed: run this again where the advisory service answers.")
        return EXIT_UNKNOWN
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
