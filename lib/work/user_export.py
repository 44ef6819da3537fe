"""Everything about one user in one archive: profile, sessions, transcripts, list of recordings.

It is masked as the member sees it, or in clear for a reason, which is on record with each part.
"""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any, BinaryIO, Final, TypeVar

from lib.data import (
    Caller,
    Page,
    Refused,
    audio_objects,
    audit,
    interactions,
    reveals,
    scores,
    user_sessions,
    users,
)
from lib.data.paging import each
from lib.data.records import Interaction, NewExportDetails, Score, User, UserSession
from lib.formats.record_export import as_json, plain
from lib.work.exports import Export, Exports

_PAGE: Final = 200
MEDIA_TYPE: Final = "application/zip"
_PAUSE_SECONDS: Final = 2.0
_PATIENCE_SECONDS: Final = 120.0

Shown = TypeVar("Shown")


def export_user(
    exports: Exports, owner: str, caller: Caller, clerk_id: str, reason: str | None = None
) -> Export:
    """Start the export of a user's data (JSON, a folder `transcripts` with a file per session).

    Args:
        exports: of this process.
        owner: Clerk user id of the member.
        caller: with their token: the archive contains what they may see.
        clerk_id: of the user.
        reason: why it shall be in clear; None for masked.

    Raises:
        BusyError: too many are running.
        Refused, Unavailable: the audit event could not be written, so nothing is exported.
    """

    def write(out: BinaryIO, export: Export) -> None:
        _Archive(out, export, caller, reason).write(clerk_id)

    audit.record(
        caller,
        action="user.export",
        subject_type="user",
        subject_id=clerk_id,
        details=NewExportDetails(reason=reason) if reason else None,
    )
    name = f"earshot-user-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip"
    return exports.start(owner, name, MEDIA_TYPE, write)


class _Archive:
    """Writes one archive; holds one page of each list in memory."""

    def __init__(self, out: BinaryIO, export: Export, caller: Caller, reason: str | None) -> None:
        self._out, self._export, self._caller = out, export, caller
        self._reason = reason
        self._records = 0

    def write(self, clerk_id: str) -> None:
        user = self._user(clerk_id)
        if user is None:
            raise LookupError("the user is gone")
        with zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("profile.json", as_json(plain(user)))
            sessions = [session.id for session in self._sessions(archive, clerk_id)]
            with archive.open("audio.jsonl", "w") as lines:
                for session_id in sessions:
                    for audio in audio_objects.for_session(self._caller, session_id):
                        lines.write(f"{as_json(plain(audio))}\n".encode())
                        self._wrote()
            with archive.open("scores.jsonl", "w") as lines:
                for score in chain.from_iterable(map(self._scores, sessions)):
                    lines.write(f"{as_json(plain(score))}\n".encode())
                    self._wrote()
            for session_id in sessions:
                self._transcript(archive, session_id)

    def _sessions(self, archive: zipfile.ZipFile, clerk_id: str) -> list[UserSession]:
        found = []
        with archive.open("sessions.jsonl", "w") as lines:
            for session in each(lambda cursor: self._page_of_sessions(clerk_id, cursor)):
                lines.write(f"{as_json(plain(session))}\n".encode())
                found.append(session)
                self._wrote()
        return found

    def _transcript(self, archive: zipfile.ZipFile, session_id: str) -> None:
        with archive.open(f"transcripts/{session_id}.jsonl", "w", force_zip64=True) as lines:
            for turn in self._turns(session_id):
                lines.write(f"{as_json(_turn(plain(turn)))}\n".encode())
                self._wrote()

    def _user(self, clerk_id: str) -> User | None:
        if not self._reason:
            return users.get(self._caller, clerk_id)
        reason = self._reason
        return _patiently(lambda: reveals.of_user(self._caller, clerk_id=clerk_id, reason=reason))

    def _page_of_sessions(self, clerk_id: str, cursor: str | None) -> Page[UserSession]:
        if not self._reason:
            return user_sessions.page(
                self._caller, clerk_id=clerk_id, cursor=cursor, limit=_PAGE, order="asc"
            )
        reason = self._reason
        return _patiently(
            lambda: reveals.of_sessions(
                self._caller, clerk_id=clerk_id, reason=reason, cursor=cursor, limit=_PAGE
            )
        )

    def _turns(self, session_id: str) -> Iterator[Interaction]:
        if not self._reason:
            return interactions.every(self._caller, session_id)
        reason = self._reason
        return each(
            lambda cursor: _patiently(
                lambda: reveals.of_transcript(
                    self._caller,
                    session_id=session_id,
                    reason=reason,
                    cursor=cursor,
                    limit=interactions.MOST_PER_PAGE,
                )
            )
        )

    def _scores(self, session_id: str) -> Iterator[Score]:
        if not self._reason:
            return each(
                lambda cursor: scores.page(self._caller, session_id, cursor=cursor, limit=_PAGE)
            )
        reason = self._reason
        return each(
            lambda cursor: _patiently(
                lambda: reveals.of_scores(
                    self._caller, session_id=session_id, reason=reason, cursor=cursor, limit=_PAGE
                )
            )
        )

    def _wrote(self) -> None:
        self._records += 1
        self._export.wrote(self._records, self._out.tell())


def _patiently(call: Callable[[], Shown]) -> Shown:
    """Make a call again while the member's reveals of this minute are used up."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return call()
        except Refused as refused:
            if refused.code != "RATE_LIMITED" or time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE_SECONDS)


def _turn(turn: dict[str, Any]) -> dict[str, Any]:
    """Return a turn without its recording, which is in the list of recordings."""
    return {name: value for name, value in turn.items() if name != "audio"}
