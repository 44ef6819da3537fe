"""Random requests to a Clerk instance, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.auth.clerk import APP_URL
from tests.auth.official import Case
from tests.auth.scenarios import IGNORED_CATEGORY, MACHINE, NOW, OTHER_KEY, TEMPLATE, Scene

REFRESH = "/v1/sessions/sess_1/refresh"
NONCE = "/v1/clients/handshake_payload"
_NOW = int(NOW)
_TIMES = (-400, -66, -65, -64, -60, -30, -6, -5, -4, -1, 0, 1, 4, 5, 6, 7, 60)


def cases(seed: int, count: int) -> Iterator[Case]:
    """Return `count` requests."""
    source = random.Random(seed)  # noqa: S311  # reproducible on purpose
    scenes = [_Pool(source, Scene(production)) for production in (True, False)]
    for _ in range(count):
        yield source.choice(scenes).case()


class _Pool:
    """Draws the parts of requests to one instance; tokens are signed once and drawn again."""

    def __init__(self, source: random.Random, scene: Scene) -> None:
        self._source = source
        self._scene = scene
        self._tokens = [make() for make in self._token_makers() for _ in range(3)]
        self._plain = [scene.token(age=age) for age in (0, 1, 30, 400)]

    def case(self) -> Case:
        draw = self._source
        headers = self._headers()
        path = self._path()
        backend: dict[str, tuple[int, Any]] = {
            REFRESH: self._refresh_answer(),
            NONCE: (200, {"directives": self._directives()}),
        }
        return self._scene.case(
            self._cookies(),
            method=draw.choice(["GET"] * 8 + ["POST", "HEAD", "PUT"]),
            path=path,
            headers=headers,
            dev_browser=draw.random() < 0.6,
            backend=backend,
            **self._options(),
        )

    def _token_makers(self) -> Iterator[Callable[[], str]]:
        draw, scene = self._source, self._scene

        def timed() -> str:
            claims: dict[str, Any] = {
                name: draw.choice([None, _NOW + draw.choice(_TIMES), _NOW + 0.7])
                for name in ("nbf", "iat")
            }
            return scene.token(exp=_NOW + draw.choice(_TIMES), **claims)

        yield from [timed] * 6
        headers: list[dict[str, Any]] = [
            {"alg": "HS256"},
            {"alg": "none"},
            {"alg": "RS384"},
            {"typ": None},
            {"typ": "at+jwt"},
            {"typ": "foo"},
            {"cat": TEMPLATE},
            {"cat": MACHINE},
            {"cat": IGNORED_CATEGORY},
            {"cat": "cl_unknown"},
            {"kid": None},
            {"kid": "ins_other"},
        ]
        for header in headers:
            yield lambda header=header: scene.token(header=header)  # type: ignore[misc]
        claims: list[dict[str, Any]] = [
            {"sub": None},
            {"sub": 7},
            {"sub": "mch_1"},
            {"sid": None},
            {"exp": None},
            {"exp": "soon"},
            {"nbf": "x"},
            {"iat": "x"},
            {"iss": None},
            {"iss": 5},
            {"iss": "https://clerk.other.example"},
            {"iss": f"http://{scene.host}"},
            {"azp": None},
            {"azp": "https://evil.example.com"},
            {"azp": ""},
            {"aud": "convex"},
            {"aud": ["other", "convex"]},
            {"aud": []},
            {"sts": "pending"},
            {"act": {"sub": "user_2"}},
        ]
        for changes in claims:
            yield lambda changes=changes: scene.token(**changes)  # type: ignore[misc]
        yield lambda: scene.token(key=OTHER_KEY)
        yield lambda: scene.token(algorithm="RS512")
        yield lambda: draw.choice(["garbage", "abc.def", "a.b.c", "..", "a.b.c.d", "ak_1", "mt_1"])

    def _token(self) -> str:
        draw = self._source
        return draw.choice(self._plain if draw.random() < 0.55 else self._tokens)

    def _uat(self) -> str:
        draw = self._source
        near = str(_NOW + draw.choice([-1000, -401, -400, -31, -5, -1, 0, 1, 5]))
        return draw.choice([near] * 6 + ["0", "0", "", "abc", "12abc", "-3", " 7"])

    def _cookies(self) -> str:
        draw, suffix = self._source, self._scene.suffix
        parts: list[str] = []

        def maybe(chance: float, name: str, value: str) -> None:
            if draw.random() < chance:
                parts.append(f"{name}={value}")

        maybe(0.65, "__session", self._token())
        maybe(0.65, "__client_uat", self._uat())
        if draw.random() < 0.4:
            maybe(0.8, f"__session_{suffix}", self._token())
            maybe(0.8, f"__client_uat_{suffix}", self._uat())
            maybe(0.7, f"__clerk_db_jwt_{suffix}", "dvb_own")
        maybe(0.1, "__session", self._token())
        maybe(0.35, f"__refresh_{suffix}", "refresh_1")
        maybe(0.1, "__refresh", "refresh_2")
        maybe(0.15, "__clerk_redirect_count", draw.choice(["1", "2", "3", "x", ""]))
        maybe(0.12, "__clerk_handshake", self._handshake())
        maybe(0.05, "__clerk_handshake_nonce", "nonce_1")
        maybe(0.2, draw.choice(["a[b]", "foo", "__session_theme", "x"]), draw.choice(_JUNK))
        draw.shuffle(parts)
        return draw.choice(["; ", ";", " ;\t"]).join(parts)

    def _directives(self) -> list[str]:
        draw, suffix = self._source, self._scene.suffix
        name = draw.choice(["__session", f"__session_{suffix}"])
        lines = [f"{name}={self._token()}; Path=/", f"__client_uat={_NOW}; Path=/; Secure"]
        return draw.choice([lines, lines, lines[1:], [f"{name}=; Max-Age=0", lines[1]], []])

    def _handshake(self) -> str:
        draw = self._source
        headers: list[dict[str, Any]] = [
            {},
            {},
            {},
            {"typ": None},
            {"cat": TEMPLATE},
            {"alg": "HS256"},
        ]
        header = draw.choice(headers)
        key: dict[str, Any] = {"key": OTHER_KEY} if draw.random() < 0.2 else {}
        token = self._scene.handshake(*self._directives(), **key, **header)
        return draw.choice([token, token, token, "garbage"])

    def _refresh_answer(self) -> tuple[int, Any]:
        failures = [("session_revoked", 400), ("refresh_token_expired", 401), ("unexpected", 422)]
        code, status = self._source.choice(failures)
        lines = self._directives()
        return self._source.choice(
            [
                (200, {"object": "cookies", "cookies": lines}),
                (200, {"object": "cookies", "cookies": lines}),
                (status, {"errors": [{"code": code, "message": "no"}]}),
            ]
        )

    def _headers(self) -> dict[str, str]:
        draw = self._source
        headers: dict[str, str] = {}
        destination = draw.choice(["document"] * 6 + ["empty", "iframe", "image", ""])
        if destination:
            headers["sec-fetch-dest"] = destination
        if draw.random() < 0.4:
            headers["accept"] = draw.choice(["text/html,*/*;q=0.8", "*/*", "application/json"])
        if draw.random() < 0.3:
            headers["referer"] = draw.choice(_referrers(self._scene))
        if draw.random() < 0.2:
            token = self._token()
            forms = [f"Bearer {token}"] * 4 + [f"bearer {token}", token, "Basic x:y", "Bearer"]
            headers["authorization"] = draw.choice(forms)
        if draw.random() < 0.1:
            headers["x-forwarded-host"] = draw.choice(["app.example.com, p", "other.example.com"])
        if draw.random() < 0.1:
            headers["x-forwarded-proto"] = draw.choice(["https,http", "http", "https"])
        return headers

    def _path(self) -> str:
        draw = self._source
        path = draw.choice(["/", "/users", "/session", "/a%20b/c", "/%C3%A9/~x"])
        pairs = [draw.choice(_QUERIES) for _ in range(draw.choice([0, 0, 1, 2, 3]))]
        if draw.random() < 0.12:
            pairs.append("__clerk_db_jwt=" + draw.choice(["dvb_query", ""]))
        if draw.random() < 0.08:
            pairs.append("__clerk_handshake=" + self._handshake())
        if draw.random() < 0.05:
            pairs.append("__clerk_handshake_nonce=nonce_1")
        if draw.random() < 0.05:
            pairs.append("__clerk_help=1")
        if draw.random() < 0.03:
            pairs.append("__dev_session=old")
        draw.shuffle(pairs)
        return path + ("?" + "&".join(pairs) if pairs else "")

    def _options(self) -> dict[str, Any]:
        draw = self._source
        options: dict[str, Any] = {}
        if draw.random() < 0.5:
            options["authorizedParties"] = draw.choice([[APP_URL], [APP_URL], ["https://x.y"], []])
        if draw.random() < 0.2:
            options["audience"] = draw.choice(["convex", "other"])
        if draw.random() < 0.2:
            options["clockSkewInMs"] = draw.choice([0, 1000, 60_000])
        if draw.random() < 0.2:
            options["issuer"] = draw.choice([f"https://{self._scene.host}", "https://x.y"])
        return options


_JUNK = ("%C0", "1", '{"k": 1}', "%20a%20", "", '"quoted"', "%E2%82%AC", "a=b=c")
_QUERIES = ("a=1%202", "b=~x*", "c=%C3%A9", "d", "e=+", "f=%ZZ", "g='q'", "a=&a=2", "h=%2B", "")


def _referrers(scene: Scene) -> list[str]:
    return [
        "https://elsewhere.example.org/x",
        f"{APP_URL}/users",
        f"{APP_URL}:443/",
        f"https://{scene.host}/v1/client",
        "https://accounts.example.com/sign-in",
        "https://happy-cat-12.accounts.dev/sign-in",
        "https://other-dog-1.accounts.dev/",
        "https://other-dog-1.clerk.accounts.dev/",
        "https://accounts.x.lcl.dev/",
        "https://sub.example.com/",
        "http://app.example.com/",
        "not a url",
        "android-app://com.example",
    ]
