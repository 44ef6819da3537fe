"""Tokens that the instance signs: session tokens, template tokens, handshake tokens."""

from __future__ import annotations

import secrets
import time
from typing import Any

import jwt

from local.identity.instance import Instance

SESSION_CATEGORY = "cl_B7d4PD111AAA"
TEMPLATE_CATEGORY = "cl_B7d4PD222AAA"
CONVEX_TEMPLATE = "convex"

_NOT_BEFORE_SECONDS = 10
_MS_PER_MINUTE = 60_000


def session_token(
    instance: Instance,
    session: dict[str, Any],
    user: dict[str, Any],
    azp: str | None,
    seconds: int | None = None,
) -> str:
    """Sign a session token, version 2.

    Args:
        instance: whose key signs.
        session: session in Clerk's form.
        user: its user in Clerk's form.
        azp: origin that the token is for; None for a server-side call, which has none.
        seconds: life; default from the settings.
    """
    settings = instance.settings
    age = max(0, (time.time_ns() // 1_000_000 - session["created_at"]) // _MS_PER_MINUTE)
    claims = {
        **_lifetime(seconds or settings.token_seconds),
        "iss": instance.stack.issuer_url,
        "sub": user["id"],
        "sid": session["id"],
        "sts": session["status"],
        "fva": [age, -1],
        "v": 2,
        **_role(user),
    }
    if azp:
        claims["azp"] = azp
    if settings.convex_integration:
        claims["aud"] = CONVEX_TEMPLATE
    return _sign(instance, claims, SESSION_CATEGORY)


def template_token(instance: Instance, user: dict[str, Any], seconds: int | None = None) -> str:
    """Sign a token of the JWT template named `convex` (category of template tokens)."""
    email = user["email_addresses"][0]["email_address"] if user["email_addresses"] else None
    names = [part for part in (user["first_name"], user["last_name"]) if part]
    profile = {
        "name": " ".join(names) or None,
        "given_name": user["first_name"],
        "family_name": user["last_name"],
        "nickname": user["username"],
        "picture": user["image_url"] or None,
        "email": email,
        "email_verified": True if email else None,
        "updated_at": user["updated_at"] // 1000,
    }
    claims = {
        **_lifetime(seconds or instance.settings.token_seconds),
        "iss": instance.stack.issuer_url,
        "sub": user["id"],
        "aud": CONVEX_TEMPLATE,
        **{name: value for name, value in profile.items() if value is not None},
        **_role(user),
    }
    return _sign(instance, claims, TEMPLATE_CATEGORY)


def handshake_token(instance: Instance, directives: list[str]) -> str:
    """Sign the cookies that a handshake asks the app to set."""
    return _sign(instance, {"handshake": directives}, SESSION_CATEGORY)


def _lifetime(seconds: int) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iat": now,
        "nbf": now - _NOT_BEFORE_SECONDS,
        "exp": now + seconds,
        "jti": secrets.token_hex(10),
    }


def _role(user: dict[str, Any]) -> dict[str, Any]:
    """Session token customisation: `{"role": "{{user.public_metadata.role}}"}`."""
    role = user["public_metadata"].get("role")
    return {} if role is None else {"role": role}


def _sign(instance: Instance, claims: dict[str, Any], category: str) -> str:
    headers = {"kid": instance.key_id, "cat": category}
    return jwt.encode(claims, instance.key, algorithm="RS256", headers=headers)
