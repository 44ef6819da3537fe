"""Builds support calls and role play from the corpus: a scene, slots, a way through its stages."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from local.demo.corpus import Exchange, Family, Speaker, common

Ending = Literal["completed", "abandoned", "failed"]
Gender = Literal["female", "male"]

ROLE_PLAY = "Role play: "
"""Before the titles of scenes in which the assistant plays somebody else."""
MIN_TURNS = 6
MAX_TURNS = 40

_REPAIR_SHARE = 0.04  # of the coach's lines are asked for again in a call
_HESITATION_SHARE = 0.35  # of a learner's weak lines in a call begin with one
_WRAP_SHARE = 0.75  # of completed scenes end with the coach's feedback
_SENTENCE_START = re.compile(r"(^|[.!?] )([a-z])")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who practises: name for the slots `user` and `surname`, and how good they are (0 to 1)."""

    name: str
    surname: str
    gender: Gender
    skill: float


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A finished dialogue.

    Attributes:
        quality: share of exchanges that went the strong way.
        turns: speaker and text, strictly alternating.
    """

    family: str
    title: str
    brief: str
    persona: str
    labels: tuple[str, ...]
    quality: float
    turns: tuple[tuple[Speaker, str], ...]


def build(
    family: Family, cast: Cast, rng: random.Random, length: int, ending: Ending, *, voice: bool
) -> Dialogue:
    """Write one dialogue.

    Args:
        family: the kind of scene.
        cast: the learner.
        rng: source of every choice.
        length: wanted number of turns; met as far as the scene has material.
        ending: `abandoned` and `failed` scenes break off.
        voice: spoken scenes have hesitations and misheard lines, typed ones do not.
    """
    slots = _slots(family, cast, rng)
    walk = _Walk(rng, slots, cast.skill, voice=voice)
    walk.play(rng.choice(family.opening))
    framing = 4 if ending == "completed" else 2
    for exchange in _middle(family, rng, max(length, MIN_TURNS) - framing):
        walk.play(exchange)
    if ending == "completed":
        walk.close(rng.choice(family.closing))
        if (
            not family.is_support
            and rng.random() < _WRAP_SHARE
            and len(walk.turns) <= MAX_TURNS - 3
        ):
            walk.wrap(family)
    turns = walk.turns
    if ending != "completed":
        goodbyes = common()["leave_call" if family.is_support else "leave"]
        turns = _broken_off(turns, rng, goodbyes, leaves=ending == "abandoned")
    return Dialogue(
        family=family.id,
        title=("" if family.is_support else ROLE_PLAY) + fill(rng.choice(family.titles), slots),
        brief=fill(family.brief, slots),
        persona=slots.get(family.persona, "the agent" if family.is_support else "the coach"),
        labels=family.labels if family.is_support else ("role play", *family.labels),
        quality=walk.quality,
        turns=tuple(turns[:MAX_TURNS]),
    )


def fill(template: str, slots: dict[str, str]) -> str:
    """Put the slots in, and capital letters where a slot begins a sentence."""
    text = template.format_map(slots)
    return _SENTENCE_START.sub(lambda match: match[1] + match[2].upper(), text)


def persona_gender(name: str) -> Gender | None:
    """Tell which voice a persona's name asks for; None if any fits."""
    first = name.split(maxsplit=1)[0] if name else ""
    if not first or first in common()["either"]:
        return None
    return "male" if first == "Mr." or first in common()["men"] else "female"


