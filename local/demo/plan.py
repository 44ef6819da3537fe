"""Plans the sessions of the demo data: who practised what, when, how it went and how fast.

Everything follows from a seed and an anchor (the end of the 30 days), so that a load that was
interrupted plans the very same rows again.
"""

from __future__ import annotations

import math
import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from local.demo.corpus import Speaker, common, families
from local.demo.dialogue import MAX_TURNS, MIN_TURNS, Cast, Dialogue, Ending, build
from local.demo.models import Channel, Model, assessment_ms, pick_model, reply
from local.demo.people import Person, coach_voice, people
from local.demo.recording import Kind, Take
from local.demo.speech import Voice

_VOICE_SHARE = 0.62
_REVIEWED_SHARE = 0.38
_FAVOURITE_SHARE = 0.65
_SUPPORT_SHARE = 0.7
# Share of a day's practice by local hour: before work, at lunch, after dinner.
_HOURS = (
    0.2,
    0.1,
    0.0,
    0.0,
    0.0,
    0.3,
    1.2,
    2.6,
    3.4,
    2.4,
    1.8,
    2.0,
    3.2,
    2.6,
    1.6,
    1.5,
    1.8,
    2.6,
    3.4,
    4.2,
    4.6,
    3.6,
    1.8,
    0.7,
)
_WEEKDAYS = (1.1, 1.15, 1.1, 1.05, 0.8, 0.55, 0.75)
_MILLIS_PER_WORD = 350


@dataclass(frozen=True, slots=True)
class Scale:
    """How much there is.

    Attributes:
        days: before the anchor, on which everything happens.
        recorded_whole, recorded_by_turn: voice sessions with one recording, with one per turn.
    """

    days: int = 30
    sessions: int = 360
    recorded_whole: int = 31
    recorded_by_turn: int = 12


FULL = Scale()


@dataclass(frozen=True, slots=True)
class PlannedTurn:
    """One interaction; `pause_ms` after the one before, figures named as in `lib.data`."""

    sequence: int
    speaker: Speaker | Literal["system"]
    text: str
    pause_ms: int
    duration_ms: int
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """One session with all that is stored of it.

    Attributes:
        number: position by start; part of every id.
        recording: how it was recorded; None if it was not.
        review_score: what a reviewer gave, 1 to 5; None if nobody reviewed it.
    """

    number: int
    external_id: str
    person: Person
    coach_voice: Voice
    channel: Channel
    model: Model
    started_at: datetime
    status: Ending
    dialogue: Dialogue
    turns: tuple[PlannedTurn, ...]
    recording: Kind | None
    assessment_ms: int | None
    review_score: int | None
    labels: tuple[str, ...]
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """All users and sessions, sessions in the order of their starts."""

    people: tuple[Person, ...]
    sessions: tuple[PlannedSession, ...]


def plan(seed: int, anchor: datetime, scale: Scale) -> Plan:
    """Plan everything up to `anchor` (aware, UTC)."""
    rng = _random(seed, "people")
    everybody = people(rng, anchor)
    # Everybody practises at least once.
    weights = [person.activity for person in everybody]
    chosen = [*everybody, *rng.choices(everybody, weights, k=scale.sessions)][: scale.sessions]
    starts = [(_start(rng, person, anchor, scale.days), person) for person in chosen]
    starts.sort(key=lambda item: (item[0], item[1].clerk_id))
    voices = [number for number in range(len(starts)) if rng.random() < _VOICE_SHARE]
    recordings = _recordings(rng, voices, scale)
    planned = [
        _session(
            _random(seed, f"session {number}"),
            Slot(external_id(seed, number), number, person, started_at, anchor, scale.days),
            "voice" if number in set(voices) else "chat",
            recordings.get(number),
        )
        for number, (started_at, person) in enumerate(starts)
    ]
    return Plan(everybody, tuple(planned))


