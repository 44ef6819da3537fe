"""Managing the review workflow: queues and rubrics. For admins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import pandas as pd
import streamlit as st

from lib.data import review_queues, rubrics
from lib.data.records import (
    Criterion,
    NewCriterion,
    NewQueueFilters,
    NewSampling,
    ReviewQueue,
    Rubric,
)
from lib.product import figures as fmt
from lib.product.limits import EMAIL_CHARS, IDENTIFIER_CHARS, LABEL_CHARS
from lib.ui.parts.record_table.component import record_table
from lib.ui.review import rows
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor

_MINUTE_MS: Final = 60_000
_KINDS: Final = ("score", "number", "boolean", "choice", "labels")
_LEVELS: Final = ("session", "turn")
_ANY: Final = "any"
_CHANNELS: Final[dict[str, Literal["voice", "chat"] | None]] = {
    _ANY: None,
    "voice": "voice",
    "chat": "chat",
}
_OUTCOMES: Final[dict[str, Literal["completed", "abandoned", "failed"] | None]] = {
    _ANY: None,
    "completed": "completed",
    "abandoned": "abandoned",
    "failed": "failed",
}
_ORDERS: Final[dict[str, Literal["oldest", "newest", "slowest", "random"]]] = {
    "Oldest first": "oldest",
    "Newest first": "newest",
    "Slowest first": "slowest",
    "Random": "random",
}
_ALL, _SHARE, _DAILY, _TOTAL = (
    "All sessions",
    "Percentage",
    "Number per user per day",
    "Number per user",
)
_COLUMNS: Final = (
    "key",
    "label",
    "description",
    "kind",
    "level",
    "required",
    "min",
    "max",
    "options",
)


def draw(visitor: Visitor) -> None:
    """Draw the forms: a new queue, a new version of a rubric."""
    with notices.error_boundary(visitor.caller.request_id, "load the rubrics"), st.skeleton(320):
        known = rubrics.page(visitor.caller, cursor=None, limit=100).items
        queues = review_queues.newest(visitor.caller)
    _queue_list(visitor, queues)
    if known:
        _new_queue(visitor, known)
    else:
        notices.empty("No rubrics yet", "Publish one below. Every queue needs a rubric.")
    _new_rubric(visitor, known)


def _queue_list(visitor: Visitor, queues: Sequence[ReviewQueue]) -> None:
    if not queues:
        return
    st.header("Queues", anchor=False)
    table = rows.queue_rows(queues, visitor.zone)
    record_table("Review queues", rows.QUEUE_COLUMNS, table, key="review-queues-table")


def queue_actions(visitor: Visitor, queue: ReviewQueue) -> None:
    """Draw the actions of an admin on a queue."""
    with st.expander("Manage this queue", icon=":material/tune:"):
        closing = queue.state == "open"
        with st.container(horizontal=True):
            if st.button("Close queue" if closing else "Reopen queue", key="queue-state"):
                with notices.error_boundary(visitor.caller.request_id, "update the queue"):
                    state: Literal["open", "closed"] = "closed" if closing else "open"
                    review_queues.update(visitor.caller, id=queue.id, state=state)
                st.rerun()
            if st.button("Add past sessions", key="queue-fill", disabled=not closing):
                _fill(visitor, queue)
        _assign(visitor, queue)


def _fill(visitor: Visitor, queue: ReviewQueue) -> None:
    checked = added = 0
    with (
        notices.error_boundary(visitor.caller.request_id, "add past sessions"),
        st.status("Checking sessions ...") as status,
    ):
        for report in review_queues.fill(visitor.caller, queue.id):
            checked, added = checked + report.checked, added + report.added
            status.update(label=f"{fmt.count(checked)} sessions checked, {fmt.count(added)} added")
    st.toast(f"{fmt.count(added)} sessions added")


def _assign(visitor: Visitor, queue: ReviewQueue) -> None:
    with st.form("assign", border=False):
        st.markdown("**Assign sessions**")
        email = st.text_input("Reviewer's e-mail address", max_chars=EMAIL_CHARS)
        ids = st.text_area("Session ids, one per line", max_chars=10_000, height=100)
        if not st.form_submit_button("Assign"):
            return
    sessions = ids.split()
    if not sessions or not email.strip():
        st.warning("Enter an e-mail address and at least one session id.")
        return
    with notices.error_boundary(visitor.caller.request_id, "assign the sessions"):
        done = review_queues.assign(
            visitor.caller, queue_id=queue.id, session_ids=sessions, email=email.strip()
        )
    st.toast(f"{fmt.count(done.assigned)} assigned, {fmt.count(done.already)} already assigned")


def _new_queue(visitor: Visitor, known: Sequence[Rubric]) -> None:
    st.header("New queue", anchor=False)
    names = {f"{rubric.name}, version {rubric.version}": rubric.id for rubric in known}
    with st.form("queue", enter_to_submit=False):
        name = st.text_input("Name", max_chars=100)
        description = st.text_input("Description", max_chars=500)
        left, right = st.columns(2)
        rubric = left.selectbox("Rubric", list(names))
        target = right.segmented_control("Reviews per session", [1, 2, 3], default=1, required=True)
        channel = left.segmented_control("Channel", list(_CHANNELS), default=_ANY, required=True)
        status = right.segmented_control("Outcome", list(_OUTCOMES), default=_ANY, required=True)
        audio = left.checkbox("Only with a recording")
        slow = right.checkbox("Only with a slow turn")
        model = left.text_input("Model (exact)", max_chars=IDENTIFIER_CHARS)
        label = right.text_input("Label (exact)", max_chars=LABEL_CHARS)
        sample = left.selectbox("Sampling", [_ALL, _SHARE, _DAILY, _TOTAL])
        amount = right.number_input("Percentage or number per user", 1, 100, 10)
        order = left.selectbox("Order", list(_ORDERS))
        priority = right.number_input("Priority (9 is highest)", 0, 9, 0)
        lease = left.number_input("Claim duration (minutes)", 1, 24 * 60, 15)
        if not st.form_submit_button("Create queue", type="primary"):
            return
    if not name.strip():
        st.warning("Enter a name for the queue.")
        return
    filters = NewQueueFilters(channel=_CHANNELS[channel], status=_OUTCOMES[status])
    if audio:
        filters["has_audio"] = True
    if slow:
        filters["slow"] = True
    if model.strip():
        filters["model_id"] = model.strip()
    if label.strip():
        filters["label"] = label.strip()
    with notices.error_boundary(visitor.caller.request_id, "create the queue"):
        review_queues.create(
            visitor.caller,
            name=name.strip(),
            description=description.strip() or None,
            rubric_id=names[str(rubric)],
            filters=filters,
            sampling=_sampling(sample, int(amount)),
            target=int(target or 1),
            order=_ORDERS[order],
            priority=int(priority),
            lease_ms=int(lease) * _MINUTE_MS,
        )
    st.toast("Queue created")
    st.rerun()


def _sampling(kind: str, amount: int) -> NewSampling:
    if kind == _SHARE:
        return NewSampling(kind="percentage", percent=amount)
    if kind in {_DAILY, _TOTAL}:
        return NewSampling(
            kind="perUser", quota=amount, period="day" if kind == _DAILY else "total"
        )
    return NewSampling(kind="all")


def _new_rubric(visitor: Visitor, known: Sequence[Rubric]) -> None:
    st.header("Publish a rubric", anchor=False)
    st.caption("Versions never change. Publishing under the same name creates the next version.")
    latest = {rubric.name: rubric for rubric in reversed(known)}
    start = st.selectbox("Start from", ["Blank rubric", *latest], key="rubric-start")
    base = latest.get(start)
    with st.form("rubric", enter_to_submit=False):
        name = st.text_input("Name", base.name if base else "", max_chars=100)
        edited = st.data_editor(
            _frame(base.criteria if base else ()),
            num_rows="dynamic",
            hide_index=True,
            key=f"criteria-{start}",
            alt="Questions of the rubric, one per row",
            column_config={
                "key": st.column_config.TextColumn("Key", help="a lower-case word", required=True),
                "label": st.column_config.TextColumn("Question", required=True),
                "description": st.column_config.TextColumn("Description"),
                "kind": st.column_config.SelectboxColumn("Kind", options=_KINDS, required=True),
                "level": st.column_config.SelectboxColumn(
                    "Applies to", options=_LEVELS, required=True
                ),
                "required": st.column_config.CheckboxColumn("Required"),
                "min": st.column_config.NumberColumn("Min"),
                "max": st.column_config.NumberColumn("Max"),
                "options": st.column_config.TextColumn("Options", help="separated by semicolons"),
            },
        )
        if not st.form_submit_button("Publish", type="primary"):
            return
    with notices.error_boundary(visitor.caller.request_id, "publish the rubric"):
        made = rubrics.publish(visitor.caller, name=name.strip(), criteria=_criteria(edited))
    st.toast(f"Published as version {made.version}")
    st.rerun()


def _frame(criteria: Sequence[Criterion]) -> pd.DataFrame:
    rows = [
        {
            **{name: getattr(criterion, name) for name in _COLUMNS[:-1]},
            "options": "; ".join(criterion.options or ()),
        }
        for criterion in criteria
    ]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    return frame.astype({"required": bool, "min": float, "max": float})


def _criteria(frame: pd.DataFrame) -> list[NewCriterion]:
    return [_criterion(row) for row in frame.to_dict("records")]


def _criterion(row: dict[Any, Any]) -> NewCriterion:
    words = [word.strip() for word in str(row["options"] or "").split(";")]
    options = [word for word in words if word]
    made = NewCriterion(
        key=str(row["key"] or "").strip(),
        label=str(row["label"] or "").strip(),
        description=str(row["description"] or "").strip(),
        kind=row["kind"],
        level=row["level"],
        required=bool(row["required"]),
    )
    if row["kind"] in {"choice", "labels"}:
        made["options"] = options
    if row["kind"] == "number":
        if not pd.isna(row["min"]):
            made["min"] = float(row["min"])
        if not pd.isna(row["max"]):
            made["max"] = float(row["max"])
    return made
