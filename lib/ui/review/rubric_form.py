"""The form of a rubric: its questions one by one, beside them as reviewers will see them."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import streamlit as st

from lib.data import Caller, Refused, rubrics
from lib.data.records import Criterion, NewCriterion, Rubric
from lib.product.limits import LABEL_CHARS, NAME_CHARS
from lib.ui.review import review_panel
from lib.ui.shell.bundles import register
from lib.ui.shell.visitor import require_role

_BLANK: Final = "Blank rubric"
_QUESTIONS: Final = "earshot.rubric.questions"
_KEY_CHARS: Final = 40
_MOST: Final = 30
Kind = Literal["score", "number", "boolean", "choice", "labels"]
_KINDS: Final[dict[Kind, str]] = {
    "score": "Score, 1 to 5",
    "number": "Number",
    "boolean": "Yes or no",
    "choice": "One of several",
    "labels": "Any of several",
}
_LEVELS: Final = {"session": "The session", "turn": "Each turn"}

_numbers = itertools.count()
_preview: Final = register(Path(review_panel.__file__).parent, "preview")


def key_of(label: str, taken: Collection[str]) -> str:
    """Return the name under which answers to a new question are kept.

    Args:
        label: the question.
        taken: names that others have.
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    word = re.sub(r"[^a-z0-9]+", "_", plain).strip("_").lstrip("0123456789_") or "question"
    word = word[:_KEY_CHARS].rstrip("_")
    found, number = word, 1
    while found in taken:
        number += 1
        end = f"_{number}"
        found = word[: _KEY_CHARS - len(end)] + end
    return found


@st.fragment
def rubric_form(known: Sequence[Rubric]) -> None:
    """Draw the form of the next version of a rubric, or of a new one."""
    visitor = require_role("/review")
    st.caption("Versions never change. Publishing under the same name makes the next version.")
    latest = {rubric.name: rubric for rubric in reversed(known)}
    start = st.selectbox("Start from", [_BLANK, *latest], key="rubric-start")
    base = latest.get(start)
    questions = _questions(start, base)
    form, beside = st.columns([0.6, 0.4], gap="large")
    with form, st.container(key="rubric-form"):
        name = st.text_input(
            "Name", base.name if base else "", max_chars=100, key=f"rubric-name-{start}", live=True
        ).strip()
        about = st.text_input(
            "Description",
            (base.description or "") if base else "",
            max_chars=500,
            key=f"rubric-about-{start}",
        ).strip()
        taken = [str(one["key"]) for one in questions if one["key"]]
        criteria = [_question(one, place, questions, taken) for place, one in enumerate(questions)]
        if st.button(
            "Add a question",
            icon=":material/add:",
            key="rubric-add",
            disabled=len(questions) >= _MOST,
        ):
            questions.append(_blank())
            st.rerun(scope="fragment")
        pressed = st.button("Publish", type="primary", key="rubric-publish")
        if pressed:
            _publish(visitor.caller, name, about, criteria)
    with beside:
        _preview(
            key="rubric-preview",
            data={"title": name or "New rubric", "criteria": [_shown(one) for one in criteria]},
        )


def _publish(caller: Caller, name: str, about: str, criteria: Sequence[NewCriterion]) -> None:
    if not name:
        st.warning("Enter a name for the rubric.")
        return
    try:
        made = rubrics.publish(caller, name=name, description=about or None, criteria=criteria)
    except Refused as refused:
        st.warning("The rubric was not published.")
        for problem in refused.fields:
            st.text(f"{_place_of(problem.field, criteria)}: {problem.message}")
        if not refused.fields:
            st.text(refused.message)
        return
    st.session_state.pop(_QUESTIONS, None)
    st.toast(f"Published as version {made.version}")
    st.rerun()


def _place_of(field: str, criteria: Sequence[NewCriterion]) -> str:
    """Return the question that a field such as `criteria[2].label` belongs to."""
    found = re.match(r"criteria\[(\d+)\]\.(\w+)", field)
    if found is None:
        return field
    place = int(found[1])
    label = criteria[place]["label"] or "without words"
    return f"Question {place + 1} ({label}), {found[2]}"