def external_id(seed: int, number: int) -> str:
    """Return the external id of the session at a position."""
    return f"demo-{seed}-{number:04}"


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a session lies: its id, position by start, learner, start, and the end of all."""

    external_id: str
    number: int
    person: Person
    started_at: datetime
    anchor: datetime
    days: int

    @property
    def age_days(self) -> float:
        """Days between the start and the anchor."""
        return (self.anchor - self.started_at) / timedelta(days=1)

    @property
    def skill(self) -> float:
        """The learner's level by then."""
        gained = self.person.progress * (1 - self.age_days / self.days)
        return min(0.95, self.person.skill + gained)


def timeline(
    turns: tuple[PlannedTurn, ...], takes: tuple[Take, ...] = ()
) -> tuple[list[tuple[int, int]], int]:
    """Return start and duration of each turn, and where the last one ends, in milliseconds.

    Args:
        turns: of one session.
        takes: what was recorded of them; without, times are estimates.
    """
    recorded = {take.sequence: (take.started_at_ms, take.duration_ms) for take in takes}
    position = 0
    times = []
    for turn in turns:
        estimate = (position + turn.pause_ms, turn.duration_ms)
        start, duration = recorded.get(turn.sequence, estimate)
        times.append((start, duration))
        position = start + duration
    return times, position


def _random(seed: int, purpose: str) -> random.Random:
    return random.Random(f"demo {seed} {purpose}")  # noqa: S311  # chance for show, not for secrets


def _start(rng: random.Random, person: Person, anchor: datetime, days: int) -> datetime:
    """Choose when a session begins: by the learner's own clock and week."""
    while True:
        day = anchor - timedelta(days=rng.randrange(days + 1))
        midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
        hour = rng.choices(range(24), _HOURS)[0] - person.utc_offset
        start = midnight + timedelta(hours=hour, milliseconds=rng.randrange(3_600_000))
        is_within = anchor - timedelta(days=days) <= start <= anchor - timedelta(minutes=45)
        if is_within and rng.random() < _WEEKDAYS[start.weekday()] / max(_WEEKDAYS):
            return start


def _recordings(rng: random.Random, voices: list[int], scale: Scale) -> dict[int, Kind]:
    """Choose the sessions that were recorded: any, but rather the newer ones."""
    by_chance = sorted(voices, key=lambda number: number / max(voices) + rng.random(), reverse=True)
    whole: list[Kind] = ["session"]
    by_turn: list[Kind] = ["turns"]
    kinds = whole * scale.recorded_whole + by_turn * scale.recorded_by_turn
    rng.shuffle(kinds)
    return dict(zip(by_chance, kinds, strict=False))


def _session(
    rng: random.Random, slot: Slot, channel: Channel, recording: Kind | None
) -> PlannedSession:
    person = slot.person
    support = [family for family in families() if family.is_support]
    scenes = [family for family in families() if not family.is_support]
    liked = [family for family in scenes if family.id in person.favourites]
    if rng.random() < _SUPPORT_SHARE:
        family = rng.choice(support)
    else:
        family = rng.choice(liked if rng.random() < _FAVOURITE_SHARE else scenes)
    ending: Ending = rng.choices(("completed", "abandoned", "failed"), (0.83, 0.11, 0.06))[0]
    # Recorded ones are a little shorter: people listen to them, and the first start waits for them.
    length = rng.lognormvariate(2.4 if recording else 2.75, 0.45)
    cast = Cast(person.first_name, person.surname, person.gender, slot.skill)
    dialogue = build(
        family,
        cast,
        rng,
        round(min(max(length, MIN_TURNS), MAX_TURNS)),
        ending,
        voice=channel == "voice",
    )
    model = pick_model(rng, channel)
    turns = _turns(rng, slot, dialogue, model)
    metadata: dict[str, Any] = {
        "scenario": dialogue.family,
        "persona": dialogue.persona,
        "device": rng.choice(("ios", "android", "web", "web")),
        "appVersion": rng.choice(("3.8.0", "3.8.1", "3.9.0")),
    }
    if ending == "completed":
        metadata["assessmentScore"] = _score(rng, dialogue)
    if ending == "failed":
        metadata["failure"] = rng.choice(common()["failures"])
    return PlannedSession(
        number=slot.number,
        external_id=slot.external_id,
        person=person,
        coach_voice=coach_voice(rng, person.gender),
        channel=channel,
        model=model,
        started_at=slot.started_at,
        status=ending,
        dialogue=dialogue,
        turns=turns,
        recording=recording,
        assessment_ms=assessment_ms(rng, len(turns)) if ending == "completed" else None,
        review_score=_review(rng, slot, dialogue),
        labels=_labels(rng, dialogue, ending),
        metadata=metadata,
    )


