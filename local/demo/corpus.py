"""The written material of the demo dialogues: scenario families and what all of them share."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

Speaker = Literal["user", "assistant"]

_FOLDER = Path(__file__).parent / "corpus"
_COMMON = "common.toml"
_SPEAKERS: dict[str, Speaker] = {"A": "assistant", "U": "user"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an exchange.

    Attributes:
        speaker: whose line it is; the assistant is the agent or plays the persona.
        strong: on which of the two ways through the exchange it lies; None on both.
        variants: texts to choose from, with slots in braces.
    """

    speaker: Speaker
    strong: bool | None
    variants: tuple[str, ...]


Exchange = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of scene.

    Attributes:
        is_support: a call or chat for support, in which the assistant is the agent; all others are
            role play, in which it plays a persona for somebody who practises.
        persona: slot that holds the name of the coach's role, empty if it has none.
        lead: who says the first line.
        cases: sets of slot values that belong together.
        opening, closing: every dialogue has one exchange of each.
        stages: what lies between, in order.
    """

    id: str
    titles: tuple[str, ...]
    brief: str
    is_support: bool
    persona: str
    lead: Speaker
    labels: tuple[str, ...]
    slots: dict[str, tuple[str, ...]]
    cases: tuple[dict[str, str], ...]
    opening: tuple[Exchange, ...]
    stages: tuple[tuple[Exchange, ...], ...]
    closing: tuple[Exchange, ...]
    good: tuple[str, ...]
    next: tuple[str, ...]


@lru_cache(maxsize=1)
def families() -> tuple[Family, ...]:
    """Return all scenario families, ordered by file name."""
    paths = sorted(path for path in _FOLDER.glob("*.toml") if path.name != _COMMON)
    return tuple(_family(tomllib.loads(path.read_text())) for path in paths)


@lru_cache(maxsize=1)
def common() -> dict[str, list[str]]:
    """Return the phrases that all families share (`corpus/common.toml`)."""
    phrases: dict[str, list[str]] = tomllib.loads((_FOLDER / _COMMON).read_text())
    return phrases


def _family(data: dict[str, Any]) -> Family:
    first, *middle, last = [_exchanges(stage) for stage in data["stages"]]
    return Family(
        id=data["id"],
        titles=tuple(data["titles"]),
        brief=data["brief"],
        is_support=data.get("support", False),
        persona=data["persona"],
        lead=_SPEAKERS[data["lead"]],
        labels=tuple(data["labels"]),
        slots={name: tuple(values) for name, values in data["slots"].items()},
        cases=tuple(data.get("cases", [{}])),
        opening=first,
        stages=tuple(middle),
        closing=last,
        good=tuple(data["feedback"]["good"]),
        next=tuple(data["feedback"]["next"]),
    )


def _exchanges(stage: dict[str, Any]) -> tuple[Exchange, ...]:
    return tuple(tuple(_line(text) for text in exchange) for exchange in stage["exchanges"])


def _line(text: str) -> Line:
    mark, _, rest = text.partition(": ")
    strong = {"": None, "+": True, "-": False}[mark[1:]]
    return Line(_SPEAKERS[mark[0]], strong, tuple(part.strip() for part in rest.split(" | ")))
