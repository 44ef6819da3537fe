"""`python -m tests.coverage`: what `make coverage` measured -> docs/coverage.md.

Ends with 1 if a part is below its gate: what was reached, rounded down.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.coverage.page import GATES, below, page, python_files, typescript_files

_ROOT = Path(__file__).resolve().parents[2]
_MEASURED = _ROOT / ".cover"


def main() -> int:
    """Write the page; say what is below its gate."""
    report = _MEASURED / "report.json"
    subprocess.run([sys.executable, "-m", "coverage", "json", "-q", "-o", report], check=True)
    summary = _MEASURED / "typescript" / "coverage-summary.json"
    files = [
        *python_files(json.loads(report.read_text())),
        *typescript_files(json.loads(summary.read_text()), _ROOT),
    ]
    (_ROOT / "docs" / "coverage.md").write_text(page(files))
    found = below(files, GATES)
    print("\n".join(found) or "Coverage is at its gates or above.")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
