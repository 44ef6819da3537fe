"""No secret in the repository: every tracked file, compared with the explained baseline."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

from tests.security.bills import ROOT

BASELINE: Final = ROOT / ".secrets.baseline"
# Checksums of packages, the baseline itself, and what is generated from the code.
_LEFT_OUT: Final = {
    ".secrets.baseline",
    "docs/api/openapi.json",
    "docs/sbom/javascript.cdx.json",
    "docs/sbom/python.cdx.json",
    "lib/data/records.py",
    "package-lock.json",
    "tests/chromium/package-lock.json",
}

# Detectors that judge by a variable's name or by randomness: in tests they find only made-up keys.
_GUESSES: Final = {"Secret Keyword", "Base64 High Entropy String", "Hex High Entropy String"}


def tracked_files() -> list[Path]:
    """Return every tracked file that can hold a secret as text."""
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = [name for name in done.stdout.split("\0") if name and name not in _LEFT_OUT]
    return [ROOT / name for name in names if (ROOT / name).is_file() and ".png" not in name]


def new_secrets(files: list[Path]) -> list[str]:
    """Return where something looks like a secret and is not in the baseline.

    Moved lines do not matter: the baseline is compared by file, kind and hash.
    """
    baseline = json.loads(BASELINE.read_text())
    known = {
        (path, entry["type"], entry["hashed_secret"])
        for path, entries in baseline["results"].items()
        for entry in entries
    }
    found = SecretsCollection()
    with transient_settings(
        {"plugins_used": baseline["plugins_used"], "filters_used": baseline["filters_used"]}
    ):
        found.scan_files(*(str(path) for path in files), num_processors=1)
    places = []
    for path, secret in found:
        name = Path(path).relative_to(ROOT).as_posix() if Path(path).is_relative_to(ROOT) else path
        if name.startswith("tests/") and secret.type in _GUESSES:
            continue
        if (name, secret.type, secret.secret_hash) not in known:
            places.append(f"{name}:{secret.line_number}: {secret.type}")
    return places
