"""Recordings: begun here, uploaded to the bucket, completed here, played from the bucket."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from lib.api.access import Access, Admitted, Held
from lib.api.envelope import log_fields
from lib.api.errors import errors
from lib.api.fields import Answer, DocumentId, OutMoment, Sent
from lib.api.problems import CONFLICT, GONE, NOT_FOUND, VALIDATION, Problem
from lib.api.route import ApiRoute
from lib.data import FieldError
from lib.storage.decode import UnplayableError
from lib.storage.errors import ObjectMissingError
from lib.storage.formats import MAX_AUDIO_BYTES
from lib.work import playback, uploads
from lib.work.services import Services

router = APIRouter(tags=["audio"], route_class=ApiRoute)

ContentType = Literal[
    "audio/wav", "audio/mpeg", "audio/ogg", "audio/webm", "audio/mp4", "audio/flac"
]


class NewAudio(Sent):
    """A recording that will be uploaded."""

    content_type: ContentType
    bytes: Annotated[int, Field(ge=1, le=MAX_AUDIO_BYTES, strict=True)] = Field(
        description="Exact length."
    )
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")] = Field(
        description="SHA-256 of the bytes, hexadecimal."
    )


class Upload(Answer):
    """Where to send the bytes: one request with exactly this method and these headers."""

    audio_object_id: str
    upload_url: str = Field(description="A secret until it expires; do not log it.")
    method: str
    headers: dict[str, str]
    expires_at: OutMoment


class Audio(Answer):
    """A recording and its state."""

    audio_object_id: str = Field(validation_alias="id", serialization_alias="audioObjectId")
    session_id: str
    sequence: int | None
    content_type: str
    bytes: int
    sha256: str
    duration_ms: float | None
    status: str = Field(description="pending, stored, expired, deleted or missing.")
    analysis: str | None = Field(description="pending, ready or corrupt; null until stored.")
    created_at: OutMoment


class PlaybackUrl(Answer):
    """A short-lived URL that plays the recording; ask again before it expires."""

    url: str = Field(description="A secret until it expires; do not log it.")
    expires_at: OutMoment


@router.post(
    "/sessions/{id}/interactions/{sequence}/audio",
    status_code=201,
    summary="Begin the recording of a turn",
    responses=errors(404, 409, 410, body=True),
)
def begin_turn_audio(
    id: DocumentId,  # noqa: A002  # the name in the path
    sequence: Annotated[int, Field(ge=0, le=1_000_000)],
    new: NewAudio,
    access: Admitted,
    services: Held,
) -> Upload:
    """Announce the recording of a turn and get a URL for its upload.

    Repeating it for the same bytes, while they are not stored, gives the same recording and the
    whole time to upload again.
    """
    return _begin(access, services, id, sequence, new)


@router.post(
    "/sessions/{id}/audio",
    status_code=201,
    summary="Begin the recording of a session",
    responses=errors(404, 409, 410, body=True),
)
def begin_session_audio(
    id: DocumentId,  # noqa: A002
    new: NewAudio,
    access: Admitted,
    services: Held,
) -> Upload:
    """Announce one recording of the whole session and get a URL for its upload."""
    return _begin(access, services, id, None, new)


@router.post(
    "/audio/{audioObjectId}/complete",
    summary="Complete an upload",
    responses=errors(404, 409, 410),
)
def complete_audio(
    audioObjectId: DocumentId,  # noqa: N803  # the name in the path
    access: Admitted,
    services: Held,
    request: Request,
) -> Audio:
    """Check length and first bytes of what was uploaded, and mark it stored. May be repeated.

    An upload that came late is stored too, until the privacy window is over.
    """
    log_fields(request.scope, audioObjectId=audioObjectId)
    try:
        row = uploads.complete(
            access.caller, services.worker_caller, services.storage, audioObjectId
        )
    except LookupError as error:
        raise _no_audio() from error
    except uploads.EndedError as error:
        raise Problem(GONE, "The privacy window of the recording is over.") from error
    except ObjectMissingError as error:
        raise Problem(CONFLICT, "Nothing was uploaded yet.") from error
    except UnplayableError as error:
        raise Problem(
            VALIDATION,
            "The upload is not the announced recording.",
            [FieldError("upload", str(error))],
        ) from error
    return Audio.model_validate(row)


@router.get(
    "/audio/{audioObjectId}/url",
    summary="Get a playback URL",
    responses=errors(404, 409, 410),
)
def play_audio(
    audioObjectId: DocumentId,  # noqa: N803
    access: Admitted,
    services: Held,
    response: Response,
) -> PlaybackUrl:
    """Return a URL that plays a recording for a few minutes; who asked is on record."""
    try:
        issued = playback.issue_url(access.caller, services.storage, audioObjectId)
    except playback.NotPlayableError as error:
        raise _not_playable(error) from error
    response.headers["Cache-Control"] = "no-store"
    return PlaybackUrl(url=issued.url, expires_at=issued.expires_at)


def _begin(
    access: Access, services: Services, session_id: str, sequence: int | None, new: NewAudio
) -> Upload:
    begun = uploads.begin(
        access.caller,
        services.storage,
        session_id=session_id,
        sequence=sequence,
        content_type=new.content_type,
        size=new.bytes,
        sha256=new.sha256,
    )
    target = begun.target
    return Upload(
        audio_object_id=begun.audio.id,
        upload_url=target.url,
        method=target.method,
        headers=target.headers,
        expires_at=target.expires_at,
    )


def _no_audio() -> Problem:
    return Problem(NOT_FOUND, "There is no recording with this id.")


def _not_playable(error: playback.NotPlayableError) -> Problem:
    if error.state == "unknown":
        return _no_audio()
    if error.state in {"pending", "corrupt"}:
        return Problem(CONFLICT, f"The recording cannot be played: it is {error.state}.")
    return Problem(GONE, f"The recording cannot be played any more: it is {error.state}.")
