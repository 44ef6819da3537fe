"""Users as rows of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from lib.data.records import User
from lib.product import figures as fmt
from lib.product.words import Words
from lib.ui.parts.record_table.component import Cell, Column, Row, Tone
from lib.ui.parts.session_rows import name_of

USER_COLUMNS: Final = (
    Column("User"),
    Column("Status"),
    Column("Sessions", number=True),
    Column("Last seen"),
    Column("First seen"),
)
USER_TONES: Final = Words[Tone](
    {
        "active": "good",
        "banned": "bad",
        "deleted": "muted",
        "erasing": "warn",
    },
    lambda _: "muted",
)


def user_rows(users: Sequence[User], zone: ZoneInfo) -> list[Row]:
    """Return users; each row opens its user."""
    return [
        Row(
            (
                Cell(name_of(user), user.email or "", initials=fmt.initials(name_of(user))),
                Cell(user.status, tone=USER_TONES[user.status], chip=True),
                Cell(fmt.count(user.session_count)),
                Cell(fmt.ago(user.last_seen_at), title=fmt.utc(user.last_seen_at)),
                Cell(fmt.moment(user.created_at, zone), title=fmt.utc(user.created_at)),
            ),
            "/user",
            {"id": user.clerk_id},
        )
        for user in users
    ]
