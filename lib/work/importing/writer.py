"""Conversations -> users, sessions, turns, recordings, and last the end of each session.

What is there already is never changed: a repeat finds the session by its external id, the turns by
their sequence, the recordings by their checksum, and adds what is missing. A session that has ended
was finished by an earlier run, or by somebody else (`imports:store`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, cast

from lib.data import Caller, FunctionFailed, Refused, imports
from lib.data.records import Imported, NewConversation, NewEnd, NewSession
from lib.formats.conversation import Conversation, Refusal, Turn
from lib.storage.client import Storage
from lib.work.importing.batches import parts
from lib.work.importing.outcome import Outcome
from lib.work.importing.recordings import RecordingWriter

SOURCE: Final = "import"

# Refusals by which Convex speaks of the data; others speak of the caller and end the run.
ABOUT_DATA: Final = frozenset({"NOT_FOUND", "GONE", "VALIDATION", "CONFLICT", "LIMIT_EXCEEDED"})

_FIELD: Final = re.compile(r"conversations\[0\]\.(?:session\.)?(.*)", re.DOTALL)

Job = tuple[Conversation, Path]
"""A conversation, and the folder where its recordings lie."""


class Writer:
    """Writes conversations; may be used by several threads.

    Args:
        worker: makes a caller with the role worker.
        storage: the bucket.
    """

    def __init__(self, worker: Callable[[], Caller], storage: Storage) -> None:
        self._worker = worker
        self._recordings = RecordingWriter(worker, storage)

    def write(self, jobs: Sequence[Job], key: str) -> list[Outcome]:
        """Bring conversations to their ends, wherever an earlier run left them.

        Args:
            jobs: what `batches` puts together.
            key: idempotency key of these; with the same one, what was done before is not done, but
                reported, again.

        Raises:
            DataError: Convex does not answer, or does not accept the caller; do it again later.
            StorageError: the bucket does not answer; do it again later.
        """
        try:
            outcomes = self._store(jobs, key)
        except (Refused, FunctionFailed) as error:
            if isinstance(error, Refused) and error.code not in ABOUT_DATA:
                raise
            if len(jobs) > 1:
                # One of them is to blame: the others go without it.
                each = [self.write([job], f"{key}-{number}") for number, job in enumerate(jobs)]
                return [outcome for (outcome,) in each]
            ((conversation, _),) = jobs
            outcomes = [Outcome.of(conversation.transcript)]
            outcomes[0].refuse_rest(_refusal_of(conversation, error))
        names = [conversation.session.external_id for conversation, _ in jobs]
        return [outcome.named(name) for outcome, name in zip(outcomes, names, strict=True)]

    def _store(self, jobs: Sequence[Job], key: str) -> list[Outcome]:
        if len(jobs) == 1:
            return [self._store_one(*jobs[0], key)]
        calls = [_sent(conversation, conversation.transcript.turns) for conversation, _ in jobs]
        answers = imports.store(self._worker(), calls, idempotency_key=key)
        outcomes = []
        for (conversation, _), answer in zip(jobs, answers, strict=True):
            outcome = Outcome.of(conversation.transcript)
            _note(outcome, conversation, conversation.transcript.turns, answer)
            outcomes.append(outcome)
        return outcomes

    def _store_one(self, conversation: Conversation, folder: Path, key: str) -> Outcome:
        """Store a conversation in as many calls as it takes, with its recordings before its end."""
        outcome = Outcome.of(conversation.transcript)
        recordings = conversation.transcript.recordings
        calls: list[Sequence[Turn]] = list(parts(conversation.transcript.turns))
        if recordings:
            calls.append(())
        session_id = ""
        for number, turns in enumerate(calls, 1):
            is_last = number == len(calls)
            if is_last:
                for recording in recordings:
                    self._recordings.write(session_id, recording, folder, outcome)
            sent = _sent(conversation, turns, is_last=is_last)
            (answer,) = imports.store(self._worker(), [sent], idempotency_key=f"{key}.{number}")
            _note(outcome, conversation, turns, answer)
            if answer.id is None:
                break
            session_id = answer.id
        return outcome


def _sent(
    conversation: Conversation, turns: Sequence[Turn], *, is_last: bool = True
) -> NewConversation:
    sent, person = conversation.session, conversation.person
    ids = {"phone": person.phone, "external_id": person.external_id}
    given = {"clerk_id": person.clerk_id, **ids, **person.profile}
    whose = {"user": given} if person.may_create else {"clerk_id": person.clerk_id}
    session = {**sent.opening(), **whose, "source": SOURCE}
    end = {**sent.closing(), "review_status": sent.review_status, "score": sent.score}
    return NewConversation(
        session=cast("NewSession", session),
        turns=[turn.content for turn in turns],
        end=cast("NewEnd", end) if is_last else None,
    )


def _note(
    outcome: Outcome, conversation: Conversation, turns: Sequence[Turn], answer: Imported
) -> None:
    """Write down what became of a conversation, or of a part of it."""
    if answer.refusal is not None:
        fields = tuple((item.field, item.message) for item in answer.refusal.fields)
        outcome.refuse_rest(_refusal(conversation.line, answer.refusal.message, fields))
        return
    if outcome.session == "refused":
        outcome.session = "created" if answer.created else "present"
    if answer.user_conflict:
        kinds = ", ".join(answer.user_conflict)
        reason = f"the person is another user by {kinds}; a stronger identity decided"
        outcome.notes.append(Refusal(conversation.line, reason, "user"))
    outcome.turns_stored += answer.accepted
    outcome.turns_present += answer.duplicates
    for item in answer.refused_turns:
        turn = turns[item.index]
        reason = f"turn {turn.content['sequence']}: {item.message}"
        outcome.refuse(Refusal(turn.line, reason, item.field))
        outcome.items.refuse_turns(1)


def _refusal(line: int, message: str, fields: Sequence[tuple[str, str]]) -> Refusal:
    details = "; ".join(message for _, message in fields[:3])
    reason = f"{message} ({details})" if details else message
    return Refusal(line, reason, fields[0][0] if fields else "")


def _refusal_of(conversation: Conversation, error: Refused | FunctionFailed) -> Refusal:
    """Return the refusal of a call that had this conversation only."""
    if isinstance(error, FunctionFailed):
        return Refusal(conversation.line, "Convex could not store it")
    fields = []
    for problem in error.fields:
        match = _FIELD.fullmatch(problem.field)
        fields.append((match[1] if match else problem.field, problem.message))
    return _refusal(conversation.line, error.message, fields)
