"""What a reviewer works on: one session per queue, while the lease lasts."""

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


def take_next(caller: Caller, queue_id: str, *, idempotency_key: str | None = None) -> Claim | None:
    """Claim the caller's next session of a queue; repeated, it is the same one."""
    args = ReviewClaimsNextArgs(queue_id=queue_id)
    return caller.mutation(REVIEW_CLAIMS_NEXT, args, idempotency_key)


def take(caller: Caller, item_id: str, *, idempotency_key: str | None = None) -> Claim:
    """Claim this session; another claim in the same queue is given up, its draft stays."""
    args = ReviewClaimsTakeArgs(item_id=item_id)
    return caller.mutation(REVIEW_CLAIMS_TAKE, args, idempotency_key)


def current(caller: Caller, queue_id: str) -> Claim | None:
    """Return what the caller holds in a queue."""
    return caller.query(REVIEW_CLAIMS_CURRENT, ReviewClaimsCurrentArgs(queue_id=queue_id))


def renew(caller: Caller, item_id: str) -> ClaimRenewal:
    """Prolong a claim; it may be lost, then another one has to be taken."""
    return caller.mutation(REVIEW_CLAIMS_RENEW, ReviewClaimsRenewArgs(item_id=item_id))


def release(caller: Caller, item_id: str, *, skip: bool = False) -> ClaimRelease:
    """Give a place back; with `skip` the session goes to the end of its priority."""
    args = ReviewClaimsReleaseArgs(item_id=item_id, skip=skip)
    return caller.mutation(REVIEW_CLAIMS_RELEASE, args)


def save_draft(caller: Caller, **draft: Unpack[ReviewClaimsSaveDraftArgs]) -> ClaimRenewal:
    """Keep what was written so far and prolong the claim."""
    return caller.mutation(REVIEW_CLAIMS_SAVE_DRAFT, draft)
