"""What a command asks for: its own settings, in sentences; without any, the running local stack."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lib.__main__ import cli
from lib.commands.settings import all_settings, settings_with
from lib.config import RUNNING_STACK
from lib.config.settings import Settings
from local.stack import Stack

COMMANDS = {
    ("audio", "reconcile"): {"CONVEX_URL", "EARSHOT_SERVICE_KEY", "S3_BUCKET"},
    ("audio", "upload", "s", "file"): {"CONVEX_URL", "EARSHOT_SERVICE_KEY", "S3_BUCKET"},
    ("import", "file"): {"CONVEX_URL", "EARSHOT_SERVICE_KEY", "S3_BUCKET"},
    ("users", "erase", "u", "--yes"): {"CONVEX_URL", "EARSHOT_SERVICE_KEY", "S3_BUCKET"},
    ("users", "receipt", "u"): {"CONVEX_URL", "EARSHOT_SERVICE_KEY"},
    ("key", "create", "--name", "n", "--scope", "read"): {"CONVEX_URL", "EARSHOT_SERVICE_KEY"},
    ("key", "list"): {"CONVEX_URL", "EARSHOT_SERVICE_KEY"},
    ("key", "rotate", "k"): {"CONVEX_URL", "EARSHOT_SERVICE_KEY"},
    ("key", "revoke", "k"): {"CONVEX_URL", "EARSHOT_SERVICE_KEY"},
    ("data", "migrate"): {"CONVEX_URL", "EARSHOT_SERVICE_KEY"},
    ("data", "recount"): {"CONVEX_URL", "EARSHOT_SERVICE_KEY"},
    ("bucket", "plan"): {"S3_BUCKET"},
    ("bucket", "apply"): {"S3_BUCKET"},
    ("bucket", "verify"): {"S3_BUCKET"},
    ("bucket", "iam", "reader"): {"S3_BUCKET"},
    ("jwks",): {"EARSHOT_SERVICE_KEY"},
    ("token", "--role", "ingest", "--subject", "x"): {"EARSHOT_SERVICE_KEY"},
    ("backfill",): {field.alias for field in Settings.model_fields.values() if field.is_required()}
    | {"EARSHOT_SERVICE_KEY"},
    ("worker",): {field.alias for field in Settings.model_fields.values() if field.is_required()}
    | {"EARSHOT_SERVICE_KEY"},
    ("smoke",): {field.alias for field in Settings.model_fields.values() if field.is_required()}
    | {"EARSHOT_SERVICE_KEY"},
    ("doctor",): {field.alias for field in Settings.model_fields.values() if field.is_required()},
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder without `.env`, an environment without settings."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)
    monkeypatch.delenv("EARSHOT_HOME", raising=False)
    (tmp_path / "file").write_text("{}")
    monkeypatch.chdir(tmp_path)


@contextmanager
def running(home: Path) -> Iterator[Stack]:
    """Leave what a running supervisor leaves: its lock, and the settings of its stack."""
    stack = Stack.load_or_create(home, 8501)
    stack.write_environment(home / RUNNING_STACK)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield stack


def test_every_command_is_in_the_table() -> None:
    named = set(COMMANDS)
    groups = {group.name: group.typer_instance for group in cli.registered_groups}
    known: set[tuple[str, ...]] = {
        (name,) for name in (_name(command) for command in cli.registered_commands)
    }
    for name, group in groups.items():
        assert group is not None
        known |= {(str(name), _name(it)) for it in group.registered_commands if not it.hidden}
    covered = {words[:size] for words in named for size in (1, 2)}
    assert known <= covered


def _name(command: object) -> str:
    name = getattr(command, "name", None)
    return str(name or getattr(command, "callback").__name__)  # noqa: B009


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_missing_setting_is_one_sentence_and_only_what_is_needed_is_asked_for(
    words: tuple[str, ...],
) -> None:
    done = CliRunner().invoke(cli, list(words))
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)
    asked = set(re.findall(r"([A-Z0-9_]+) +is not set", done.output))
    assert asked == COMMANDS[words]
    assert "Traceback" not in done.output


def test_a_command_whose_settings_are_there_does_not_ask_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("S3_BUCKET", "recordings")
    done = CliRunner().invoke(cli, ["bucket", "iam", "reader"])
    assert done.exit_code == 0, done.output
    assert "arn:aws:s3:::recordings" in done.output


def test_without_settings_a_command_uses_the_running_local_stack_and_says_so(
    tmp_path: Path,
) -> None:
    home = tmp_path / ".earshot"
    with running(home) as stack:
        done = CliRunner().invoke(cli, ["jwks"])
        assert done.exit_code == 0, done.output
        assert f"Using the local stack that runs with {home}." in done.stderr
        assert done.stdout.startswith("data:application/json;base64,")
        assert settings_with("CONVEX_URL").convex_url == stack.convex_url
        whole = all_settings("EARSHOT_SERVICE_KEY")
        assert whole.clerk_frontend_api_url == stack.issuer_url
        assert whole.service_key is not None
        assert whole.service_key.get_secret_value() == stack.service_key_pem


def test_a_stack_that_has_ended_is_not_used(tmp_path: Path) -> None:
    with running(tmp_path / ".earshot"):
        pass
    done = CliRunner().invoke(cli, ["jwks"])
    assert done.exit_code == 2
    assert "EARSHOT_SERVICE_KEY is not set." in done.stderr
    assert "none is running here" in done.stderr


def test_given_settings_win_over_a_running_local_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_BUCKET", "mine")
    with running(tmp_path / ".earshot"):
        done = CliRunner().invoke(cli, ["bucket", "iam", "reader"])
    assert "arn:aws:s3:::mine" in done.stdout
    assert "local stack" not in done.stderr