def _questions(start: str, base: Rubric | None) -> list[dict[str, Any]]:
    """Return the questions that are being written; another start begins anew."""
    known: dict[str, Any] | None = st.session_state.get(_QUESTIONS)
    if known is None or known["start"] != start:
        found = [_from(one) for one in base.criteria] if base else [_blank()]
        known = {"start": start, "questions": found}
        st.session_state[_QUESTIONS] = known
    questions: list[dict[str, Any]] = known["questions"]
    return questions


def _blank() -> dict[str, Any]:
    return {"id": next(_numbers), "key": "", "criterion": None}


def _from(criterion: Criterion) -> dict[str, Any]:
    return {"id": next(_numbers), "key": criterion.key, "criterion": criterion}


def _question(
    one: dict[str, Any], place: int, questions: list[dict[str, Any]], taken: list[str]
) -> NewCriterion:
    """Draw the fields of one question; return what they say."""
    start: Criterion | None = one["criterion"]
    key = f"rubric-{one['id']}"
    with st.container(border=True, key=key):
        _moves(place, questions, key)
        label = st.text_input(
            f"Question {place + 1}",
            start.label if start else "",
            max_chars=NAME_CHARS,
            key=f"{key}-label",
            live=True,
        ).strip()
        left, right = st.columns(2)
        kind: Kind = left.selectbox(
            "Answer",
            list(_KINDS),
            list(_KINDS).index(start.kind) if start else 0,
            format_func=lambda kind: _KINDS[kind],
            key=f"{key}-kind",
        )
        level = right.selectbox(
            "About",
            list(_LEVELS),
            list(_LEVELS).index(start.level) if start else 0,
            format_func=lambda level: _LEVELS[level],
            key=f"{key}-level",
        )
        description = st.text_input(
            "Help for the reviewer", start.description if start else "", key=f"{key}-description"
        )
        made = NewCriterion(
            key=one["key"] or key_of(label, taken),
            label=label,
            description=description.strip() or label,
            kind=kind,
            level="turn" if level == "turn" else "session",
            required=st.checkbox(
                "Required", start.required if start else True, key=f"{key}-required"
            ),
        )
        _details(made, start, key)
    taken.append(made["key"])
    return made


def _details(made: NewCriterion, start: Criterion | None, key: str) -> None:
    """Draw the fields that only some kinds of answers have, and add what they say."""
    if made["kind"] in {"choice", "labels"}:
        options = list(start.options or ()) if start else []
        chosen = st.multiselect(
            "Options",
            options,
            options,
            key=f"{key}-options",
            accept_new_options=True,
            placeholder="Type an option, then Enter",
            max_selections=12,
        )
        made["options"] = [option.strip()[:LABEL_CHARS] for option in chosen if option.strip()]
    if made["kind"] == "number":
        left, right = st.columns(2)
        with left:
            made["min"] = _number("Least", start.min if start else None, f"{key}-min")
        with right:
            made["max"] = _number("Most", start.max if start else None, f"{key}-max")
    if made["kind"] in {"number", "score"}:
        tolerance = _number(
            "Answers agree if they differ by at most",
            start.tolerance if start else None,
            f"{key}-tolerance",
        )
        made["tolerance"] = tolerance


def _number(label: str, start: float | None, key: str) -> float | None:
    return st.number_input(label, None, None, start, format="%g", key=key, placeholder="None")


def _moves(place: int, questions: list[dict[str, Any]], key: str) -> None:
    """Draw the buttons that move or remove a question."""
    with st.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
        if st.button("Up", key=f"{key}-up", type="tertiary", disabled=place == 0):
            questions.insert(place - 1, questions.pop(place))
            st.rerun(scope="fragment")
        last = place == len(questions) - 1
        if st.button("Down", key=f"{key}-down", type="tertiary", disabled=last):
            questions.insert(place + 1, questions.pop(place))
            st.rerun(scope="fragment")
        if st.button("Remove", key=f"{key}-gone", type="tertiary", disabled=len(questions) == 1):
            questions.pop(place)
            st.rerun(scope="fragment")


def _shown(one: NewCriterion) -> dict[str, Any]:
    """Return a question as the preview reads it."""
    return {
        **one,
        "label": one["label"] or "Question",
        "min": one.get("min"),
        "max": one.get("max"),
        "options": list(one.get("options") or ()),
    }
