"""Names in files never lead out of the files' folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lib.work.importing.beside import Recordings, open_beside


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "inside"
    (inside / "below").mkdir(parents=True)
    (tmp_path / "inside-too").mkdir()
    for name in ("secret.wav", "inside/a.wav", "inside/below/b.wav", "inside-too/c.wav"):
        (tmp_path / name).write_text(name)
    (inside / "out.wav").symlink_to(tmp_path / "secret.wav")
    (inside / "up").symlink_to(tmp_path)
    (inside / "round").symlink_to(inside / "round")
    (inside / "near.wav").symlink_to(inside / "a.wav")
    os.mkfifo(inside / "pipe.wav")
    return inside


@pytest.mark.parametrize("name", ["a.wav", "below/b.wav", "below/../a.wav", "./a.wav", "near.wav"])
def test_what_lies_in_the_folder_is_opened(folder: Path, name: str) -> None:
    with open_beside(folder, name) as file:
        assert file.read().startswith(b"inside/")


@pytest.mark.parametrize(
    "name",
    [
        "../secret.wav",
        "below/../../secret.wav",
        "/etc/hostname",
        "out.wav",
        "up/secret.wav",
        "../inside-too/c.wav",
        "round",
        "pipe.wav",
        "below",
        ".",
        "",
        "a.wav\0",
        "..\\secret.wav",
        "missing.wav",
        "a.wav/x",
        "x" * 5000,
        "\ud800.wav",
        "../inside/../secret.wav",
    ],
)
def test_everything_else_is_refused(folder: Path, name: str) -> None:
    with pytest.raises((ValueError, OSError)):
        open_beside(folder, name)


def test_a_number_names_a_turn_unless_a_transcript_has_that_name(tmp_path: Path) -> None:
    for name in (
        "call.vtt",
        "call.1.vtt",
        "call.wav",
        "call.1.wav",
        "call.2.mp3",
        "call.02.mp3",
        "call.txt",
        "recall.wav",
        "CALL.FLAC",
    ):
        (tmp_path / name).touch()
    found = Recordings()
    names = {
        stem: [(item.name, item.sequence) for item in found.beside(tmp_path / f"{stem}.vtt")]
        for stem in ("call", "call.1", "nothing")
    }
    assert names == {
        "call": [("call.2.mp3", 2), ("call.wav", None)],
        "call.1": [("call.1.wav", None)],
        "nothing": [],
    }
