"""What Clerk's publishable keys and claim names say: pure, for the settings and for `lib.auth`."""

from __future__ import annotations

import base64
import binascii


def is_organization_claim(claim_path: str) -> bool:
    """Tell whether a claim says something about the active Clerk organization."""
    return claim_path.startswith(("o.", "org_"))


def frontend_api_host(publishable_key: str) -> str:
    """Return the Frontend API host that a Clerk publishable key encodes.

    Args:
        publishable_key: `pk_live_<base64>` or `pk_test_<base64>`, padding optional.

    Raises:
        ValueError: the key is malformed.
    """
    parts = publishable_key.split("_")
    if len(parts) != 3 or parts[0] != "pk" or parts[1] not in {"live", "test"}:  # noqa: PLR2004
        raise ValueError("CLERK_PUBLISHABLE_KEY must look like pk_live_... or pk_test_...")
    try:
        encoded = parts[2].rstrip("=")
        text = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("CLERK_PUBLISHABLE_KEY is not valid base64") from error
    host = text[:-1]
    if not text.endswith("$") or "$" in host or "." not in host:
        raise ValueError("CLERK_PUBLISHABLE_KEY does not hold a Frontend API host")
    return host


def account_portal_origin(host: str) -> str:
    """Return the origin of Clerk's hosted sign-in pages for a Frontend API host."""
    marker = "clerk.accounts." if "clerk.accounts." in host else "clerk."
    return f"https://{host.replace(marker, 'accounts.', 1)}"
