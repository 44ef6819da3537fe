"""The account as a Streamlit component."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from lib.auth.members import Member
from lib.auth.path_kinds import SIGN_OUT_PATH
from lib.product.figures import initials
from lib.ui.shell.bundles import register
from lib.ui.shell.visitor import ZONE, ZONE_COOKIE, browser_time_zone, chosen_time_zone

_mount: Final = register(Path(__file__).parent, "account")


def account(member: Member) -> None:
    """Draw the member's name and role, "Sign out", and the choice of the time zone."""
    zone = _time_zone()
    name = member.name or member.email or "Signed in"
    _mount(
        key="earshot.account",
        data={
            "name": name,
            "initials": initials(name),
            "role": member.role.value,
            "id": member.user_id,
            "signOutPath": SIGN_OUT_PATH,
            "cookie": f"{ZONE_COOKIE}={zone}" if zone else "",
        },
    )


def _time_zone() -> str | None:
    """Draw the choice of the zone in which all times are shown, and return it.

    Returns:
        For the cookie; none in a browser whose zone is UTC or unknown: there is nothing to choose,
        and what was chosen elsewhere holds.
    """
    own = browser_time_zone().key
    if own == "UTC":
        return None
    chosen = st.segmented_control(
        "Times in",
        ["mine", "UTC"],
        default="UTC" if chosen_time_zone().key == "UTC" else "mine",
        required=True,
        key=ZONE,
        format_func=lambda name: own if name == "mine" else name,
    )
    return str(chosen)
