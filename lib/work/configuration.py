"""The settings, redacted for display, with warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from lib.config.settings import Settings
from lib.config.values import is_loopback
from lib.work.dependencies import State

NOT_SET: Final = "not set"
_ROLES: Final = 6
_WIDE: Final = frozenset({"0.0.0.0/0", "::/0"})
_IDENTIFIER_CHARS: Final = 4


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        variable: name in the environment.
        value: for display; for secrets only whether they are set.
        state: ok or warning.
        note: why.
    """

    variable: str
    value: str
    state: State = "ok"
    note: str = ""


def shown(settings: Settings) -> list[Setting]:
    """Return every setting, redacted, with its warning."""
    notes = dict(_notes(settings))
    result = []
    for name, field in type(settings).model_fields.items():
        variable = field.alias or name
        state, note = notes.get(variable, ("ok", ""))
        value = getattr(settings, name)
        is_set = value is not None and value not in ("", (), {})
        text = _redacted(variable, value) if is_set else NOT_SET
        result.append(Setting(variable, text, state, note))
    return result


def _redacted(variable: str, value: Any) -> str:
    if isinstance(value, SecretStr):
        return "set, hidden"
    if isinstance(value, tuple):
        hidden = any(isinstance(item, SecretStr) for item in value)
        return f"{len(value)} set, hidden" if hidden else ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return f"set for {', '.join(sorted(map(str, value)))}; hidden"
    if variable == "S3_ACCESS_KEY_ID":
        return f"{value[:_IDENTIFIER_CHARS]}..., hidden"
    return _without_userinfo(str(value))


def _without_userinfo(text: str) -> str:
    """Remove user name and password from a URL."""
    parts = urlsplit(text) if "://" in text else None
    if parts is None or "@" not in parts.netloc:
        return text
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _notes(settings: Settings) -> Iterator[tuple[str, tuple[State, str]]]:
    public = not is_loopback(settings.app_url)
    if settings.service_key is None:
        yield "EARSHOT_SERVICE_KEY", ("failed", "without it, metrics and jobs do not reach Convex")
    if settings.clerk_webhook_secret is None:
        yield "CLERK_WEBHOOK_SECRET", ("warning", "without it, changes at Clerk arrive late")
    if public and settings.instance_type == "development":
        yield "CLERK_PUBLISHABLE_KEY", ("warning", "a development instance at a public address")
    if public and len(settings.s3_role_credentials) < _ROLES:
        yield "S3_ROLE_CREDENTIALS", ("warning", "some roles use the default credentials")
    if _WIDE & set(settings.trusted_proxies):
        yield "EARSHOT_TRUSTED_PROXIES", ("warning", "any client can forge its address")
    if settings.app_url not in settings.clerk_authorized_parties:
        yield (
            "CLERK_AUTHORIZED_PARTIES",
            ("failed", "EARSHOT_APP_URL is missing: nobody can sign in"),
        )
    if settings.demo:
        yield "EARSHOT_DEMO", ("ok", "demo data is loaded")
