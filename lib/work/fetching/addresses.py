"""Which links may be followed, and which addresses connected to. Pure.

Links come in payloads of others, so whoever writes one could have this process ask a service that
only it can reach (server-side request forgery). A link must be https to a host on its kind's list,
and every address that the host's name stands for must be one of the public internet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from lib.work.fetching.errors import FetchError

HTTPS_PORT: Final = 443
MAX_URL_CHARS: Final = 8192

# Buckets in which vendors keep recordings, their own and those of their customers.
_BUCKETS: Final = (
    "*.amazonaws.com",
    "storage.googleapis.com",
    "*.r2.cloudflarestorage.com",
    "*.supabase.co",
)

_NAME: Final = re.compile(
    r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?\Z"
)
# For protocols (with the metadata service of one cloud), and relays of 6to4.
_NOT_PUBLIC_IPV4: Final = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
_PUBLIC_IPV6: Final = IPv6Network("2000::/3")
# Within it: addresses that hold an IPv4 address (Teredo, 6to4), documentation, benchmarks, ORCHID.
_NOT_PUBLIC_IPV6: Final = tuple(
    IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where recordings of one kind of source may lie.

    Attributes:
        allowed: host names; `*.` before one stands for any names below it.
        keyed: hosts that are given the vendor's key; no other host ever is.
    """

    allowed: tuple[str, ...]
    keyed: frozenset[str] = frozenset()


HOSTS: Final[Mapping[str, Hosts]] = {
    "vapi": Hosts(("api.vapi.ai", "storage.vapi.ai", *_BUCKETS), frozenset({"api.vapi.ai"})),
}
"""By kind of source; a kind that is not here has no links to fetch."""


@dataclass(frozen=True, slots=True)
class Target:
    """A link that may be followed.

    Attributes:
        host: in lower case.
        path: with the query.
    """

    host: str
    path: str

    @property
    def url(self) -> str:
        """The whole link."""
        return f"https://{self.host}{self.path}"


def target_of(url: str, hosts: Hosts) -> Target:
    """Return what a link names.

    Args:
        url: from a payload, or where a redirect leads.
        hosts: of the source's kind.

    Raises:
        FetchError: `not_https`, or `not_allowed`.
    """
    is_plain = len(url) <= MAX_URL_CHARS and url.isascii() and url.isprintable() and " " not in url
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchError("not_allowed") from None
    if parts.scheme != "https":
        raise FetchError("not_https")
    host = (parts.hostname or "").lower()
    is_whole = port in {None, HTTPS_PORT} and "@" not in parts.netloc and "\\" not in url
    # The pattern takes names alone: no address in any form, whose last label would be a number.
    if not (is_plain and is_whole and _NAME.match(host) and _is_listed(host, hosts.allowed)):
        raise FetchError("not_allowed")
    query = f"?{parts.query}" if parts.query else ""
    return Target(host, f"{parts.path or '/'}{query}")


def check_addresses(addresses: Iterable[str]) -> list[str]:
    """Return the addresses of a host.

    Raises:
        FetchError: `no_address` if there is none, `not_public` if a single one of them is not of
            the public internet: a name that stands for both is no mistake that is made innocently.
    """
    found = list(addresses)
    if not found:
        raise FetchError("no_address")
    if not all(is_public(address) for address in found):
        raise FetchError("not_public")
    return found


def is_public(address: str) -> bool:
    """Tell whether an IP address is of the public internet.

    Private, loopback, link-local, shared, reserved, multicast and documentation addresses are not,
    nor are IPv6 addresses that lead to an IPv4 one (mapped, NAT64, 6to4, Teredo).
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return _is_public_ipv4(parsed)
    return _is_public_ipv6(parsed)


def _is_public_ipv4(address: IPv4Address) -> bool:
    is_special = any(address in network for network in _NOT_PUBLIC_IPV4)
    return address.is_global and not (is_special or address.is_multicast or address.is_reserved)


def _is_public_ipv6(address: IPv6Address) -> bool:
    is_inside = address in _PUBLIC_IPV6 and address.scope_id is None
    return is_inside and not any(address in network for network in _NOT_PUBLIC_IPV6)


def _is_listed(host: str, allowed: Iterable[str]) -> bool:
    return any(
        host.endswith(name[1:]) if name.startswith("*.") else host == name for name in allowed
    )
