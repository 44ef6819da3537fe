"""Bearer tokens for the API of a stack: what `python -m local token` prints."""

from __future__ import annotations

from lib.auth.service import mint
from local.identity.admin import session_token
from local.stack import Stack, TokenRole

SERVICE_SECONDS = 300


def bearer_token(
    stack: Stack, role: TokenRole, subject: str | None = None, seconds: int | None = None
) -> str:
    """Return one bearer token: a service token for a machine, else a session token.

    Args:
        stack: the running or stopped stack.
        role: of the caller.
        subject: Clerk user id, or name of a machine; default the demo user of that role.
        seconds: life; default 300 for a machine, 60 for a member.

    Raises:
        ClerkError: the user is banned or locked.
        ValueError: the subject has another role.
    """
    if role == "ingest" or role == "worker":  # noqa: PLR1714  # two comparisons narrow the type
        return mint(
            stack.service_key_pem,
            stack.app_environment()["EARSHOT_SERVICE_ISSUER"],
            role,
            subject or f"local-{role}",
            seconds or SERVICE_SECONDS,
        )
    return session_token(stack, role, subject, seconds)
