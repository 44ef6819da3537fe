"""JSON records -> conversations: lines of JSONL, and transcripts as the API exports them.

A line is a session with its turns, `{"externalId", "userId" | "user", "channel", "startedAt", ...,
"interactions": [...], "audio"?}`; or a session without turns that lines with
`"type": "interaction"` follow; or `{"session", "interactions"}`, an export.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from lib.formats.collector import Collector
from lib.formats.conversation import (
    Conversation,
    Person,
    Transcript,
    UnreadableError,
)
from lib.formats.shapes import SentSession, first_problem

# What an export holds besides: counted, made or decided by Earshot, not by who sends.
_DERIVED_OF_SESSION: Final = {
    "id",
    "userId",
    "durationMs",
    "interactionCount",
    "audioCount",
    "tokensIn",
    "tokensOut",
    "cost",
    "worstTtftMs",
    "worstLatencyMs",
    "legalHold",
    "createdAt",
}
_DERIVED_OF_TURN: Final = {"createdAt", "audio"}


@dataclass(slots=True)
class Draft:
    """A session whose turns may still come.

    Attributes:
        line: where it stands.
        sent: its fields.
        turns: what was gathered so far.
        transcript_file: name of the file with its turns, if it names one.
    """

    line: int
    sent: SentSession
    turns: Collector
    transcript_file: str | None = None

    def conversation(self) -> Conversation:
        """Return it as it is now."""
        return Conversation(self.line, _person(self.sent), self.sent, self.turns.transcript())


def is_export(value: object) -> bool:
    """Say whether a JSON value looks like a transcript of the API."""
    return isinstance(value, Mapping) and "session" in value and "interactions" in value


def read_session(value: object, line: int) -> Draft:
    """Return the session of a JSON value.

    Raises:
        UnreadableError: its own fields are not acceptable, or it is too long.
    """
    if is_export(value):
        return _read_export(value, line)
    if not isinstance(value, Mapping):
        raise UnreadableError(line, "not an object")
    fields = {name: item for name, item in value.items() if name != "type"}
    interactions = fields.pop("interactions", None)
    transcript = fields.pop("transcript", None)
    draft = Draft(line, _validated(fields, line), Collector())
    if transcript is not None:
        if not isinstance(transcript, str) or interactions is not None:
            raise UnreadableError(
                line, "the name of a file, and then no interactions", "transcript"
            )
        draft.transcript_file = transcript
    _add_all(draft.turns, line, interactions, set())
    if draft.sent.audio is not None:
        draft.turns.record(line, draft.sent.audio)
    return draft


def _read_export(value: Any, line: int) -> Draft:
    session = value["session"]
    if not isinstance(session, Mapping) or set(value) != {"session", "interactions"}:
        raise UnreadableError(line, "not a transcript of the API", "session")
    fields = {name: item for name, item in session.items() if name not in _DERIVED_OF_SESSION}
    if isinstance(fields.get("user"), Mapping):
        fields["user"] = {k: v for k, v in fields["user"].items() if k != "anonymous"}
    draft = Draft(line, _validated(fields, line, "session."), Collector())
    _add_all(draft.turns, line, value["interactions"], _DERIVED_OF_TURN)
    if session.get("legalHold"):
        draft.turns.found()
        draft.turns.refuse(line, "a legal hold is not imported: set it again", "session.legalHold")
    return draft


def _validated(fields: Mapping[str, Any], line: int, path: str = "") -> SentSession:
    try:
        sent = SentSession.model_validate(fields)
    except ValidationError as error:
        field, reason = first_problem(error)
        raise UnreadableError(line, reason, path + field) from None
    if (sent.user is None) == (sent.user_id is None):
        raise UnreadableError(line, "either userId or user is needed", f"{path}userId")
    if sent.ended_at is not None and sent.ended_at < sent.started_at:
        raise UnreadableError(line, "must not be before startedAt", f"{path}endedAt")
    return sent


def read_interactions(value: Mapping[str, Any], line: int = 1) -> Transcript:
    """Return the turns of `{"interactions": [...]}`, which is what the API is sent.

    Raises:
        UnreadableError: it is no list, or too long.
    """
    turns = Collector()
    _add_all(turns, line, value["interactions"], set())
    return turns.transcript()


def _add_all(turns: Collector, line: int, interactions: object, left_out: set[str]) -> None:
    if interactions is None:
        return
    if not isinstance(interactions, list):
        raise UnreadableError(line, "must be a list", "interactions")
    for index, item in enumerate(interactions):
        kept = item
        if left_out and isinstance(item, Mapping):
            kept = {name: field for name, field in item.items() if name not in left_out}
        turns.found()
        turns.add(line, kept, f"interactions.{index}")


def _person(sent: SentSession) -> Person:
    if sent.user is None:
        return Person(sent.user_id or "")
    known = {"clerk_id", "phone", "external_id"}
    profile = sent.user.model_dump(exclude_none=True, exclude=known)
    ids = sent.user.model_dump(include=known)
    return Person(**ids, profile=profile, may_create=True)
