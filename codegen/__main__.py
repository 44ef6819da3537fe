"""`python -m local.codegen [--check]`: write lib/data/records.py, or tell whether it is current."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from local.codegen.render import Functions, render
from local.processes import ROOT, node_binary

TARGET = ROOT / "lib" / "data" / "records.py"


def read_validators(folder: Path = ROOT / "convex") -> Functions:
    """Return the validators of every public function in a folder.

    Raises:
        subprocess.CalledProcessError: the functions cannot be bundled; esbuild says why.
    """
    script = ROOT / "local" / "codegen" / "validators.ts"
    done = subprocess.run(  # noqa: S603  # our own command
        [str(node_binary()), str(script), str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    functions: Functions = json.loads(done.stdout)
    return functions


def main() -> int:
    """Write the file, or with `--check` return 1 if it is not current."""
    text = render(read_validators())
    if "--check" in sys.argv:
        return 0 if TARGET.exists() and TARGET.read_text() == text else 1
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
