"""Building blocks of requests to a Clerk instance: tokens good and bad, cookies, options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lib.auth.cookies import suffix
from tests.auth.clerk import (
    APP_URL,
    DEVELOPMENT_HOST,
    PRODUCTION_HOST,
    SigningKey,
    publishable_key,
    session_claims,
)
from tests.auth.official import Case

NOW = 1_800_000_000.0
KEY = SigningKey()
OTHER_KEY = SigningKey()
TEMPLATE = "cl_B7d4PD222AAA"
MACHINE = "cl_B7d4PD333AAA"
SESSION_CATEGORY = "cl_B7d4PD111AAA"
IGNORED_CATEGORY = "cl_I7d4PD111III"
DOCUMENT = {"sec-fetch-dest": "document"}


@dataclass(frozen=True)
class Scene:
    """One kind of instance, with a fixed clock."""

    production: bool
    host: str = field(init=False)
    suffix: str = field(init=False)

    def __post_init__(self) -> None:
        host = PRODUCTION_HOST if self.production else DEVELOPMENT_HOST
        object.__setattr__(self, "host", host)
        object.__setattr__(self, "suffix", suffix(self.publishable_key))

    @property
    def publishable_key(self) -> str:
        host = PRODUCTION_HOST if self.production else DEVELOPMENT_HOST
        return publishable_key(host, production=self.production)

    def token(
        self,
        *,
        age: float = 0,
        key: SigningKey = KEY,
        algorithm: str = "RS256",
        header: Mapping[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """Return a session token; `age` in seconds, a claim or header of None is left out."""
        content = session_claims(NOW - age, self.host, **claims)
        return key.sign(content, algorithm, **(header or {}))

    def expired(self, **claims: Any) -> str:
        """Return a token that expired 340 s ago."""
        return self.token(age=400, **claims)

    def handshake(self, *directives: str, key: SigningKey = KEY, **header: Any) -> str:
        """Return a handshake token."""
        return key.sign({"handshake": list(directives)}, **header)

    def case(
        self,
        cookies: Mapping[str, str] | str = "",
        *,
        method: str = "GET",
        path: str = "/",
        headers: Mapping[str, str] | None = None,
        dev_browser: bool = True,
        backend: Mapping[str, tuple[int, Any]] | None = None,
        pem: bool = True,
        **options: Any,
    ) -> Case:
        """Return a request; by default a navigation that has a development browser if needed."""
        if not isinstance(cookies, str):
            cookies = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if dev_browser and not self.production:
            cookies = f"__clerk_db_jwt=dvb_1; {cookies}"
        sent = {"host": urlsplit(APP_URL).netloc, **(DOCUMENT if headers is None else headers)}
        if cookies:
            sent["cookie"] = cookies
        keys = {"jwtKey": KEY.pem} if pem else {}
        secret = "sk_live_x" if self.production else "sk_test_x"
        return Case(
            url=APP_URL + path,
            method=method,
            headers=sent,
            options={
                "publishableKey": self.publishable_key,
                "secretKey": secret,
                **keys,
                **options,
            },
            now=NOW,
            backend=dict(backend or {}),
        )
