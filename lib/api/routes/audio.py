"""Recordings: start an upload to the bucket, complete it, get a playback URL."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, Field, WithJsonSchema, computed_field

from lib.api.access import Access, AccessDep, ServicesDep
from lib.api.middleware import log_fields
from lib.api.models import DocumentId, OutMoment, ResponseModel
from lib.api.problems import CONFLICT, GONE, NOT_FOUND, VALIDATION, Problem, errors
from lib.api.recording import Recording
from lib.api.route import ApiRoute
from lib.data import FieldError
from lib.data.fields import Sent
from lib.storage.decode import UnplayableError
from lib.storage.errors import ObjectMissingError
from lib.storage.formats import CONTENT_TYPE_PATTERN, MAX_AUDIO_BYTES, format_of_content_type
from lib.work import playback, uploads
from lib.work.services import Services

router = APIRouter(tags=["audio"], route_class=ApiRoute)

ContentType = Annotated[
    str,
    AfterValidator(lambda given: format_of_content_type(given).content_type),
    WithJsonSchema({"type": "string", "pattern": CONTENT_TYPE_PATTERN, "examples": ["audio/wav"]}),
]
"""Of any name that is in use, with or without parameters; stored by its first name."""


class NewAudio(Sent):
    """A recording that will be uploaded."""

    content_type: ContentType
    bytes: Annotated[int, Field(ge=1, le=MAX_AUDIO_BYTES, strict=True)] = Field(
        description="Exact length."
    )
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")] = Field(
        description="SHA-256 of the bytes, hexadecimal."
    )


class Upload(ResponseModel):
    """Upload request to send: exactly this method and these headers."""

    audio_object_id: str
    upload_url: str = Field(description="A secret until it expires; do not log it.")
    method: str
    headers: dict[str, str]
    expires_at: OutMoment


class Audio(Recording):
    """A recording and where it belongs."""

    session_id: str
    sequence: int | None
    sha256: str
    created_at: OutMoment

    @computed_field(  # type: ignore[prop-decorator]  # mypy knows no decorated properties
        description="Browsers play this codec; null until analysed."
    )
    @property
    def plays_in_browsers(self) -> bool | None:
        """Tell whether browsers play the codec."""
        return format_of_content_type(self.content_type).plays_in_browsers(self.codec)


class PlaybackUrl(ResponseModel):
    """A short-lived URL that serves the recording; ask again before it expires."""

    url: str = Field(description="A secret until it expires; do not log it.")
    expires_at: OutMoment
    codec: str | None = Field(description="Codec name as reported by FFmpeg; null until analysed.")
    plays_in_browsers: bool | None = Field(
        description="Browsers play this codec; null until analysed. Others have to be downloaded."
    )


@router.post(
    "/sessions/{id}/interactions/{sequence}/audio",
    status_code=201,
    summary="Start the upload of a turn's recording",
    responses=errors(404, 409, 410, body=True),
)
def begin_turn_audio(
    id: DocumentId,  # noqa: A002  # the name in the path
    sequence: Annotated[int, Field(ge=0, le=1_000_000)],
    new: NewAudio,
    access: AccessDep,
    services: ServicesDep,
) -> Upload:
    """Create a turn's recording and return a URL for its upload.

    Repeating the request before the upload is complete returns the same recording, with the whole
    time to upload again.
    """
    return _begin(access, services, id, sequence, new)


@router.post(
    "/sessions/{id}/audio",
    status_code=201,
    summary="Start the upload of a session's recording",
    responses=errors(404, 409, 410, body=True),
)
def begin_session_audio(
    id: DocumentId,  # noqa: A002
    new: NewAudio,
    access: AccessDep,
    services: ServicesDep,
) -> Upload:
    """Create a recording of the whole session and return a URL for its upload."""
    return _begin(access, services, id, None, new)


@router.post(
    "/audio/{audioObjectId}/complete",
    summary="Complete an upload",
    responses=errors(404, 409, 410),
)
def complete_audio(
    audioObjectId: DocumentId,  # noqa: N803  # the name in the path
    access: AccessDep,
    services: ServicesDep,
    request: Request,
) -> Audio:
    """Check length and first bytes of the upload and mark it stored. Can be repeated.

    A late upload is stored too, until the privacy window is over.
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
            "The upload does not match the announced recording.",
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
    access: AccessDep,
    services: ServicesDep,
    response: Response,
) -> PlaybackUrl:
    """Return a URL that plays a recording for a few minutes. The access is audited."""
    try:
        issued = playback.issue_url(access.caller, services.storage, audioObjectId)
    except playback.NotPlayableError as error:
        raise _not_playable(error) from error
    response.headers["Cache-Control"] = "no-store"
    return PlaybackUrl(
        url=issued.url,
        expires_at=issued.expires_at,
        codec=issued.audio.codec,
        plays_in_browsers=playback.plays_in_browsers(issued.audio),
    )


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
    return Problem(GONE, f"The recording can no longer be played: it is {error.state}.")
