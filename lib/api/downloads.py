"""Files that pages link to: finished exports, and a session's transcript and recordings.

These routes stand beside the dashboard: as Streamlit media the files would be kept in memory. The
auth middleware checks the member's role for the path; Convex checks again. Transcripts and
recordings are streamed and audited.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import closing
from typing import Final, cast

from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from lib.api.download_limits import MOST_DOWNLOADS, Download, LimitedDownloads, in_pieces
from lib.auth.backend_api import ApiUnavailableError
from lib.auth.members import Member
from lib.auth.slots import MemberSlots
from lib.data import Caller, DataError, Refused, audit, interactions, listening, user_sessions
from lib.data.records import NewExportDetails
from lib.formats.transcript_export import FORMATS, JSON, TooLongError, gathered
from lib.observability.request_id import request_id_bound
from lib.product import paths
from lib.work.recordings_zip import archive
from lib.work.services import services


def download(request: Request) -> Response:
    """Send a finished export to the member who started it, then delete it."""
    member = request.scope.get("state", {}).get("member")
    exports = services().exports
    export = (
        exports.find(request.path_params["id"], member.user_id)
        if isinstance(member, Member)
        else None
    )
    if export is None or export.state != "ready":
        return _gone()
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{export.file_name}"',
        "Content-Length": str(export.size),
    }
    if request.method == "HEAD":
        return Response(headers=headers, media_type=export.media_type)
    try:
        pieces = export.pieces()
    except FileNotFoundError:
        return _gone()
    return Download(
        pieces,
        headers=headers,
        media_type=export.media_type,
        background=BackgroundTask(exports.discard, export),
    )


def _gone() -> Response:
    return PlainTextResponse(
        "The file does not exist or has expired. Start the export again.", status_code=404
    )


TRANSCRIPTS: Final = {"json": JSON, **FORMATS}

_ID: Final = re.compile(r"[0-9a-z]{16,64}")
_FOREIGN: Final = "Open the session in Earshot and export it there."
_STATUS: Final = {"FORBIDDEN": 403, "NOT_FOUND": 404, "RATE_LIMITED": 429, "UNAUTHENTICATED": 401}


def transcript(request: Request) -> Response:
    """Send the transcript of the session `id` in the `format` asked for, as the member sees it."""
    caller = _caller(request)
    if _is_foreign(request):
        return _plain_response(403, _FOREIGN, caller)
    form = request.query_params.get("format", "json")
    kind = TRANSCRIPTS.get(form)
    session_id = _session_id(request)
    if kind is None or session_id is None:
        return _no_session(caller)
    try:
        session = user_sessions.get(caller, session_id)
        if session is None:
            return _no_session(caller)
        turns = gathered(interactions.every(caller, session_id))
        audit.record(
            caller,
            action="transcript.export",
            subject_type="userSession",
            subject_id=session_id,
            details=cast("NewExportDetails", {"format": form}),
        )
    except TooLongError as error:
        return _plain_response(413, f"The transcript is too long to export. {error}", caller)
    except (DataError, ApiUnavailableError, PermissionError) as error:
        return _failed(error, caller)
    name = f"transcript-{session_id}.{kind.extension}"
    content = kind.file(session, turns)
    headers = {**_as_file(name), "Content-Length": str(len(content))}
    return Download(in_pieces(content), media_type=kind.media_type, headers=headers)


def audio(request: Request) -> Response:
    """Send the recordings of the session `id` as a ZIP file."""
    caller = _caller(request)
    if _is_foreign(request):
        return _plain_response(403, _FOREIGN, caller)
    session_id = _session_id(request)
    if session_id is None:
        return _no_session(caller)
    try:
        recordings = listening.export_audio(caller, session_id)
    except (DataError, ApiUnavailableError, PermissionError) as error:
        return _failed(error, caller)
    if not recordings:
        return _plain_response(404, "This session has no recording that can be exported.", caller)

    def pieces() -> Generator[bytes, None, None]:
        # The stream starts in another thread, so it sets the request id itself.
        with closing(archive(services().storage, recordings)) as stream:
            while True:
                with request_id_bound(caller.request_id):
                    piece = next(stream, None)
                if piece is None:
                    return
                yield piece

    name = f"recordings-{session_id}.zip"
    return Download(pieces(), media_type="application/zip", headers=_as_file(name))


_LIMITED: Final = [Middleware(LimitedDownloads, slots=MemberSlots(MOST_DOWNLOADS))]
EXPORT_ROUTE: Final = Route(paths.DOWNLOAD, download, middleware=_LIMITED)
SESSION_ROUTES: Final = (
    Route(paths.TRANSCRIPT, transcript, methods=["GET"], middleware=_LIMITED),
    Route(paths.RECORDINGS, audio, methods=["GET"], middleware=_LIMITED),
)


def _is_foreign(request: Request) -> bool:
    """Return whether another site started the request; exports are audited, so that is refused."""
    return request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}


def _session_id(request: Request) -> str | None:
    given = request.query_params.get("id", "")
    return given if _ID.fullmatch(given) else None


def _caller(request: Request) -> Caller:
    """Return a caller with the token of the member whom the auth middleware admitted."""
    member: Member = request.state.member
    authenticator = services().authenticator
    return Caller(
        services().convex, lambda: authenticator.convex_token(member), request.state.request_id
    )


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


def _failed(error: Exception, caller: Caller) -> Response:
    if isinstance(error, Refused):
        return _plain_response(_STATUS.get(error.code, 400), error.message, caller)
    if isinstance(error, PermissionError):
        return _plain_response(401, "Your sign-in has expired. Sign in again.", caller)
    return _plain_response(
        503, "A service is not responding. Nothing was exported. Try again.", caller
    )


def _no_session(caller: Caller) -> Response:
    return _plain_response(404, "This session does not exist.", caller)


def _plain_response(status: int, sentence: str, caller: Caller) -> Response:
    return PlainTextResponse(f"{sentence}\nRequest id: {caller.request_id}", status)
