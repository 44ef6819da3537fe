"""Usernames and passwords of the portal's sign-ins."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from local.identity.private_files import load_or_create
from local.stack import Stack

PRODUCT_USERNAME = "casey"
"""A user of the product without a role: signs in at Clerk, must get nowhere in Earshot."""


def sign_ins(stack: Stack) -> dict[str, str]:
    """Return the password of every sign-in by username: the demo roles and the product user."""
    path = Path(stack.home) / "identity" / "product-user.json"
    made = json.dumps({PRODUCT_USERNAME: secrets.token_urlsafe(9)}).encode()
    product: dict[str, str] = json.loads(load_or_create(path, lambda: made))
    return {**stack.passwords, **product}
