"""One conversation -> user, session, turns, recordings, and last the session's end.

What is there already is never changed: a repeat finds the session by its external id, the turns by
their sequence, the recordings by their checksum, and adds what is missing. A session whose status
is no longer `active` was finished by an earlier run, or by somebody else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import asdict

from lib.data import Caller, Refused, interactions, user_sessions, users
from lib.data.records import Interaction, NewInteraction, UserSession
from lib.formats.conversation import Conversation, Refusal, Turn
from lib.formats.shapes import SentSession
from lib.storage.client import Storage
from lib.work.importing.outcome import Outcome
from lib.work.importing.recordings import RecordingWriter

BATCH_TURNS: Final = 500
BATCH_BYTES: Final = 4 * 1024 * 1024
SOURCE: Final = "import"

# Refusals by which Convex speaks of the data; others speak of the caller and end the run.
ABOUT_DATA: Final = frozenset({"NOT_FOUND", "GONE", "VALIDATION", "CONFLICT", "LIMIT_EXCEEDED"})

_ITEM: Final = re.compile(r"interactions\[([0-9]{1,3})\]")
_SAME_START: Final = timedelta(milliseconds=1)  # exports have milliseconds


class Writer:
    """Writes conversations; may be used by several threads.

    Args:
        worker: makes a caller with the role worker.
        storage: the bucket.
    """

    def __init__(self, worker: Callable[[], Caller], storage: Storage) -> None:
        self._worker = worker
        self._recordings = RecordingWriter(worker, storage)

    def write(self, conversation: Conversation, folder: Path) -> Outcome:
        """Bring a conversation to its end, wherever an earlier run left it.

        Args:
            conversation: from a parser.
            folder: where its recordings lie.

        Raises:
            DataError: Convex does not answer, or does not accept the caller; do it again later.
            StorageError: the bucket does not answer; do it again later.
        """
        outcome = Outcome.of(conversation.transcript)
        try:
            self._write(conversation, folder, outcome)
        except Refused as error:
            if error.code not in ABOUT_DATA:
                raise
            path = error.fields[0].field if error.fields else ""
            outcome.refuse_rest(Refusal(conversation.line, _sentence(error), path))
        return outcome.named(conversation.session.external_id)

    def _write(self, conversation: Conversation, folder: Path, outcome: Outcome) -> None:
        session_id, earlier = self._session(conversation)
        outcome.session = "present" if earlier else "created"
        turns = conversation.transcript.turns
        if earlier:
            turns = self._missing(earlier, turns, outcome)
        for batch in _batches(turns):
            self._append(session_id, batch, outcome)
        for recording in conversation.transcript.recordings:
            self._recordings.write(session_id, recording, folder, outcome)
        # A session that is open, and not ours, is still going on.
        if not earlier or (earlier.status, earlier.source) == ("active", SOURCE):
            self._finish(session_id, earlier, conversation.session)

    def _session(self, conversation: Conversation) -> tuple[str, UserSession | None]:
        """Return the session's id, and what was there of it before."""
        sent = conversation.session
        known = user_sessions.by_external_id(self._worker(), sent.external_id)
        if known is None:
            return self._create(conversation), None
        is_same = (
            known.user.clerk_id == conversation.person.clerk_id
            and known.channel == sent.channel
            and abs(known.started_at - sent.started_at) < _SAME_START
        )
        if not is_same:
            message = "The external id belongs to a session of another user, channel or start."
            raise Refused("CONFLICT", message)
        return known.id, known

    def _create(self, conversation: Conversation) -> str:
        sent, person, caller = conversation.session, conversation.person, self._worker()
        if person.may_create and users.get(caller, person.clerk_id) is None:
            profile = person.profile
            users.upsert(
                caller,
                clerk_id=person.clerk_id,
                kind="product",
                source=SOURCE,
                email=profile.get("email"),
                name=profile.get("name"),
                image_url=profile.get("image_url"),
                last_seen_at=sent.started_at,
                created_at=sent.started_at,
            )
        made = user_sessions.create(
            caller, clerk_id=person.clerk_id, source=SOURCE, **sent.opening()
        )
        return made.id

    def _missing(
        self, session: UserSession, turns: Sequence[Turn], outcome: Outcome
    ) -> tuple[Turn, ...]:
        """Return the turns that are not stored yet; refuse those that are there otherwise."""
        if session.interaction_count == 0:
            return tuple(turns)
        wanted = {turn.content["sequence"]: turn for turn in turns}
        for stored in interactions.every(self._worker(), session.id):
            turn = wanted.pop(stored.sequence, None)
            if turn is None:
                continue
            if _is_same(stored, turn):
                outcome.turns_present += 1
            else:
                reason = f"turn {stored.sequence} is stored with other content"
                outcome.refuse(Refusal(turn.line, reason))
                outcome.items.refuse_turns(1)
        return tuple(wanted.values())

    def _append(self, session_id: str, batch: list[Turn], outcome: Outcome) -> None:
        """Store a batch; turns that Convex names are refused, the others are stored."""
        rest = batch
        while rest:
            try:
                done = interactions.append(
                    self._worker(), session_id, [turn.content for turn in rest]
                )
            except Refused as error:
                if error.code not in {"VALIDATION", "CONFLICT"}:
                    raise
                bad = _named(error) or set(range(len(rest)))
                for index in sorted(bad & set(range(len(rest)))):
                    outcome.refuse(Refusal(rest[index].line, _sentence(error)))
                    outcome.items.refuse_turns(1)
                rest = [turn for index, turn in enumerate(rest) if index not in bad]
            else:
                outcome.turns_stored += done.accepted
                outcome.turns_present += done.duplicates
                return

    def _finish(self, session_id: str, earlier: UserSession | None, sent: SentSession) -> None:
        """Close the session; what it has already, an earlier run or somebody else decided."""
        is_unreviewed = earlier is None or earlier.review_status == "unreviewed"
        if sent.review_status not in {None, "unreviewed"} and is_unreviewed:
            user_sessions.set_review(
                self._worker(), id=session_id, review_status=sent.review_status, score=sent.score
            )
        closing = sent.closing()
        if earlier is not None and earlier.labels:
            del closing["labels"]
        user_sessions.update(self._worker(), id=session_id, **closing)


def _batches(turns: Sequence[Turn]) -> Iterator[list[Turn]]:
    batch: list[Turn] = []
    size = 0
    for turn in turns:
        # More than Convex counts: names and numbers in its form, the text with JSON's escapes.
        more = len(json.dumps(turn.content)) + 16 * len(turn.content)
        if batch and (len(batch) == BATCH_TURNS or size + more > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(turn)
        size += more
    if batch:
        yield batch


def _is_same(stored: Interaction, turn: Turn) -> bool:
    """Compare as Convex does: every field that a writer may give, but a timing not kept then."""
    return all(
        _as_sent(getattr(stored, name)) == turn.content.get(name)
        for name in NewInteraction.__annotations__
        if name != "timing" or stored.timing is not None
    )


def _as_sent(value: object) -> object:
    """Return a stored value as a writer gives it."""
    if not isinstance(value, Struct):
        return value
    return {name: item for name, item in asdict(value).items() if item is not None}


def _named(error: Refused) -> set[int]:
    found = (_ITEM.match(problem.field) for problem in error.fields)
    return {int(match[1]) for match in found if match}


def _sentence(error: Refused) -> str:
    details = "; ".join(problem.message for problem in error.fields[:3])
    return f"{error.message} ({details})" if details else error.message
