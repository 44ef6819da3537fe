"""`python -m codegen [--check]`: write the generated files, or tell whether they are current."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from codegen.calls import call_texts
from codegen.records import records_text
from codegen.table import table_text
from local.processes import ROOT, node_binary

CALLS: Final = Path("lib/data/calls")


def described(folder: Path = ROOT / "convex") -> dict[str, Any]:
    """Return what the public functions of a folder say of themselves.

    Raises:
        subprocess.CalledProcessError: the functions cannot be bundled; esbuild says why.
    """
    script = ROOT / "codegen" / "validators.ts"
    done = subprocess.run(  # noqa: S603  # our own command
        [str(node_binary()), str(script), str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def generated(found: dict[str, Any]) -> dict[Path, str]:
    """Return the text of every generated file, by its path below the repository's root."""
    functions, modules = found["functions"], found["modules"]
    table = json.loads((ROOT / "lib/auth/permissions.json").read_text())
    calls = call_texts(functions, modules)
    python = {Path("lib/data/records.py"): records_text(functions)}
    python |= {CALLS / f"{name}.py": text for name, text in calls.items()}
    formatted = {path: _formatted(text, path) for path, text in python.items()}
    page = table_text(functions, modules, table["functions"])
    return formatted | {Path("docs/functions.md"): page}


def stale(files: dict[Path, str]) -> list[Path]:
    """Return the generated files that are not as they must be, or must not be at all."""
    changed = [
        path
        for path, text in files.items()
        if not (ROOT / path).exists() or (ROOT / path).read_text() != text
    ]
    here = {path.relative_to(ROOT) for path in (ROOT / CALLS).glob("*.py")}
    return [*changed, *sorted(here - files.keys() - {CALLS / "__init__.py"})]


def main() -> int:
    """Write the files, or with `--check` return 1 if one is not current."""
    files = generated(described())
    wrong = stale(files)
    if "--check" in sys.argv:
        return 1 if wrong else 0
    for path in wrong:
        if path in files:
            (ROOT / path).write_text(files[path])
        else:
            (ROOT / path).unlink()
    return 0


def _formatted(text: str, path: Path) -> str:
    """Return the text as ruff lays it out, without imports that it does not need."""
    ruff = [sys.executable, "-m", "ruff"]
    stdin = ["--stdin-filename", str(path), "-"]
    for command in (["check", "--quiet", "--fix-only", "--select", "F401,I"], ["format"]):
        text = subprocess.run(  # noqa: S603  # our own commands
            [*ruff, *command, *stdin], input=text, capture_output=True, text=True, check=True
        ).stdout
    return text


if __name__ == "__main__":
    sys.exit(main())
