"""What a reviewer works on: one session per queue, while the lease lasts.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from typing import Unpack

from lib.data.client import Caller
from lib.data.records import (
    REVIEW_CLAIMS_CURRENT,
    REVIEW_CLAIMS_NEXT,
    REVIEW_CLAIMS_RELEASE,
    REVIEW_CLAIMS_RENEW,
    REVIEW_CLAIMS_SAVE_DRAFT,
    REVIEW_CLAIMS_TAKE,
    Claim,
    ClaimRelease,
    ClaimRenewal,
    ReviewClaimsCurrentArgs,
    ReviewClaimsNextArgs,
    ReviewClaimsReleaseArgs,
    ReviewClaimsRenewArgs,
    ReviewClaimsSaveDraftArgs,
    ReviewClaimsTakeArgs,
)


def current(caller: Caller, queue_id: str) -> Claim | None:
    """Return what the caller holds in a queue, its lease over or not; or None."""
    return caller.query(REVIEW_CLAIMS_CURRENT, ReviewClaimsCurrentArgs(queue_id=queue_id))


def release(
    caller: Caller, item_id: str, *, skip: bool | None = None, idempotency_key: str | None = None
) -> ClaimRelease:
    """Give the place back; the draft stays.

    With `skip`, the session moves to the end of its priority, so that `next` brings another one
    first.
    """
    return caller.mutation(
        REVIEW_CLAIMS_RELEASE, ReviewClaimsReleaseArgs(item_id=item_id, skip=skip), idempotency_key
    )


def renew(caller: Caller, item_id: str, *, idempotency_key: str | None = None) -> ClaimRenewal:
    """Prolong the claim; `held` is false if it ended and the place went back to the queue."""
    return caller.mutation(
        REVIEW_CLAIMS_RENEW, ReviewClaimsRenewArgs(item_id=item_id), idempotency_key
    )


def save_draft(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **arguments: Unpack[ReviewClaimsSaveDraftArgs],
) -> ClaimRenewal:
    """Keep what was written so far, and prolong the claim.

    The draft is kept even if the claim ended meanwhile, unless the review was submitted.

    Raises:
        Refused: VALIDATION naming the answer that the rubric does not allow; CONFLICT once
            submitted.
    """
    return caller.mutation(REVIEW_CLAIMS_SAVE_DRAFT, arguments, idempotency_key)


def take(caller: Caller, item_id: str, *, idempotency_key: str | None = None) -> Claim:
    """Claim this session of a queue.

    Another claim in the same queue is given up, its draft stays.

    Raises:
        Refused: CONFLICT if all places are taken, the caller's review is submitted, or the queue is
            closed.
    """
    return caller.mutation(
        REVIEW_CLAIMS_TAKE, ReviewClaimsTakeArgs(item_id=item_id), idempotency_key
    )


def take_next(caller: Caller, queue_id: str, *, idempotency_key: str | None = None) -> Claim | None:
    """Claim the caller's next session of a queue; repeated, it is the same one.

    It is what they hold already, else what is assigned to them, else the first one by priority and
    order. None if there is none, or the queue is closed.
    """
    return caller.mutation(
        REVIEW_CLAIMS_NEXT, ReviewClaimsNextArgs(queue_id=queue_id), idempotency_key
    )
