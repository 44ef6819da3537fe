"""Reads `deploy/Dockerfile` and carries its steps out in a folder, without a container engine.

One folder stands for the file systems of all stages: their paths do not collide. Base images are
this machine's own Python and Node.js. A step that makes accounts is not carried out.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
DOCKERFILE: Final = ROOT / "deploy" / "Dockerfile"
_ACCOUNTS: Final = re.compile(r"\b(groupadd|useradd)\b")


@dataclass
class Stage:
    """One `FROM` and its steps, such as `("COPY", "lib lib")`."""

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def last(self, instruction: str) -> str:
        """Return the arguments of the last step of a kind."""
        return [rest for kind, rest in self.steps if kind == instruction][-1]


def stages() -> list[Stage]:
    """Return the stages of the Dockerfile."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE)
    found: list[Stage] = []
    arguments: dict[str, str] = {}
    for line in re.sub(r"\\\n", " ", text).splitlines():
        kind, _, rest = line.strip().partition(" ")
        if kind == "ARG":
            name, _, default = rest.partition("=")
            arguments[f"${{{name}}}"] = default
        elif kind == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(arguments.get(base, base), name))
        elif kind:
            found[-1].steps.append((kind, " ".join(rest.split())))
    return found


def exec_form(rest: str) -> list[str]:
    """Return the arguments of a `CMD [...]`."""
    command: list[str] = json.loads(rest[rest.index("[") :])
    return command


class Rehearsal:
    """Carries out the steps of all stages below a folder.

    Args:
        folder: stands for `/`.
        path: `PATH` of the steps, with the base images' programs.
    """

    def __init__(self, folder: Path, path: str) -> None:
        self.folder = folder
        left_out = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        self.environment = {**kept, "PATH": path}
        (folder / "tmp").mkdir(parents=True)
        self._workdir = folder

    def build(self) -> None:
        """Carry out every stage in order."""
        for stage in stages():
            self._workdir = self.folder
            for kind, rest in stage.steps:
                self._step(kind, rest)

    def inside(self, path: str) -> Path:
        """Return where a path of the image lies."""
        return self.folder / path.lstrip("/") if path.startswith("/") else self._workdir / path

    def _step(self, kind: str, rest: str) -> None:
        if kind == "WORKDIR":
            self._workdir = self.inside(rest)
            self._workdir.mkdir(parents=True, exist_ok=True)
        elif kind == "COPY":
            self._copy(rest.split())
        elif kind == "RUN" and not _ACCOUNTS.search(rest):
            command = re.sub(r"(?<![\w.])/(?=(opt|tmp|app|build)/)", f"{self.folder}/", rest)
            done = subprocess.run(
                ["/bin/sh", "-euc", command],
                cwd=self._workdir,
                env=self.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{rest}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"

    def _copy(self, words: list[str]) -> None:
        from_stage = words[0].startswith("--from=")
        *sources, target = words[1:] if from_stage else words
        goal = self.inside(target)
        for source in sources:
            origin = self.inside(source) if from_stage else ROOT / source
            if origin.resolve() == goal.resolve():
                continue
            if origin.is_dir():
                left_out = None if from_stage else shutil.ignore_patterns("__pycache__", "build")
                shutil.copytree(origin, goal, dirs_exist_ok=True, ignore=left_out)
            else:
                as_file = goal / origin.name if target.endswith("/") else goal
                as_file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(origin, as_file)
