"""The programs of a small Debian: its required packages, and those that the documents ask for."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

ASKED_FOR: Final = {
    "make": "README.md",
    "python3": "README.md",
    "python3-venv": "README.md",
    "curl": "docs/api/README.md",
    "jq": "docs/api/README.md",
    "openssl": "docs/deployment.md",
}
"""Package -> the page that says that it is needed."""
_PLACES: Final = (Path("/usr/bin"), Path("/bin"))


def link_programs(folder: Path) -> None:
    """Make a folder for `PATH` that holds what a small Debian with `ASKED_FOR` has, and no more.

    Packages that one of these depends on are there too, as apt would install them.

    Raises:
        FileNotFoundError: this machine is no Debian.
    """
    there = _files(_with_dependencies({*_required(), *ASKED_FOR}))
    folder.mkdir(parents=True)
    for place in _PLACES:
        for program in place.iterdir():
            if program.resolve() in there and not (folder / program.name).exists():
                (folder / program.name).symlink_to(program)


def _required() -> set[str]:
    rows = _said("dpkg-query", "--show", "--showformat=${Package} ${Essential} ${Priority}\n")
    parts = [row.split() for row in rows]
    return {name for name, *marks in parts if marks[0] == "yes" or marks[-1] == "required"}


def _with_dependencies(names: Iterable[str]) -> set[str]:
    rows = _said("dpkg-query", "--show", "--showformat=${Package}\t${Depends}, ${Pre-Depends}\n")
    needs: dict[str, set[str]] = {}
    for row in rows:
        name, _, depends = row.partition("\t")
        alternatives = depends.replace("|", ",").split(",")
        needs[name] = {words[0].split(":")[0] for one in alternatives if (words := one.split())}
    found: set[str] = set()
    left = set(names) & set(needs)
    while left:
        found |= left
        left = set().union(*(needs[name] for name in left)) & set(needs) - found
    return found


def _files(packages: Iterable[str]) -> set[Path]:
    return {
        Path(line).resolve()
        for line in _said("dpkg-query", "--listfiles", *sorted(packages))
        if "/bin/" in line
    }


def _said(*command: str) -> list[str]:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()
