"""`python -m tests.release`: `make release-check`. Ends with 1 if something does not agree.

What was not checked or not run counts as such a thing, and is named.

Generated files are compared by the tests that are marked `generated`, and by the one of the
functions.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

from tests.release.agreement import of_changelog, of_components, of_security, of_versions
from tests.release.contract import check
from tests.release.real import of_real_run, read
from tests.security.bills import JAVASCRIPT, PYTHON, ROOT, components, locked, version

_GENERATED: Final = (
    [sys.executable, "-m", "pytest", "-q", "-m", "generated"],
    ["node", "node_modules/vitest/vitest.mjs", "run", "convex/generated.test.ts"],
)


def main() -> int:
    """Print what does not agree."""
    bills = {
        path: json.loads(path.read_text())["metadata"]["component"] for path in (PYTHON, JAVASCRIPT)
    }
    found = [
        *of_changelog((ROOT / "CHANGELOG.md").read_text(), version(), _tags()),
        *of_versions(
            version(),
            json.loads((ROOT / "package.json").read_text())["version"],
            {path.name: item["version"] for path, item in bills.items()},
        ),
        *(
            line
            for path, packages in locked().items()
            for line in of_components(path.name, packages, components(path))
        ),
        *of_security((ROOT / "docs" / "security-report.md").read_text()),
        *of_real_run(read(), version()),
        *(f"the last release would fail: {line}" for line in check()),
    ]
    for command in _GENERATED:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            found.append(f"a generated file is not what the code generates:\n{done.stdout}")
    print("\n".join(found) or f"Version {version()}: everything agrees.")
    return int(bool(found))


def _tags() -> set[str]:
    done = subprocess.run(
        ["git", "tag", "--points-at", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


if __name__ == "__main__":
    raise SystemExit(main())
