"""The Clerk instance that people sign in to: its addresses, cookie names and policy."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from lib.auth.cookies import CookieNames, suffix
from lib.auth.tokens import Policy
from lib.auth.urls import origin_of
from lib.config.clerk_keys import account_portal_origin, frontend_api_host
from lib.config.settings import Settings

_LEGACY_PORTALS = (".lcl.dev", ".lclstage.dev", ".lclclerk.com")
_PORTALS = (".accounts.dev", ".accountsstage.dev", ".accounts.lclclerk.com")


@dataclass(frozen=True, slots=True)
class Instance:
    """Addresses, names and rules of one Clerk instance.

    Attributes:
        production: a production instance, not one for development.
        frontend_api: base URL of the Frontend API for the browser.
        frontend_api_host: host named by the publishable key and, without a proxy, by tokens.
        sign_in_url: where people sign in.
        cookie_names: see `CookieNames`.
        policy: what a session token must say.
    """

    production: bool
    frontend_api: str
    frontend_api_host: str
    sign_in_url: str
    cookie_names: CookieNames
    policy: Policy

    def is_own_referrer(self, referrer: str) -> bool:
        """Return whether a navigation came from Clerk, which has just updated the cookies."""
        host = urlsplit(referrer).hostname or ""
        if host == urlsplit(self.frontend_api).hostname:
            return True
        legacy = host.startswith("accounts.") and host.endswith(_LEGACY_PORTALS)
        if not self.production and (legacy or _is_development_portal(host)):
            return True
        portals = {account_portal_origin(self.frontend_api_host), origin_of(self.sign_in_url)}
        return origin_of(referrer) in portals


def instance_of(settings: Settings) -> Instance:
    """Return the instance of the settings, with the strict policy for browsers."""
    host = frontend_api_host(settings.clerk_publishable_key)
    production = settings.instance_type == "production"
    return Instance(
        production=production,
        frontend_api=settings.clerk_frontend_api_url,
        frontend_api_host=host,
        sign_in_url=settings.clerk_sign_in_url,
        cookie_names=CookieNames(suffix(settings.clerk_publishable_key), host, production),
        policy=Policy(
            issuer=settings.clerk_frontend_api_url,
            authorized_parties=frozenset(settings.clerk_authorized_parties),
        ),
    )


def _is_development_portal(host: str) -> bool:
    return any(
        host.endswith(portal) and not host.endswith(f".clerk{portal}") for portal in _PORTALS
    )
