"""Exports of lists: the rows that match a member's filters, as they may see them. Audited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final, Literal, cast

from lib.data import Caller, Page, audit, reviews, user_sessions
from lib.data.paging import each
from lib.data.records import NewExportDetails
from lib.formats.record_export import (
    AUDIT_COLUMNS,
    MEDIA_TYPES,
    REVIEW_COLUMNS,
    SESSION_COLUMNS,
    Columns,
    FileFormat,
    write_csv,
    write_json,
)
from lib.work.exports import Export, Exports

_PAGE: Final = 200

Begin = Callable[[Exports, str, Caller, Mapping[str, Any], Mapping[str, str], FileFormat], Export]
"""Starts the export of a list. Its arguments, in order:

exports: of this process.
owner: Clerk user id of the member.
caller: with their token: the file holds what they may see, masked as they see it.
filters: arguments of the list's function, without cursor and limit.
view: the same as in the address, for the audit trail; see `NewExportDetails`.
form: csv or json.

It raises `BusyError` if too many are running, and `Refused` or `Unavailable` if the audit event
could not be written: then nothing is exported.
"""


def _list(
    name: str,
    subject_type: str,
    action: Literal["session.export", "audit.export", "review.export"],
    columns: Columns,
    page: Callable[..., Page[Any]],
) -> Begin:
    """Return the function that starts the export of one kind of list.

    Args:
        name: in the file's name.
        subject_type: in the audit trail.
        action: in the audit trail.
        columns: of the CSV.
        page: returns one page of the list.
    """

    def begin(
        exports: Exports,
        owner: str,
        caller: Caller,
        filters: Mapping[str, Any],
        view: Mapping[str, str],
        form: FileFormat,
    ) -> Export:
        def write(out: BinaryIO, export: Export) -> None:
            found = each(lambda cursor: page(caller, cursor=cursor, limit=_PAGE, **filters))
            if form == "csv":
                write_csv(out, export.wrote, columns, found)
            else:
                write_json(out, export.wrote, found)

        audit.record(
            caller,
            action=action,
            subject_type=subject_type,
            subject_id="list",
            details=cast("NewExportDetails", {"format": form, **view}),
        )
        file_name = f"earshot-{name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.{form}"
        return exports.start(owner, file_name, MEDIA_TYPES[form], write)

    return begin


def export_selected(
    exports: Exports, owner: str, caller: Caller, session_ids: Sequence[str], form: FileFormat
) -> Export:
    """Start the export of single sessions; the audit trail names each.

    Args:
        exports: of this process.
        owner: Clerk user id of the member.
        caller: with their token.
        session_ids: of the sessions, in the order of the file. One that is gone is left out.
        form: csv or json.

    Raises:
        BusyError: too many exports are running.
        DataError: an audit event could not be written: then nothing is exported.
    """

    def write(out: BinaryIO, export: Export) -> None:
        found = (user_sessions.get(caller, session_id) for session_id in session_ids)
        sessions = (session for session in found if session is not None)
        if form == "csv":
            write_csv(out, export.wrote, SESSION_COLUMNS, sessions)
        else:
            write_json(out, export.wrote, sessions)

    for session_id in session_ids:
        audit.record(
            caller,
            action="session.export",
            subject_type="userSession",
            subject_id=session_id,
            details={"format": form},
        )
    file_name = f"earshot-sessions-{datetime.now(UTC):%Y%m%d-%H%M%S}.{form}"
    return exports.start(owner, file_name, MEDIA_TYPES[form], write)


export_sessions: Final = _list(
    "sessions", "userSessions", "session.export", SESSION_COLUMNS, user_sessions.page
)
export_audit: Final = _list("audit", "auditEvents", "audit.export", AUDIT_COLUMNS, audit.page)
export_reviews: Final = _list("reviews", "reviews", "review.export", REVIEW_COLUMNS, reviews.page)
