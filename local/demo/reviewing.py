"""Reviews of the demo data, made as people make them: claimed, drafted, submitted, decided.

Everything may be repeated: what is there already is found again by its name, and counted.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Literal

from lib.data import Caller, review_claims, review_queues, reviews, rubrics, users
from lib.data.records import (
    Claim,
    NewCorrection,
    NewCriterion,
    NewQueueFilters,
    NewReviewComment,
    NewSampling,
    NewTurnAnswers,
    ReviewQueue,
    ReviewQueuesCreateArgs,
    ReviewsAmendArgs,
)
from lib.product.objectives import FULL_TURN
from local.demo.history import SOURCE
from local.demo.progress import Advance

MemberOf = Callable[[Literal["reviewer", "admin"], str], Caller]
"""Makes the caller of a team member of a role, by Clerk id."""

PEOPLE = {"user_demo_noor": "Noor Haddad", "user_demo_milo": "Milo Brandt"}
LEAD = "user_demo_ines"
NAMES = {**PEOPLE, LEAD: "Ines Castro"}
DONE = {"user_demo_noor": 12, "user_demo_milo": 9}
"""Reviews in the calibration queue; the one who is ahead also has a draft."""
COACHED = 4
PIECES = sum(DONE.values()) + COACHED
RUBRIC = "Conversation quality"
OUTCOMES = ("goal reached", "partly", "given up")
HABITS = ("interrupts", "reads from a script", "asks back", "sums up")

TONE = NewCriterion(
    key="tone",
    label="Tone",
    kind="score",
    level="session",
    required=True,
    tolerance=1,
    description="5: warm and clear throughout. 3: correct. 1: the caller would hang up.",
)
OUTCOME = NewCriterion(
    key="outcome",
    label="Outcome",
    kind="choice",
    level="session",
    required=True,
    options=OUTCOMES,
    description="Did the caller get what they came for?",
)
STRUCTURE = NewCriterion(
    key="structure",
    label="Structure",
    kind="score",
    level="session",
    required=True,
    tolerance=1,
    description="5: one thing after the other, summed up. 1: no thread.",
)
LISTENS = NewCriterion(
    key="habits",
    label="Habits",
    kind="labels",
    level="session",
    required=False,
    options=HABITS,
    description="What stood out, for the next coaching talk.",
)
FAIR = NewCriterion(
    key="fair",
    label="Fair answer",
    kind="boolean",
    level="turn",
    required=True,
    description="Was the assistant's answer to this turn true and to the point?",
)
VERSIONS = ((TONE, OUTCOME), (TONE, STRUCTURE, OUTCOME, LISTENS, FAIR))


def write_reviews(worker: Caller, member_of: MemberOf, advance: Advance) -> None:
    """Publish a rubric, open queues and review some sessions.

    Args:
        worker: a caller with the role worker.
        member_of: makes callers of the reviewers and their lead.
        advance: called once per review, `PIECES` times at most.
    """
    for clerk_id, name in NAMES.items():
        users.upsert(
            worker,
            clerk_id=clerk_id,
            kind="team",
            name=name,
            source=SOURCE,
            role="admin" if clerk_id == LEAD else "reviewer",
            email=f"{name.split()[0].lower()}@earshot.example",
        )
    rubric_id = _rubric(worker)
    calibration = _queue(
        worker,
        name="Weekly calibration",
        rubric_id=rubric_id,
        target=2,
        seed="demo",
        description="One session of each user, read by two of us.",
        sampling=NewSampling(kind="perUser", quota=1, period="total"),
    )
    coaching = _queue(
        worker,
        name="Needs coaching",
        rubric_id=rubric_id,
        order="newest",
        seed="demo",
        description="Whatever the assessment marked for a talk.",
        filters=NewQueueFilters(label="needs coaching"),
    )
    _queue(
        worker,
        name="Slow answers",
        rubric_id=rubric_id,
        order="slowest",
        seed="demo",
        description=f"Turns over {FULL_TURN.limit_ms / 1000:g} seconds: do they hurt?",
        filters=NewQueueFilters(slow=True),
    )
    for clerk_id, count in DONE.items():
        _work(member_of("reviewer", clerk_id), clerk_id, calibration, count, advance)
    first = next(iter(DONE))
    _work(member_of("reviewer", first), first, coaching, COACHED, advance)
    _draft(member_of("reviewer", first), first, calibration)
    _decide(member_of("admin", LEAD), calibration)


def _rubric(worker: Caller) -> str:
    """Publish the versions that are missing; return the newest one's id."""
    known = rubrics.page(worker, name=RUBRIC, cursor=None, limit=len(VERSIONS)).items
    newest = known[0].id if known else ""
    for criteria in VERSIONS[len(known) :]:
        newest = rubrics.publish(
            worker,
            name=RUBRIC,
            criteria=criteria,
            description="How a conversation went, for the team that builds the assistant.",
        ).id
    return newest


