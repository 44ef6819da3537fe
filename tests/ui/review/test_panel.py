"""What the address says after a review: where the reviewer is, and nothing about the session."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest
import streamlit as st

from lib.auth.members import Member
from lib.auth.roles import Role
from lib.data import review_claims
from lib.ui.review import current_review
from lib.ui.review.review_panel import component
from lib.ui.shell.navigation import BY_PATH
from lib.ui.shell.visitor import Visitor
from tests.support.convex import ConvexRuntime
from tests.work.review.desk import open_desk


class Left(Exception):  # noqa: N818  # Streamlit ends the run by an exception too
    """Where the browser was sent."""

    def __init__(self, page: object, query_params: Mapping[str, str]) -> None:
        super().__init__(page)
        self.page, self.params = page, dict(query_params)


def leave(page: object, *, query_params: Mapping[str, str]) -> None:
    raise Left(page, query_params)


def test_the_address_after_the_last_session_does_not_name_it(
    convex: ConvexRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(st, "switch_page", leave)
    monkeypatch.setattr(st, "session_state", {})  # no tab here that would keep it
    desk = open_desk(convex, 1)
    member = Member("user_reviewer", "sess_1", Role.REVIEWER)
    visitor = Visitor(member, desk.reviewer("user_reviewer"), ZoneInfo("UTC"))
    claim = review_claims.take_next(visitor.caller, desk.queue_id)
    assert claim is not None
    with pytest.raises(Left) as opened:
        current_review.open_claim(visitor, claim)
    assert opened.value.params == {"id": claim.session.id, "review": claim.item_id}

    work = current_review.of_item(claim.item_id)
    assert work is not None
    content = {"answers": {"tone": 4}, "turns": [], "comments": [], "corrections": []}
    with pytest.raises(Left) as left:
        component._submit(visitor, work, content)
    assert left.value.page == BY_PATH["/review"].script
    assert left.value.params == {}
    # The page names it from the tab's own state, where it can be undone.
    last = current_review.last_submitted()
    assert last is not None
    assert last.title == work.title
