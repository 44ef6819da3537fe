"""The state machine decides as Clerk's own package does, except where it is stricter on purpose."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.auth.generator import cases
from tests.auth.official import Case, Outcome, official_outcomes
from tests.auth.ours import our_outcome

SEED = int(os.environ.get("EARSHOT_AUTH_SEED", "20261123"))
COUNT = int(os.environ.get("EARSHOT_AUTH_CASES", "2500"))
_HANDSHAKE_NAMES = ("__clerk_handshake", "__clerk_handshake_nonce", "__clerk_help")


def test_generated_requests_are_decided_as_clerk_does() -> None:
    generated = list(cases(SEED, COUNT))
    different = []
    statuses: dict[str, int] = {}
    for number, (case, theirs) in enumerate(
        zip(generated, official_outcomes(generated), strict=True)
    ):
        ours = our_outcome(case)
        statuses[ours.status] = statuses.get(ours.status, 0) + 1
        if not _agree(case, ours, theirs):
            different.append(f"seed {SEED} case {number}\n{case}\nours   {ours}\ntheirs {theirs}")
    assert not different, f"{len(different)} of {COUNT} differ\n" + "\n".join(different[:3])
    assert min(statuses.get(status, 0) for status in ("signed-in", "signed-out", "handshake")) > 200


def _agree(case: Case, ours: Outcome, theirs: Outcome | str) -> bool:
    """Compare, the listed deviations taken into account."""
    if isinstance(theirs, str):
        # A handshake that is not genuine raises in development; we go on with the cookies.
        return "Handshake token verification failed" in theirs or "invalid signature" in theirs
    if ours == theirs:
        return True
    # A refused handshake does not travel on in the URL.
    return _carries_handshake(case) and ours == replace(theirs, location=_cleaned(theirs.location))


def _carries_handshake(case: Case) -> bool:
    return any(f"{name}=" in case.url for name in _HANDSHAKE_NAMES)


def _cleaned(location: str | None) -> str | None:
    """Drop handshake parameters from the URL that a handshake comes back to."""
    if location is None or "redirect_url=" not in location:
        return location
    parts = urlsplit(location)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    back = urlsplit(query["redirect_url"])
    kept = [
        pair
        for pair in parse_qsl(back.query, keep_blank_values=True)
        if pair[0] not in _HANDSHAKE_NAMES
    ]
    query["redirect_url"] = back._replace(query=_form(kept)).geturl()
    return parts._replace(query=_form(query.items())).geturl()


def _form(pairs: Iterable[tuple[str, str]]) -> str:
    return urlencode(list(pairs), safe="*").replace("~", "%7E")
