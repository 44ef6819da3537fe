"""The whole transcript of a session in one response."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response

from lib.api.access import AccessDep
from lib.api.models import DocumentId, ResponseModel
from lib.api.problems import LIMIT_EXCEEDED, Problem, Responses, errors
from lib.api.route import ApiRoute
from lib.api.routes.interactions import Turn
from lib.api.routes.sessions import Session, no_session
from lib.data import audit, interactions, user_sessions
from lib.formats.transcript_export import FORMATS, JSON, TooLongError, gathered

router = APIRouter(prefix="/sessions/{id}/transcript", tags=["sessions"], route_class=ApiRoute)

Format = Literal["json", "text", "markdown", "vtt", "srt", "csv"]


class Transcript(ResponseModel):
    """A session and all its turns by sequence."""

    session: Session
    interactions: list[Turn]


_DOCUMENTED: Final[Responses] = {
    200: {
        "model": Transcript,
        "description": "The transcript in the format asked for.",
        "content": {kind.media_type: {"schema": {"type": "string"}} for kind in FORMATS.values()},
    }
}


@router.get(
    "",
    summary="Read a transcript",
    response_model=None,
    responses=errors(404, 413, also=_DOCUMENTED),
)
def read_transcript(
    id: DocumentId,  # noqa: A002  # the name in the path
    access: AccessDep,
    format: Annotated[Format, Query(description="File format.")] = "json",  # noqa: A002
) -> Response:
    """Return the whole transcript, up to 20,000 turns or 32 million characters.

    Text, Markdown, WebVTT and SubRip are in order of time, JSON and CSV by sequence.
    Longer ones can be listed in pages. All access is audited, including that of machines.
    """
    session = user_sessions.get(access.caller, id)
    if session is None:
        raise no_session()
    try:
        turns = gathered(interactions.every(access.caller, id))
    except TooLongError as error:
        raise Problem(LIMIT_EXCEEDED, f"The transcript is too long. {error}") from error
    # If the audit event cannot be written, no transcript is sent.
    audit.record(
        access.caller,
        action="transcript.export",
        subject_type="userSession",
        subject_id=id,
        details={"format": format},
    )
    if format == "json":
        return Response(JSON.file(session, turns), media_type=JSON.media_type)
    kind = FORMATS[format]
    name = f'attachment; filename="transcript-{id}.{kind.extension}"'
    return Response(
        kind.file(session, turns),
        media_type=kind.media_type,
        headers={"Content-Disposition": name},
    )
