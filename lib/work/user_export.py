"""Everything about one user in one archive: profile, sessions, transcripts, list of recordings."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

from lib.data import Caller, audio_objects, audit, interactions, user_sessions, users
from lib.data.paging import each
from lib.data.records import UserSession
from lib.formats.record_export import as_json, plain
from lib.work.exports import Export, Exports

_PAGE: Final = 200
MEDIA_TYPE: Final = "application/zip"


def export_user(exports: Exports, owner: str, caller: Caller, clerk_id: str) -> Export:
    """Start the export of a user's data (JSON, and a folder `transcripts` with a file per session).

    Args:
        exports: of this process.
        owner: Clerk user id of the member.
        caller: with their token: the archive contains what they may see.
        clerk_id: of the user.

    Raises:
        BusyError: too many are running.
        Refused, Unavailable: the audit event could not be written, so nothing is exported.
    """

    def write(out: BinaryIO, export: Export) -> None:
        _Archive(out, export, caller).write(clerk_id)

    audit.record(caller, action="user.export", subject_type="user", subject_id=clerk_id)
    name = f"earshot-user-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip"
    return exports.start(owner, name, MEDIA_TYPE, write)


class _Archive:
    """Writes one archive; holds one page of each list in memory."""

    def __init__(self, out: BinaryIO, export: Export, caller: Caller) -> None:
        self._out, self._export, self._caller = out, export, caller
        self._records = 0

    def write(self, clerk_id: str) -> None:
        user = users.get(self._caller, clerk_id)
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
            for session_id in sessions:
                self._transcript(archive, session_id)

    def _sessions(self, archive: zipfile.ZipFile, clerk_id: str) -> list[UserSession]:
        found = []
        with archive.open("sessions.jsonl", "w") as lines:
            for session in each(
                lambda cursor: user_sessions.page(
                    self._caller, clerk_id=clerk_id, cursor=cursor, limit=_PAGE, order="asc"
                )
            ):
                lines.write(f"{as_json(plain(session))}\n".encode())
                found.append(session)
                self._wrote()
        return found

    def _transcript(self, archive: zipfile.ZipFile, session_id: str) -> None:
        with archive.open(f"transcripts/{session_id}.jsonl", "w", force_zip64=True) as lines:
            for turn in interactions.every(self._caller, session_id):
                lines.write(f"{as_json(_turn(plain(turn)))}\n".encode())
                self._wrote()

    def _wrote(self) -> None:
        self._records += 1
        self._export.wrote(self._records, self._out.tell())


def _turn(turn: dict[str, Any]) -> dict[str, Any]:
    """Return a turn without its recording, which is in the list of recordings."""
    return {name: value for name, value in turn.items() if name != "audio"}
