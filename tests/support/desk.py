"""The lead's side of the review workflow in browser tests: queues made for a test."""

from __future__ import annotations

import uuid
from typing import Any

from lib.data import Caller, Client, review_queues, reviews, rubrics, users
from lib.data.records import NewCriterion, NewQueueFilters
from local.identity.admin import create_users, session_token
from local.identity.users import NewUser
from local.stack import Stack
from tests.browser.pages.room import Ingest, turns
from tests.support.stack import RunningStack

CRITERIA = [
    NewCriterion(
        key="understood",
        label="Was the request understood?",
        description="From its first turns.",
        kind="score",
        level="session",
        required=True,
    ),
    NewCriterion(
        key="resolved",
        label="Was it resolved?",
        description="By the end of the session.",
        kind="boolean",
        level="session",
        required=True,
    ),
    NewCriterion(
        key="right",
        label="Is this turn right?",
        description="In fact and in tone.",
        kind="boolean",
        level="turn",
        required=False,
    ),
]


class Desk:
    """Queues made for a test, and what is stored of them.

    Args:
        stack: a running stack.
        ingest: stores the sessions.
    """

    def __init__(self, stack: RunningStack, ingest: Ingest) -> None:
        self._stack = stack
        self._client = Client(stack.info["convexUrl"], 30)
        self.caller = Caller(self._client, lambda: stack.token("worker"))
        self._ingest = ingest
        self._opened: list[str] = []
        self.rubric = rubrics.publish(self.caller, name=f"Calls {uuid.uuid4()}", criteria=CRITERIA)

    def close(self) -> None:
        """Close the queues, of which only so many may be open, and the connections."""
        for queue_id in self._opened:
            review_queues.update(self.caller, id=queue_id, state="closed")
        self._client.close()

    def queue(self, sessions: int, **more: Any) -> str:
        """Open a queue of new sessions of five turns; nothing else enters it."""
        return self.queue_of([self.session(f"Case {number}") for number in range(sessions)], **more)

    def queue_of(self, ids: list[str], **more: Any) -> str:
        """Open a queue of these sessions; nothing else enters it."""
        made = review_queues.create(
            self.caller,
            name=more.pop("name", f"Queue {uuid.uuid4()}"),
            rubric_id=self.rubric.id,
            filters=NewQueueFilters(label=uuid.uuid4().hex),
            **more,
        )
        self._opened.append(made.id)
        if ids:
            review_queues.add_sessions(self.caller, queue_id=made.id, session_ids=ids)
        return made.id

    def session(self, title: str, **more: Any) -> str:
        """Store a session of five turns; return its id."""
        said = [f"This is turn {index}." for index in range(5)]
        return self._ingest.session(turns(said), channel="chat", title=title, **more)

    def reviewer(self, name: str) -> Caller:
        """Return a caller who is another reviewer of this name."""
        clerk_id = f"user_{uuid.uuid4().hex}"
        stack = Stack.load(self._stack.home)
        first, _, last = name.partition(" ")
        metadata = {"role": "reviewer"}
        new = NewUser(user_id=clerk_id, first_name=first, last_name=last, public_metadata=metadata)
        create_users(stack, [new])
        token = session_token(stack, "reviewer", clerk_id, 3600)
        users.upsert(self.caller, clerk_id=clerk_id, kind="team", role="reviewer", name=name)
        return Caller(self._client, lambda: token)

    def done(self, queue_id: str) -> int:
        """Return the number of submitted reviews."""
        queue = review_queues.get(self.caller, queue_id)
        assert queue
        return queue.progress.done

    def found(self, queue_id: str) -> list[dict[str, object]]:
        """Return the answers of the submitted reviews."""
        page = reviews.page(self.caller, queue_id=queue_id, cursor=None, limit=50)
        return [dict(review.answers) for review in page.items]