class _Walk:
    """A way through exchanges: collects turns and joins lines of the same speaker."""

    def __init__(
        self, rng: random.Random, slots: dict[str, str], skill: float, *, voice: bool
    ) -> None:
        self._rng = rng
        self._slots = slots
        self._skill = skill
        self._voice = voice
        self._outcomes: list[bool] = []
        self.turns: list[tuple[Speaker, str]] = []

    @property
    def quality(self) -> float:
        return sum(self._outcomes) / len(self._outcomes)

    def play(self, exchange: Exchange) -> None:
        """Go through an exchange the strong or the weak way."""
        strong = self._rng.random() < self._skill
        self._outcomes.append(strong)
        self._say_lines(exchange, strong=strong)

    def close(self, exchange: Exchange) -> None:
        """End the scene the way it went so far."""
        self._say_lines(exchange, strong=self.quality >= 0.5)  # noqa: PLR2004

    def wrap(self, family: Family) -> None:
        """Let the coach step out of its role."""
        weak = self.quality < 0.5  # noqa: PLR2004
        template = self._rng.choice(common()["wrap_weak" if weak else "wrap"])
        feedback = {"good": self._rng.choice(family.good), "next": self._rng.choice(family.next)}
        if self.turns[-1][0] == "assistant":
            self._say("user", "Can we stop there?")
        self._say("assistant", fill(template, feedback))
        self._say("user", self._rng.choice(common()["after_wrap"]))

    def _say_lines(self, exchange: Exchange, *, strong: bool) -> None:
        for line in exchange:
            if line.strong not in {None, strong}:
                continue
            text = fill(self._rng.choice(line.variants), self._slots)
            if line.speaker == "user" and self._hesitates(text, strong=strong):
                text = _hesitant(self._rng.choice(common()["hesitations"]), text)
            self._say(line.speaker, text)
            if line.speaker == "assistant" and self._voice and self._rng.random() < _REPAIR_SHARE:
                self._repair(text)

    def _hesitates(self, text: str, *, strong: bool) -> bool:
        likely = self._voice and not strong and _first_word(text) not in _FILLERS
        return likely and self._rng.random() < _HESITATION_SHARE

    def _repair(self, line: str) -> None:
        phrases = common()
        last_sentence = re.split(r"(?<=[.!?]) ", line)[-1]
        again = self._rng.choice(phrases["say_again"]).format(line=last_sentence)
        self._say("user", self._rng.choice(phrases["ask_again"]))
        self._say("assistant", again)

    def _say(self, speaker: Speaker, text: str) -> None:
        if self.turns and self.turns[-1][0] == speaker:
            self.turns[-1] = (speaker, f"{self.turns[-1][1]} {text}")
        else:
            self.turns.append((speaker, text))


def _slots(family: Family, cast: Cast, rng: random.Random) -> dict[str, str]:
    chosen = {name: rng.choice(values) for name, values in family.slots.items()}
    chosen |= rng.choice(family.cases)
    if family.persona:
        # The other voice group: the two speakers of a recording are told apart by pitch.
        other = [
            name
            for name in family.slots[family.persona]
            if persona_gender(name) in {None, "male" if cast.gender == "female" else "female"}
        ]
        chosen[family.persona] = rng.choice(other)
    return chosen | {"user": cast.name, "surname": cast.surname}


def _middle(family: Family, rng: random.Random, turns: int) -> list[Exchange]:
    """Choose exchanges of about `turns` turns: one per stage first, then more, in written order."""
    first: list[tuple[int, int]] = []
    more: list[tuple[int, int]] = []
    for number, stage in enumerate(family.stages):
        head, *rest = rng.sample(range(len(stage)), len(stage))
        first.append((number, head))
        more.extend((number, place) for place in rest)
    rng.shuffle(first)
    rng.shuffle(more)
    chosen: list[tuple[int, int]] = []
    for number, place in first + more:
        if turns <= 0:
            break
        chosen.append((number, place))
        turns -= _least_turns(family.stages[number][place])
    return [family.stages[number][place] for number, place in sorted(chosen)]


def _least_turns(exchange: Exchange) -> int:
    """Return how many turns an exchange adds at least; an odd last line joins the next one."""
    ways = (sum(line.strong is not other for line in exchange) for other in (True, False))
    return min(ways) // 2 * 2


def _broken_off(
    turns: list[tuple[Speaker, str]],
    rng: random.Random,
    goodbyes: Sequence[str],
    *,
    leaves: bool,
) -> list[tuple[Speaker, str]]:
    """Cut a scene after a line of the learner: who leaves says so, who is cut off does not."""
    wanted = rng.randint(MIN_TURNS, max(MIN_TURNS, len(turns)))
    cut = turns[:wanted]
    if cut[-1][0] == "assistant" and len(cut) > MIN_TURNS:
        cut = cut[:-1]
    if leaves and rng.random() < 0.7:  # noqa: PLR2004
        speaker, _ = cut[-1]
        goodbye = rng.choice(goodbyes)
        cut = [*cut[:-1], ("user", goodbye)] if speaker == "user" else [*cut, ("user", goodbye)]
    return cut


def _hesitant(hesitation: str, text: str) -> str:
    """Put a hesitation in front; the sentence loses its capital unless it is a name or `I`."""
    joins = hesitation.endswith(", ") and _first_word(text) in _LOWERED
    return hesitation + (text[0].lower() + text[1:] if joins else text)


def _first_word(text: str) -> str:
    return text.split(maxsplit=1)[0].strip(",.!?")


_FILLERS = frozenset(["Hm", "Okay", "Right", "So", "Um", "Well"])
_LOWERED = frozenset(
    "A An And Are At But Can Do Does For Good Have Hello Hi How If In Is It Let My No Not Nothing "  # noqa: SIM905  # a list would fill a page
    "Of People Please Probably Should That The Then There These They This To Was We What When "
    "Where Which Who Why Yes You Your".split()
)
