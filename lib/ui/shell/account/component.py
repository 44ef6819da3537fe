"""The account as a Streamlit component."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lib.auth.members import Member
from lib.auth.path_kinds import SIGN_OUT_PATH
from lib.product.figures import initials
from lib.ui.shell.bundles import register

_mount: Final = register(Path(__file__).parent, "account")


def account(member: Member) -> None:
    """Draw the member's name and role, and "Sign out"."""
    name = member.name or member.email or "Signed in"
    _mount(
        key="earshot.account",
        data={
            "name": name,
            "initials": initials(name),
            "role": member.role.value,
            "id": member.user_id,
            "signOutPath": SIGN_OUT_PATH,
        },
    )
