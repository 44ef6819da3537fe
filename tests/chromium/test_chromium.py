"""Which Chromium is run, and when the packed one is unpacked again."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from lib.smoke import chromium
from tests.chromium import __main__ as command


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without Chromium, and a folder for the unpacked one."""
    unpacked = tmp_path / "chromium" / "chrome"
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("EARSHOT_CHROMIUM", raising=False)
    for module in (chromium, command):
        monkeypatch.setattr(module, "UNPACKED", unpacked)
    return unpacked


@pytest.fixture
def unpackings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    made: list[Path] = []
    monkeypatch.setattr(command, "unpack", made.append)
    return made


def program(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o755)
    return path


def test_the_named_chromium_comes_first_then_the_systems_then_the_unpacked_one(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chromium.find_chromium() is None
    program(bare)
    assert chromium.find_chromium() == bare
    system = program(tmp_path / "bin" / "google-chrome")
    assert chromium.find_chromium() == system
    monkeypatch.setenv("EARSHOT_CHROMIUM", sys.executable)
    assert chromium.find_chromium() == Path(sys.executable)
    monkeypatch.setenv("EARSHOT_CHROMIUM", "/nonexistent")
    assert chromium.find_chromium() is None


def test_a_machine_with_chromium_keeps_it(tmp_path: Path, unpackings: list[Path]) -> None:
    program(tmp_path / "bin" / "chromium")
    assert command.main() == 0
    assert unpackings == []


def test_a_machine_without_gets_one_and_another_when_the_lock_has_changed(
    bare: Path, unpackings: list[Path]
) -> None:
    assert command.main() == 0
    assert unpackings == [bare.parent]
    program(bare)
    lock = bare.with_name("package-lock.json")
    shutil.copy(Path(command.__file__).with_name("package-lock.json"), lock)
    assert command.main() == 0
    assert len(unpackings) == 1
    lock.write_text("{}")
    assert command.main() == 0
    assert len(unpackings) == 2


def test_a_named_chromium_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, unpackings: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EARSHOT_CHROMIUM", "/nonexistent")
    assert command.main() == 1
    assert "EARSHOT_CHROMIUM" in capsys.readouterr().out
    assert unpackings == []
