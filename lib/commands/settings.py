"""The settings of a command: only what it needs is asked for.

Without any settings, commands use the local stack that `make run` keeps running, and say so.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn, Self

import typer
from pydantic import Field, SecretStr, ValidationError, model_validator

from lib.config import RUNNING_STACK
from lib.config.settings import Settings
from lib.config.values import Origin, SecretWords

NOT_CONFIGURED: Final = 2
"""Exit code of a command whose settings are missing or wrong."""
DATA: Final = ("CONVEX_URL", "EARSHOT_SERVICE_KEY")
"""Needed to read and write in Convex."""
BUCKET: Final = ("S3_BUCKET",)
"""Needed to read and write recordings."""
KEY: Final = ("EARSHOT_SERVICE_KEY",)
"""Needed to sign and verify."""
_HINT: Final = (
    "Settings come from the environment or from .env (see .env.example). Without any, commands use "
    "the local stack that `make run` keeps running; none is running here."
)


class _SomeSettings(Settings):
    """Settings of which any may be missing; what contradicts each other concerns the app only."""

    clerk_publishable_key: str = Field("", alias="CLERK_PUBLISHABLE_KEY")
    clerk_secret_key: SecretStr = Field(SecretStr(""), alias="CLERK_SECRET_KEY")
    cookie_keys: SecretWords = Field((), alias="EARSHOT_COOKIE_KEYS")
    convex_url: Origin = Field("", alias="CONVEX_URL")
    s3_bucket: str = Field("", alias="S3_BUCKET")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        return self

    def missing(self, names: Sequence[str]) -> list[str]:
        """Return those of these variables that are not set."""
        return [name for name in names if not self._is_set(name)]

    def _is_set(self, name: str) -> bool:
        field = next(it for it, about in type(self).model_fields.items() if about.alias == name)
        value = getattr(self, field)
        return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


_REQUIRED: Final = tuple(
    str(field.alias) for field in Settings.model_fields.values() if field.is_required()
)


class NotConfiguredError(Exception):
    """Settings are missing or wrong; `problems` has each variable and what is wrong with it."""

    def __init__(self, problems: Sequence[tuple[str, str]], *, is_local: bool = False) -> None:
        super().__init__(", ".join(name for name, _ in problems))
        self.problems = problems
        self.is_local = is_local


def settings_with(*needed: str) -> Settings:
    """Return the settings of a command that needs these variables; others may be missing.

    Ends the command, with a sentence for each variable that is missing or wrong.
    """
    try:
        found, stack = _found()
        _require(found, needed, is_local=stack is not None)
    except NotConfiguredError as error:
        _end(error)
    return found


def all_settings(*needed: str) -> Settings:
    """Return the settings of a command that runs as the app does, see `load_all`; or end it."""
    try:
        return load_all(*needed)
    except NotConfiguredError as error:
        _end(error)


def load_all(*needed: str) -> Settings:
    """Return all settings, as the app reads them.

    Args:
        needed: variables that the app could do without, and the command cannot.

    Raises:
        NotConfiguredError: a variable is missing or wrong.
    """
    found, stack = _found()
    _require(found, (*_REQUIRED, *needed), is_local=stack is not None)
    try:
        return Settings(_env_file=stack or ".env")
    except ValidationError as error:
        raise NotConfiguredError(_problems(error)) from None


def service_key_of(settings: Settings) -> str:
    """Return `EARSHOT_SERVICE_KEY`, which the command has asked for."""
    if settings.service_key is None:
        raise LookupError("EARSHOT_SERVICE_KEY was not asked for")
    return settings.service_key.get_secret_value()


def _require(found: _SomeSettings, names: Sequence[str], *, is_local: bool) -> None:
    missing = found.missing(names)
    if missing:
        raise NotConfiguredError([(name, "is not set") for name in missing], is_local=is_local)


def _found() -> tuple[_SomeSettings, Path | None]:
    """Return what is set, and the file of the running local stack if that is where it is from."""
    known = (*_REQUIRED, *KEY)
    try:
        found = _SomeSettings()
        stack = _running_stack() if len(found.missing(known)) == len(known) else None
        if stack is None:
            return found, None
        typer.echo(f"Using the local stack that runs with {stack.parent}.", err=True)
        return _SomeSettings(_env_file=stack), stack
    except ValidationError as error:
        raise NotConfiguredError(_problems(error)) from None


def _running_stack() -> Path | None:
    """Return the settings of the local stack, if one runs: its supervisor holds a lock."""
    home = Path(os.environ.get("EARSHOT_HOME") or ".earshot").resolve()
    try:
        with (home / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        file = home / RUNNING_STACK
        return file if file.exists() else None
    except OSError:
        pass  # no stack was ever started here
    return None


def _problems(error: ValidationError) -> list[tuple[str, str]]:
    """Return each variable and what is wrong with it, never its value."""
    found = error.errors(include_input=False, include_url=False)
    return [(".".join(map(str, item["loc"])), item["msg"]) for item in found]


def _end(error: NotConfiguredError) -> NoReturn:
    for name, message in error.problems:
        typer.echo(f"{name} {message}.".strip(), err=True)
    if not error.is_local:
        typer.echo(_HINT, err=True)
    raise typer.Exit(NOT_CONFIGURED)
