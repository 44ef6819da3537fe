"""What a reverse proxy says about a request, believed only from proxies on the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network


class TrustedProxies:
    """The addresses whose `X-Forwarded-*` headers are believed."""

    def __init__(self, networks: Sequence[str]) -> None:
        """Read addresses and networks (`10.0.0.0/8`, `::1`).

        Raises:
            ValueError: one of them is malformed; the message names the variable.
        """
        try:
            self._networks: list[IPv4Network | IPv6Network] = [
                ip_network(network) for network in networks
            ]
        except ValueError as error:
            raise ValueError(f"EARSHOT_TRUSTED_PROXIES: {error}") from error

    def trusts(self, address: str) -> bool:
        """Tell whether an address is one of the proxies."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)

    def client_address(self, peer: str, headers: Mapping[str, str]) -> str:
        """Return the address of the client: the nearest hop that is not one of our proxies."""
        hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",")]
        address = peer
        while hops and self.trusts(address):
            address = hops.pop() or address
        return address

    def origin(self, peer: str, scheme: str, headers: Mapping[str, str]) -> str:
        """Return the origin that the browser sees, as far as the request tells."""
        host = headers.get("host", "")
        if self.trusts(peer):
            host = _first(headers, "x-forwarded-host") or host
            scheme = _first(headers, "x-forwarded-proto") or scheme
        return f"{scheme}://{host}"


def _first(headers: Mapping[str, str], name: str) -> str:
    return headers.get(name, "").split(",")[0].strip()
