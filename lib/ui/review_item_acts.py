"""What an admin does with selected sessions of a review queue: order them, take them out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import streamlit as st

from lib.auth.members import Member
from lib.auth.roles import function_allowed
from lib.data import Refused, review_queues
from lib.data.records import REVIEW_QUEUES_REMOVE_ITEM
from lib.ui import formatting as fmt
from lib.ui import views
from lib.ui.identity import Visitor
from lib.ui.record_table.component import Act, Wish

FIRST: Final = Act("first", "Hand out first")
LAST: Final = Act("last", "Hand out last")
TAKE_OUT: Final = Act("out", "Take out")

_PRIORITIES: Final = {FIRST.name: 9, LAST.name: 0}
_DONE: Final = {FIRST.name: "handed out first", LAST.name: "handed out last", TAKE_OUT.name: "out"}


def acts_for(member: Member) -> Sequence[Act]:
    """Return what the member's role may do with sessions of a queue."""
    may = function_allowed(member.role, REVIEW_QUEUES_REMOVE_ITEM.path)
    return (FIRST, LAST, TAKE_OUT) if may else ()


def fulfil(visitor: Visitor, wish: Wish | None) -> None:
    """Do what was wished with the selected items, one by one, and say what was refused and why."""
    if wish is None or wish.act not in _DONE:
        return
    refused: Counter[str] = Counter()
    with views.failures_told(visitor.caller.request_id, "The queue"):
        for item_id in wish.ids:
            try:
                _do(visitor, wish.act, item_id)
            except Refused as refusal:
                refused[refusal.message] += 1
    done = len(wish.ids) - refused.total()
    if done:
        st.toast(f"{_sessions(done)} {_DONE[wish.act]}")
    for message, number in refused.items():
        st.warning(f"{_sessions(number)} left as before: {message}")


def _do(visitor: Visitor, act: str, item_id: str) -> None:
    if act == TAKE_OUT.name:
        review_queues.remove_item(visitor.caller, item_id)
    else:
        review_queues.prioritise(visitor.caller, item_id, _PRIORITIES[act])


def _sessions(number: int) -> str:
    return f"{fmt.count(number)} session{'' if number == 1 else 's'}"
