"""Files beside a file: recordings by their names, and no way out of the folder."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

from lib.formats.conversation import Recording
from lib.formats.transcript_file import EXTENSIONS
from lib.storage.formats import FORMATS

_AUDIO: Final = frozenset(f".{item.extension}" for item in FORMATS)
_TURN: Final = re.compile(r"(.+)\.(0|[1-9][0-9]{0,6})", re.DOTALL)


def open_beside(folder: Path, name: str) -> BinaryIO:
    """Open a file in a folder, or below it, for reading.

    Args:
        folder: where the file that names it lies.
        name: relative, with `/` between its parts.

    Raises:
        ValueError: the name leads out of the folder, also through a link, or to no regular file.
        OSError: it is not there or may not be read.
    """
    if not name or "\0" in name or "\\" in name or Path(name).is_absolute():
        raise ValueError("not a name relative to the file's folder")
    try:
        root = folder.resolve(strict=True)
        target = (root / name).resolve(strict=True)
    except RuntimeError:  # links in a circle, before Python 3.13
        raise ValueError("does not resolve (link loop)") from None
    if not target.is_relative_to(root):
        raise ValueError("is outside the file's folder")
    # Not blocking: a pipe would wait for its writer. Links were followed above, once.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    file = os.fdopen(os.open(target, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise ValueError("not a regular file")
    return file


class Recordings:
    """Finds the recordings beside transcripts; each folder is read once."""

    def __init__(self) -> None:
        self._folders: dict[Path, Mapping[str, tuple[Recording, ...]]] = {}

    def beside(self, path: Path) -> tuple[Recording, ...]:
        """Return the recordings of a transcript.

        `call.wav` is the whole session of `call.vtt`, `call.3.wav` its turn 3, unless there is a
        transcript `call.3`.

        Raises:
            OSError: the folder may not be read.
        """
        folder = path.parent
        if folder not in self._folders:
            self._folders[folder] = _by_stem(folder)
        return self._folders[folder].get(path.stem, ())


def _by_stem(folder: Path) -> Mapping[str, tuple[Recording, ...]]:
    names = sorted(item.name for item in os.scandir(folder) if item.is_file())
    transcripts = {Path(name).stem for name in names if Path(name).suffix.lower() in EXTENSIONS}
    found: dict[str, list[Recording]] = {}
    for name in names:
        stem, suffix = Path(name).stem, Path(name).suffix
        if suffix.lower() not in _AUDIO:
            continue
        turn = _TURN.fullmatch(stem)
        if stem in transcripts or not turn:
            found.setdefault(stem, []).append(Recording(0, name, None))
        else:
            found.setdefault(turn[1], []).append(Recording(0, name, int(turn[2])))
    return {stem: tuple(items) for stem, items in found.items()}
