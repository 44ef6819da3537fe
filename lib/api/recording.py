"""What the API tells of a recording, with its turn or by itself."""

from __future__ import annotations

from pydantic import Field

from lib.api.models import ResponseModel


class Recording(ResponseModel):
    """A recording; ask `/audio/{audioObjectId}/url` for a way to play it."""

    audio_object_id: str = Field(validation_alias="id", serialization_alias="audioObjectId")
    content_type: str
    bytes: int
    duration_ms: float | None
    status: str = Field(description="pending, stored, expired, deleted or missing.")
    analysis: str | None = Field(description="pending, ready or corrupt; null until stored.")
    reason: str | None = Field(
        description="Why it is missing or corrupt, or what is wrong with it although it plays."
    )
    codec: str | None = Field(description="Codec name as reported by FFmpeg; null until analysed.")
