"""What a writer may say of a session, once for the HTTP API and the importer.

Names and limits are those of `userSessions:create` and `userSessions:update`, so that what is
accepted here is passed on as it is.
"""

from __future__ import annotations

from pydantic import Field

from lib.data.fields import (
    Channel,
    ClerkId,
    Duration,
    Email,
    Facet,
    Identifier,
    ImageUrl,
    Labels,
    Language,
    Metadata,
    Moment,
    Name,
    Phone,
    Sent,
    SessionStatus,
    Title,
)


class Person(Sent):
    """A person as the writer knows them: created if they are not there, anonymous without an id."""

    clerk_id: ClerkId | None = None
    phone: Phone = None
    external_id: Identifier | None = Field(default=None, description="The writer's own id.")
    name: Name | None = None
    email: Email | None = None
    image_url: ImageUrl | None = None


class SessionFacets(Sent):
    """What lists of sessions filter by, besides what every session has."""

    agent_id: Facet | None = Field(default=None, examples=["support-line"])
    agent_version: Facet | None = Field(default=None, examples=["2026-03-01"])
    environment: Facet | None = Field(default=None, examples=["production"])
    direction: Facet | None = Field(
        default=None, description="Who began, such as `inbound` or `outbound`."
    )
    language: Language | None = None
    end_reason: Facet | None = Field(
        default=None,
        description="Why it ended, in the platform's words.",
        examples=["customer-ended-call"],
    )


class SessionStart(SessionFacets):
    """What a session is created with, besides its user."""

    external_id: Identifier = Field(
        description="The product's own id; creating the same twice gives the same session."
    )
    channel: Channel
    title: Title | None = None
    started_at: Moment
    provider: Identifier | None = Field(default=None, examples=["openai"])
    model_id: Identifier | None = Field(default=None, examples=["gpt-4o-realtime"])
    metadata: Metadata | None = None


class SessionChanges(SessionFacets):
    """Changes; fields left out keep their values."""

    status: SessionStatus | None = None
    ended_at: Moment | None = None
    assessment_ms: Duration | None = None
    assessed_at: Moment | None = None
    title: Title | None = None
    labels: Labels | None = None
    metadata: Metadata | None = None
