"""What a writer may say of a session, once for the HTTP API and the importer.

Names and limits are those of `userSessions:create` and `userSessions:update`, so that what is
accepted here is passed on as it is.
"""

from __future__ import annotations

from pydantic import Field

from lib.data.fields import (
    Channel,
    Duration,
    Identifier,
    Labels,
    Language,
    Metadata,
    Moment,
    Sent,
    SessionStatus,
    Title,
)


class SessionStart(Sent):
    """What a session is created with, besides its user."""

    external_id: Identifier = Field(
        description="The product's own id; creating the same twice gives the same session."
    )
    channel: Channel
    title: Title | None = None
    started_at: Moment
    provider: Identifier | None = Field(default=None, examples=["openai"])
    model_id: Identifier | None = Field(default=None, examples=["gpt-4o-realtime"])
    language: Language | None = None
    metadata: Metadata | None = None


class SessionChanges(Sent):
    """Changes; fields left out keep their values."""

    status: SessionStatus | None = None
    ended_at: Moment | None = None
    assessment_ms: Duration | None = None
    assessed_at: Moment | None = None
    title: Title | None = None
    language: Language | None = None
    labels: Labels | None = None
    metadata: Metadata | None = None
