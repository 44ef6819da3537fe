"""Exports of lists: what a member's filters select, as they may see it. Each is on record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

from lib.data import Caller, audit, reviews, user_sessions
from lib.data.records import AuditEvent, Review, UserSession
from lib.jobs.exports import Export, Exports
from lib.jobs.paging import each
from lib.jobs.record_files import (
    AUDIT_COLUMNS,
    MEDIA_TYPES,
    REVIEW_COLUMNS,
    SESSION_COLUMNS,
    FileFormat,
    write_csv,
    write_json,
)

_PAGE: Final = 200


def export_sessions(
    exports: Exports,
    owner: str,
    caller: Caller,
    filters: Mapping[str, Any],
    view: Mapping[str, str],
    form: FileFormat,
) -> Export:
    """Begin the file of all sessions that the filters select.

    Args:
        exports: of this process.
        owner: Clerk user id of the member.
        caller: with their token: the file holds what they may see, masked as they see it.
        filters: arguments of `userSessions:list`, without cursor and limit.
        view: the same as in the address, for the audit trail.
        form: csv or json.

    Raises:
        BusyError: too many are running.
        Refused, Unavailable: the audit event could not be written, so nothing is exported.
    """

    def records() -> Iterator[UserSession]:
        return each(
            lambda cursor: user_sessions.page(caller, cursor=cursor, limit=_PAGE, **filters)
        )

    def write(out: BinaryIO, export: Export) -> None:
        if form == "csv":
            write_csv(out, export, SESSION_COLUMNS, records())
        else:
            write_json(out, export, records())

    _note(caller, "session.export", "userSessions", view, form)
    return exports.start(owner, _name("sessions", form), MEDIA_TYPES[form], write)


def export_audit(
    exports: Exports,
    owner: str,
    caller: Caller,
    filters: Mapping[str, Any],
    view: Mapping[str, str],
    form: FileFormat,
) -> Export:
    """Begin the file of all audit events that the filters select; as `export_sessions`."""

    def records() -> Iterator[AuditEvent]:
        return each(lambda cursor: audit.page(caller, cursor=cursor, limit=_PAGE, **filters))

    def write(out: BinaryIO, export: Export) -> None:
        if form == "csv":
            write_csv(out, export, AUDIT_COLUMNS, records())
        else:
            write_json(out, export, records())

    _note(caller, "audit.export", "auditEvents", view, form)
    return exports.start(owner, _name("audit", form), MEDIA_TYPES[form], write)


def export_reviews(
    exports: Exports,
    owner: str,
    caller: Caller,
    filters: Mapping[str, Any],
    view: Mapping[str, str],
    form: FileFormat,
) -> Export:
    """Begin the file of all reviews that the filters select; as `export_sessions`."""

    def records() -> Iterator[Review]:
        return each(lambda cursor: reviews.page(caller, cursor=cursor, limit=_PAGE, **filters))

    def write(out: BinaryIO, export: Export) -> None:
        if form == "csv":
            write_csv(out, export, REVIEW_COLUMNS, records())
        else:
            write_json(out, export, records())

    _note(caller, "review.export", "reviews", view, form)
    return exports.start(owner, _name("reviews", form), MEDIA_TYPES[form], write)


def _note(
    caller: Caller, action: str, subject_type: str, view: Mapping[str, str], form: FileFormat
) -> None:
    audit.record(
        caller, action=action, subject_type=subject_type, subject_id="list",
        details={"format": form, **view},
    )  # fmt: skip


def _name(what: str, form: FileFormat) -> str:
    return f"earshot-{what}-{datetime.now(UTC):%Y%m%d-%H%M%S}.{form}"
