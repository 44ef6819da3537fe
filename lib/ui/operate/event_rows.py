"""Storage operations and sign-in decisions as rows of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from lib.data.records import AuthEvent, StorageEvent
from lib.product import figures as fmt
from lib.product.objectives import STORAGE_LATENCY
from lib.storage.keys import AudioKey
from lib.ui.parts.record_table.component import Cell, Column, Row

STORAGE_COLUMNS: Final = (
    Column("Time"),
    Column("Operation"),
    Column("Outcome"),
    Column("Duration", number=True),
    Column("Attempts", number=True, minor=True),
    Column("Object", minor=True),
    Column("Request id"),
)
AUTH_COLUMNS: Final = (
    Column("Time"),
    Column("Outcome"),
    Column("Reason"),
    Column("Route"),
    Column("User"),
    Column("Client", minor=True),
    Column("Request id"),
)


def storage_rows(
    events: Sequence[StorageEvent],
    zone: ZoneInfo,
    here: Mapping[str, str] | None = None,
    session_id: str | None = None,
) -> list[Row]:
    """Return storage operations that failed or were slow.

    Args:
        events: the records.
        zone: time zone of the viewer.
        here: query parameters of the storage page: a row then opens its request there, if it has
            one. Otherwise a row opens a session.
        session_id: of that session; None: the session of the object.
    """
    return [
        Row(
            (
                Cell(fmt.moment(event.at, zone), title=fmt.utc(event.at)),
                Cell(event.operation, event.role or ""),
                Cell(event.outcome, tone="good" if event.outcome == "ok" else "bad", chip=True),
                Cell(
                    fmt.latency(event.duration_ms),
                    tone="warn" if event.duration_ms > STORAGE_LATENCY.limit_ms else None,
                ),
                Cell(fmt.count(event.attempts)),
                Cell(event.key or fmt.NONE, title=event.key or ""),
                Cell(event.request_id or fmt.NONE, title=event.request_id or ""),
            ),
            *_storage_target(event, here, session_id),
        )
        for event in events
    ]


def _storage_target(
    event: StorageEvent, here: Mapping[str, str] | None, session_id: str | None
) -> tuple[str | None, dict[str, str] | None]:
    if here is not None and event.request_id:
        return "/storage", {**here, "request": event.request_id}
    if session_id is None:
        try:
            session_id = AudioKey.parse(event.key or "").session_id
        except ValueError:
            return None, None
    return "/session", {"id": session_id}


def _auth_target(event: AuthEvent) -> dict[str, str]:
    """Return what an event opens: its request, or what is known of its reason."""
    return {"request": event.request_id} if event.request_id else {"reason": event.reason}


def auth_rows(
    events: Sequence[AuthEvent], zone: ZoneInfo, here: Mapping[str, str] | None = None
) -> list[Row]:
    """Return sign-in decisions; with the query parameters of the page, a row opens its request."""
    return [
        Row(
            (
                Cell(fmt.moment(event.at, zone), title=fmt.utc(event.at)),
                Cell(
                    event.outcome, tone="bad" if event.outcome == "denied" else "muted", chip=True
                ),
                Cell(event.reason),
                Cell(event.route),
                Cell(event.user_id or fmt.NONE),
                Cell((event.client_hash or fmt.NONE)[:10], title=event.client_hash or ""),
                Cell(event.request_id or fmt.NONE, title=event.request_id or ""),
            ),
            "/auth-errors" if here is not None else None,
            {**(here or {}), **_auth_target(event)},
        )
        for event in events
    ]
