"""Reviews of a session, beside its transcript: read them, amend one's own, decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from lib.auth.roles import Role
from lib.data.records import Review, UserSession
from lib.product import figures as fmt
from lib.ui.parts.moments import moment_params
from lib.ui.parts.record_table.component import Cell, Column, Row, record_table
from lib.ui.review import current_review
from lib.ui.review.comparison import Line, compare
from lib.ui.shell.visitor import Visitor

_NOTES: Final = (Column("Comments and corrections"),)


def session_reviews(
    session: UserSession,
    found: Sequence[Review],
    numbers: Mapping[int, int],
    visitor: Visitor,
) -> None:
    """Draw the reviews of a session.

    Args:
        session: which was reviewed.
        found: the reviews that the visitor may see.
        numbers: the number of each turn by its sequence.
        visitor: who reads them.
    """
    if session.review_status == "unreviewed":
        return
    st.header("Reviews", anchor=False)
    if not found:
        st.text("No reviews to show. Others' reviews appear after you submit your own.")
        return
    title = session.title or session.external_id
    compared = _comparisons(found, numbers, visitor)
    for review in found:
        _draw(review, numbers, visitor, with_answers=review.id not in compared)
        is_own = review.reviewer_id == visitor.member.user_id and review.kind == "review"
        if is_own and st.button(
            "Change my review", key=f"amend-{review.id}", icon=":material/edit:"
        ):
            current_review.amend(visitor, review, title)
    is_lead = visitor.member.role == Role.ADMIN
    if is_lead and st.button("Adjudicate", key="decide", icon=":material/gavel:"):
        current_review.decide(visitor, found[0], title)


def _comparisons(found: Sequence[Review], numbers: Mapping[int, int], visitor: Visitor) -> set[str]:
    """Draw reviews of one queue side by side; return the ids of those that are shown so."""
    groups: dict[tuple[str, str], list[Review]] = {}
    for review in found:
        groups.setdefault((review.item_id, review.rubric_id), []).append(review)
    compared: set[str] = set()
    for (item_id, rubric_id), group in groups.items():
        if len(group) < 2:  # noqa: PLR2004  # one review is compared with none
            continue
        lines = compare(group, current_review.rubric_of(visitor, rubric_id))
        differing = sum(any(line.differs) for line in lines)
        st.text(f"{differing} of {len(lines)} answers differ" if differing else "All answers agree")
        names = [review.reviewer_name or review.reviewer_id for review in group]
        record_table(
            "Answers side by side",
            [Column("Question"), *(Column(name) for name in names)],
            [_line_row(line, numbers) for line in lines],
            key=f"compared-{item_id}-{rubric_id}",
        )
        compared |= {review.id for review in group}
    return compared


def _line_row(line: Line, numbers: Mapping[int, int]) -> Row:
    about = "" if line.sequence is None else _turn(line.sequence, numbers)
    note = ", ".join(part for part in (about, "differs" if any(line.differs) else "") if part)
    answers = (
        Cell(answer or fmt.NONE, tone="warn" if differs else None, chip=differs)
        for answer, differs in zip(line.answers, line.differs, strict=True)
    )
    return Row((Cell(line.label, note, title=line.label), *answers))


def _draw(
    review: Review, numbers: Mapping[int, int], visitor: Visitor, *, with_answers: bool
) -> None:
    rubric = current_review.rubric_of(visitor, review.rubric_id)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(review.reviewer_name or review.reviewer_id)
            if review.kind == "decision":
                st.badge("adjudication", icon=":material/gavel:", color="green")
            if review.score is not None:
                st.badge(f"{review.score:.2g} of 5", color="blue")
        st.caption(f"{fmt.moment(review.created_at, visitor.zone)}, version {review.version}")
        for line in compare([review], rubric) if with_answers else ():
            about = "" if line.sequence is None else f"{_turn(line.sequence, numbers)}: "
            st.text(f"{about}{line.label} {line.answers[0]}")
        notes = [*_comments(review, numbers), *_corrections(review, numbers)]
        if notes:
            record_table("Comments and corrections", _NOTES, notes, key=f"notes-{review.id}")


def _comments(review: Review, numbers: Mapping[int, int]) -> list[Row]:
    """Return the comments; each leads to its turn or moment."""
    rows = []
    for comment in review.comments:
        where = "The session" if comment.sequence is None else _turn(comment.sequence, numbers)
        if comment.at_ms is not None:
            where += f" at {fmt.clock(comment.at_ms)}"
        params = moment_params(review.session_id, comment.sequence, comment.at_ms)
        rows.append(Row((Cell(comment.text, where),), "/session", params))
    return rows


def _corrections(review: Review, numbers: Mapping[int, int]) -> list[Row]:
    return [
        Row(
            (Cell(item.text, f"{_turn(item.sequence, numbers)}, corrected"),),
            "/session",
            moment_params(review.session_id, item.sequence, None),
        )
        for item in review.corrections
    ]


def _turn(sequence: int, numbers: Mapping[int, int]) -> str:
    number = numbers.get(sequence)
    return "A turn that is gone" if number is None else f"Turn {fmt.count(number)}"
