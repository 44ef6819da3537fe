"""Single values of the settings: how each is checked, with messages that never repeat a secret."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Final, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

_SIGNING_BYTES: Final = range(24, 65)
_PEM: Final = re.compile(r"-----BEGIN [A-Z ]+-----\s[A-Za-z0-9+/=\s]+-----END [A-Z ]+-----")
T = TypeVar("T")
_PLACEHOLDER: Final = re.compile(r"replace[-_/]me", re.IGNORECASE)


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _origin(value: str) -> str:
    if not value:
        return value
    _require_web_url(value)
    parts = urlsplit(value)
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must be an origin: scheme, host and port, without a path")
    return value.rstrip("/")


def _receiver(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    _require_web_url(url)
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or password")
    return value


def _require_web_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http(s) URL")
    if parts.scheme == "http" and not is_loopback(url):
        raise ValueError("plain http is accepted only for loopback addresses")


def _signing_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    try:
        size = len(base64.b64decode(text.removeprefix("whsec_"), validate=True))
    except binascii.Error as error:
        raise ValueError("must be whsec_ and base64") from error
    if not text.startswith("whsec_") or size not in _SIGNING_BYTES:
        raise ValueError("must be whsec_ and 24 to 64 bytes in base64")
    return value


def _pem(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if "\\n" in text:
        raise ValueError("must be PEM with real line breaks, not the two characters \\n")
    if text and not _PEM.search(text):
        raise ValueError("must be PEM: -----BEGIN ...-----, base64, -----END ...-----")
    return value


def _credentials(value: dict[T, str]) -> dict[T, str]:
    for role, pair in value.items():
        access, _, secret = pair.partition(":")
        if not (access and secret):
            raise ValueError(f"{role} must look like ACCESS:SECRET")
    return value


def refuse_placeholder(value: object) -> None:
    """Refuse what `.env.example` shows where a value of one's own belongs: everybody knows it.

    Args:
        value: of any setting, as the environment has it.

    Raises:
        ValueError: it, or a part of it, says "replace me".
    """
    if _PLACEHOLDER.search(str(value)):
        raise ValueError("is the example of .env.example: set a value of your own")


def is_loopback(url: str) -> bool:
    """Tell whether a URL points to this machine (RFC 6761 `localhost` names included)."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.") or host.endswith(".localhost")


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A comma list."""
SecretWords = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]
"""A comma list of secrets."""
Origin = Annotated[str, AfterValidator(_origin)]
"""An http(s) URL without a slash at its end, https unless it is loopback; or empty."""
ReceiverUrl = Annotated[SecretStr, AfterValidator(_receiver)]
"""Where messages are posted: as `Origin`, without credentials; it is itself a secret."""
SigningSecret = Annotated[SecretStr, AfterValidator(_signing_secret)]
"""`whsec_` and 24 to 64 bytes in base64."""
Pem = Annotated[SecretStr, AfterValidator(_pem)]
"""One key in PEM (RFC 7468), or several; what is inside is read where it is used."""
RoleCredentials = Annotated[dict[T, str], AfterValidator(_credentials)]
"""Role -> `ACCESS:SECRET`; a secret may hold colons."""
