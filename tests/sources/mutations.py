"""Payloads as nobody would send them, and what must hold of what is made of them."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from lib.formats.conversation import MAX_REFUSALS
from lib.sources.mapped import Mapped


def any_json() -> st.SearchStrategy[Any]:
    """Return a strategy of JSON values."""
    leaves = (
        st.none()
        | st.booleans()
        | st.integers(-(2**70), 2**70)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8)
        | st.sampled_from(["2025-12-01T10:00:00Z", "user", "https://a.example/b", "[1]", '{"a":1}'])
    )
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
        ),
        max_leaves=8,
    )


@st.composite
def mutations(draw: st.DrawFn, value: Any) -> Any:
    """Return a strategy of a payload of which a few values are others, gone, or there twice."""
    made = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(made))
        if not places:
            return draw(any_json())
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        match draw(st.sampled_from(["other", "gone", "twice"])):
            case "gone":
                del holder[key]
            case "twice" if isinstance(holder, list):
                holder.insert(key, copy.deepcopy(holder[key]))
            case _:
                holder[key] = draw(any_json())
    return made


def _places(value: Any) -> Any:
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in items:
        yield value, key
        yield from _places(item)


def accounted_for(made: Mapped) -> None:
    """Check that every item is a turn, merged, refused or left out with a reason."""
    assert made.left_out_count >= len(made.left_out)
    assert len(made.left_out) <= MAX_REFUSALS
    for conversation in made.conversations:
        found = conversation.transcript
        assert found.items == len(found.turns) + found.merged + found.refused + found.left_out
        assert len(found.refusals) == found.refused
        assert len(found.notes) == found.left_out
        assert conversation.person.clerk_id is None
        places = [turn.content["sequence"] for turn in found.turns]
        assert len(set(places)) == len(places)
