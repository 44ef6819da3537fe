"""Known vulnerabilities of what the locks name, as the registries' advisory services know them.

An advisory service that does not answer is told apart from one that knows of nothing: both tools
can end with a friendly sentence and exit code 0 without having looked anything up.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any, Final, Literal

from tests.security.bills import ROOT, TOOLS, npm

State = Literal["passed", "FAILED", "NOT CHECKED"]
_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """Outcome of one check, with a sentence of details."""

    state: State
    text: str


def audit_python(lock: str) -> Finding:
    """Ask about every package of a lock (`pip-audit`)."""
    command = [
        str(TOOLS / "pip-audit"),
        "-r",
        lock,
        "--no-deps",
        "--disable-pip",
        "--progress-spinner",
        "off",
        "-f",
        "json",
    ]
    return read_pip_audit(_output(command))


def read_pip_audit(text: str) -> Finding:
    """Read pip-audit's JSON: packages that it skipped are not known to be safe."""
    report = _object(text)
    if report is None:
        return Finding("NOT CHECKED", "the advisory service gave no usable answer")
    packages = report["dependencies"]
    bad = [
        f"{item['name']} {item['version']}: {found['id']}"
        for item in packages
        for found in item.get("vulns", [])
    ]
    skipped = [item["name"] for item in packages if "skip_reason" in item]
    if bad:
        return Finding("FAILED", "; ".join(bad))
    if skipped or not packages:
        return Finding(
            "NOT CHECKED",
            f"the advisory service knew nothing about {len(skipped)} of {len(packages)} packages",
        )
    return Finding("passed", f"{len(packages)} packages, no known vulnerability")


def audit_javascript(folder: str = ".") -> Finding:
    """Ask about every package of a folder's `package-lock.json` (`npm audit`)."""
    return read_npm_audit(
        _output(npm("audit", "--prefix", folder, "--package-lock-only", "--json"))
    )


def read_npm_audit(text: str) -> Finding:
    """Read npm's JSON: an error report has no `metadata`."""
    report = _object(text)
    if report is None or "metadata" not in report:
        why = str((report or {}).get("message", "it gave no usable answer"))
        return Finding(
            "NOT CHECKED", f"the advisory service did not answer: {why.partition(' - ')[0]}"
        )
    counts = report["metadata"]["vulnerabilities"]
    if counts["total"]:
        names = ", ".join(sorted(report.get("vulnerabilities", {})))
        return Finding("FAILED", f"{counts['total']} vulnerabilities: {names}")
    return Finding("passed", f"{report['metadata']['dependencies']['total']} packages, none")


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


def _object(text: str) -> dict[str, Any] | None:
    try:
        report = json.loads(text)
    except ValueError:
        return None
    return report if isinstance(report, dict) else None
