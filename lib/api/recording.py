"""What the API tells of a recording, with its turn or by itself."""

from __future__ import annotations

from pydantic import Field, computed_field

from lib.api.models import ResponseModel
from lib.storage.formats import format_of_content_type


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
    codec: str | None = Field(description="FFmpeg's name of it; null until analysed.")

    @computed_field(  # type: ignore[prop-decorator]  # mypy knows no decorated properties
        description="Browsers play this codec; null until analysed."
    )
    @property
    def plays_in_browsers(self) -> bool | None:
        """Tell whether browsers play the codec."""
        return format_of_content_type(self.content_type).plays_in_browsers(self.codec)