def _queue(worker: Caller, **wanted: object) -> ReviewQueue:
    """Open a queue unless it is there, and fill it."""
    args = ReviewQueuesCreateArgs(**wanted)  # type: ignore[typeddict-item]
    found = [queue for queue in review_queues.every(worker) if queue.name == args["name"]]
    queue = found[0] if found else review_queues.create(worker, **args)
    for _ in review_queues.fill(worker, queue.id):
        pass
    return queue


def _work(caller: Caller, clerk_id: str, queue: ReviewQueue, count: int, advance: Advance) -> None:
    """Review sessions until there are `count` reviews of this person, or no more sessions."""
    progress = review_queues.reviewers(caller, queue.id)
    done = sum(person.done for person in progress if person.reviewer_id == clerk_id)
    for _ in range(done, count):
        claim = review_claims.take_next(caller, queue.id)
        if claim is None:
            return
        reviews.submit(caller, **_written(claim, clerk_id))
        advance()


def _draft(caller: Caller, clerk_id: str, queue: ReviewQueue) -> None:
    claim = review_claims.take_next(caller, queue.id)
    if claim is not None:
        review_claims.save_draft(caller, **_written(claim, clerk_id))


def _decide(lead: Caller, queue: ReviewQueue) -> None:
    """Decide about the first session on which the reviewers differ, if none is decided yet."""
    decided = review_queues.items(
        lead, queue_id=queue.id, dispute="settled", cursor=None, limit=1
    ).items
    open_ones = review_queues.items(
        lead, queue_id=queue.id, dispute="open", cursor=None, limit=1
    ).items
    if not decided and open_ones:
        item = open_ones[0]
        reviews.adjudicate(lead, **_answers(item.id, item.session.external_id, LEAD, 0))


def _written(claim: Claim, clerk_id: str) -> ReviewsAmendArgs:
    last = claim.session.interaction_count - 1
    return _answers(claim.item_id, claim.session.external_id, clerk_id, last)


def _answers(item_id: str, session: str, clerk_id: str, last: int) -> ReviewsAmendArgs:
    """Write what this person thinks of the session; always the same, mostly what others think."""
    shared, own = random.Random(session), random.Random(f"{session} {clerk_id}")  # noqa: S311
    tone = min(5, max(1, shared.choice((2, 3, 3, 4, 4, 5)) + own.choice((-1, 0, 0, 0, 1))))
    outcome = OUTCOMES[0 if tone > 3 else shared.choice((1, 2))]  # noqa: PLR2004  # a good one
    if own.random() < 0.15:  # noqa: PLR2004  # now and then somebody sees it differently
        outcome = own.choice(OUTCOMES)
    turn = own.randint(0, max(last, 0))
    return ReviewsAmendArgs(
        item_id=item_id,
        answers={
            "tone": tone,
            "structure": min(5, max(1, tone + own.choice((-1, 0, 1)))),
            "outcome": outcome,
            "habits": sorted(own.sample(HABITS, own.randint(0, 2))),
        },
        turns=[NewTurnAnswers(sequence=turn, answers={"fair": own.random() < 0.8})],  # noqa: PLR2004
        comments=[NewReviewComment(sequence=turn, text=own.choice(REMARKS))],
        corrections=(
            [NewCorrection(sequence=turn, text="(cut off here, said again in the next turn)")]
            if own.random() < 0.1  # noqa: PLR2004  # transcripts are mostly right
            else []
        ),
    )


REMARKS = (
    "Good question, and time to think left.",
    "The offer comes too early here.",
    "A pause would have said more.",
    "This is where the caller found the thread again.",
    "Answers a question that nobody asked.",
)
