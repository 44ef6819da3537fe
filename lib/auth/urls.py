"""URLs as browsers and Clerk write them; queries are serialised like `URLSearchParams`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self
from urllib.parse import quote, quote_plus, unquote_to_bytes, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_ASCII = "".join(chr(code) for code in range(0x21, 0x7F))


@dataclass(frozen=True)
class PublicUrl:
    """The URL of a request as the browser sees it.

    Attributes:
        origin: scheme, host and port, without a trailing slash.
        path: percent-encoded path, beginning with a slash.
        query: query string without `?`.
    """

    origin: str
    path: str
    query: str

    def __str__(self) -> str:
        return self.origin + self.path + (f"?{self.query}" if self.query else "")

    @cached_property
    def _pairs(self) -> list[tuple[str, str]]:
        return parse_query(self.query)

    def parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter, None if absent or empty."""
        return next((value for key, value in self._pairs if key == name), None) or None

    def has(self, name: str) -> bool:
        """Return whether a query parameter is present, empty or not."""
        return any(key == name for key, _ in self._pairs)

    def without(self, *names: str) -> Self:
        """Return the URL without the named parameters, the query re-serialised."""
        kept = [pair for pair in self._pairs if pair[0] not in names]
        return replace(self, query=format_query(kept))

    def with_parameter(self, name: str, value: str) -> Self:
        """Return the URL with one parameter set, in place of any of that name."""
        kept = [pair for pair in self._pairs if pair[0] != name]
        return replace(self, query=format_query([*kept, (name, value)]))


def parse_query(query: str) -> list[tuple[str, str]]:
    """Split a query string into decoded name-value pairs, empty values kept."""
    pairs = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if part:
            pairs.append((_decoded(name), _decoded(value)))
    return pairs


def format_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Join pairs form-style: a space is `+`, only letters, digits and `*-._` stay as they are."""
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in pairs)


def ascii_url_part(raw: bytes) -> str:
    """Return a raw path or query as text, any byte that a URL may not hold percent-encoded."""
    return quote(raw, safe=_ASCII)


def origin_of(url: str) -> str | None:
    """Return the origin of an absolute http(s) URL in its canonical form, None if it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return None
    shown_host = f"[{host}]" if ":" in host else host
    suffix = "" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{shown_host}{suffix}"


def _encoded(text: str) -> str:
    return quote_plus(text, safe="*").replace("~", "%7E")


def _decoded(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8", "replace")
