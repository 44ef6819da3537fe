"""The shapes of records in files: names as in the HTTP API, limits of `lib.data.fields`.

Unknown fields are refused; null means the same as leaving out.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, ValidationError

from lib.data.fields import (
    ClerkId,
    ReviewStatus,
    Score,
    Sequence,
    Speaker,
)
from lib.data.session_fields import Person, SessionChanges, SessionStart
from lib.data.turn_fields import TurnFields
from lib.formats.speakers import known_role

_NAME_CHARS: Final = 64
FileName = Annotated[str, Field(min_length=1, max_length=1024)]


def _role(value: object) -> object:
    return (known_role(value) or value) if isinstance(value, str) else value


class SentTurn(TurnFields):
    """A turn; `sequence` left out: its place among the turns. `audio` names a file."""

    sequence: Sequence | None = None
    speaker: Annotated[Speaker, BeforeValidator(_role)]
    audio: FileName | None = None


class SentSession(SessionStart, SessionChanges):
    """A session; either `userId` of a known user, or `user`."""

    user_id: ClerkId | None = None
    user: Person | None = None
    review_status: ReviewStatus | None = None
    score: Score | None = None
    audio: FileName | None = None

    def opening(self) -> dict[str, Any]:
        """Return what `userSessions:create` takes, except for the user."""
        return {name: getattr(self, name) for name in SessionStart.model_fields}

    def closing(self) -> dict[str, Any]:
        """Return what `userSessions:update` takes besides, once the turns are there."""
        names = SessionChanges.model_fields.keys() - SessionStart.model_fields.keys()
        found = {name: getattr(self, name) for name in names}
        return {**found, "status": self.status or "completed"}


def first_problem(error: ValidationError) -> tuple[str, str]:
    """Return path and reason of the first problem, without the value that has it."""
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = ".".join(_named(str(part)) for part in problem["loc"])
    return path, problem["msg"].removeprefix("Value error, ")


def _named(part: str) -> str:
    # No field of ours is so long; a name is never cut, since that could be through a character.
    return part if len(part) <= _NAME_CHARS else f"(a name of {len(part)} characters)"