def _turns(
    rng: random.Random, slot: Slot, dialogue: Dialogue, model: Model
) -> tuple[PlannedTurn, ...]:
    is_voice = model.channel == "voice"
    load = _load(model, slot)
    turns: list[PlannedTurn] = []
    if len(dialogue.turns) < MAX_TURNS and rng.random() < (0.25 if is_voice else 0.6):
        turns.append(PlannedTurn(0, "system", dialogue.brief, 0, 0, {}))
    words = 0
    elapsed = 0
    for speaker, text in dialogue.turns:
        count = len(text.split())
        spoken_ms = count * _MILLIS_PER_WORD
        figures: dict[str, Any] = {}
        if speaker == "assistant":
            answer = reply(rng, model, text, words, load)
            pause, duration = answer.ttft_ms, answer.latency_ms - answer.ttft_ms
            figures = {
                "request_id": request_id(rng, slot.started_at + timedelta(milliseconds=elapsed)),
                "provider": model.provider,
                "model_id": model.model_id,
                "tokens_in": answer.tokens_in,
                "tokens_out": answer.tokens_out,
                "cost": answer.cost,
                "ttft_ms": answer.ttft_ms,
                "latency_ms": answer.latency_ms,
            }
        elif is_voice:
            pause, duration = round(min(rng.lognormvariate(6.6, 0.5), 4_500)), 0
        else:
            # Reads, thinks and types; the turn is there when it is sent.
            pause, duration = round(2_000 + count * rng.uniform(300, 650)), 0
        duration = spoken_ms if is_voice else duration
        turns.append(PlannedTurn(len(turns), speaker, text, pause, duration, figures))
        words += count
        elapsed += pause + duration
    return tuple(turns)


def _load(model: Model, slot: Slot) -> float:
    """Return the factor on the first token's time: busy evenings, and one provider's bad day."""
    evening = 1 + 0.22 * max(0.0, math.sin((slot.started_at.hour - 11) / 12 * math.pi))
    is_bad_day = model.provider == "meridian" and 8 < slot.age_days < 9  # noqa: PLR2004
    return evening * (2.1 if is_bad_day else 1.0)


def _review(rng: random.Random, slot: Slot, dialogue: Dialogue) -> int | None:
    """Return a reviewer's score: of some sessions that are older than a day."""
    is_reviewed = slot.age_days > 1 and rng.random() < _REVIEWED_SHARE
    return _score(rng, dialogue) if is_reviewed else None


def _score(rng: random.Random, dialogue: Dialogue) -> int:
    """Return a verdict of the learner's part, 1 to 5."""
    return min(5, max(1, round(1.4 + 3.6 * dialogue.quality + rng.gauss(0, 0.6))))


def _labels(rng: random.Random, dialogue: Dialogue, ending: Ending) -> tuple[str, ...]:
    labels = [dialogue.labels[0]]
    if rng.random() < 0.5:  # noqa: PLR2004
        labels.extend(dialogue.labels[1:])
    if ending == "completed" and dialogue.quality < 0.3:  # noqa: PLR2004
        labels.append("needs coaching")
    if ending == "completed" and dialogue.quality > 0.85:  # noqa: PLR2004
        labels.append("good example")
    return tuple(labels)


def request_id(rng: random.Random, at: datetime) -> str:
    """Return a UUIDv7 (RFC 9562) of that moment."""
    millis = int(at.timestamp() * 1000)
    value = millis << 80 | 7 << 76 | rng.getrandbits(12) << 64 | 2 << 62 | rng.getrandbits(62)
    return str(uuid.UUID(int=value))
