"""The invented language models of the demo data, and how fast and dear they are."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Literal

Channel = Literal["voice", "chat"]

_PROMPT_TOKENS = 420  # instructions and scene, sent with every turn
_TOKENS_PER_WORD = 1.35
_SPIKE_SHARE = 0.012


@dataclass(frozen=True, slots=True)
class Model:
    """One model of one provider. Neither exists; the figures are in a usual range.

    Attributes:
        ttft_ms: median time to the first token.
        spread: sigma of the logarithm of that time.
        tokens_per_second: speed of what follows.
        cost_in, cost_out: US dollars per million tokens.
    """

    provider: str
    model_id: str
    channel: Channel
    share: float
    ttft_ms: float
    spread: float
    tokens_per_second: float
    cost_in: float
    cost_out: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What one answer of a model took. Times in milliseconds, cost in US dollars."""

    ttft_ms: int
    latency_ms: int
    tokens_in: int
    tokens_out: int
    cost: float


MODELS = (
    Model("aurora", "aurora-talk-2", "voice", 0.45, 510, 0.32, 105, 4.0, 16.0),
    Model("aurora", "aurora-talk-2-mini", "voice", 0.20, 350, 0.28, 150, 0.6, 2.4),
    Model("meridian", "meridian-live-1.5", "voice", 0.25, 640, 0.36, 90, 3.0, 12.0),
    Model("kestrel", "kestrel-voice-70b", "voice", 0.10, 720, 0.48, 60, 0.9, 0.9),
    Model("aurora", "aurora-4", "chat", 0.35, 560, 0.34, 85, 2.5, 10.0),
    Model("meridian", "meridian-large", "chat", 0.35, 760, 0.33, 75, 3.0, 15.0),
    Model("meridian", "meridian-swift", "chat", 0.20, 310, 0.30, 170, 0.25, 1.25),
    Model("kestrel", "kestrel-8b", "chat", 0.10, 260, 0.50, 190, 0.1, 0.1),
)


def pick_model(rng: random.Random, channel: Channel) -> Model:
    """Return a model for a session, by share."""
    fitting = [model for model in MODELS if model.channel == channel]
    return rng.choices(fitting, [model.share for model in fitting])[0]


def reply(rng: random.Random, model: Model, text: str, history_words: int, load: float) -> Reply:
    """Return what an answer took.

    Args:
        rng: source of chance.
        model: who answers.
        text: the answer.
        history_words: length of the conversation so far; it is sent again every time.
        load: factor on the time to the first token, 1 on a quiet hour.
    """
    tokens_in = _PROMPT_TOKENS + round(history_words * _TOKENS_PER_WORD)
    tokens_out = max(2, round(len(text.split()) * _TOKENS_PER_WORD * rng.uniform(0.95, 1.1)))
    ttft = model.ttft_ms * load * rng.lognormvariate(0, model.spread) + tokens_in * 0.03
    if rng.random() < _SPIKE_SHARE:
        ttft *= rng.uniform(2.5, 6)
    speed = model.tokens_per_second * rng.uniform(0.8, 1.1)
    cost = (tokens_in * model.cost_in + tokens_out * model.cost_out) / 1_000_000
    return Reply(
        ttft_ms=round(ttft),
        latency_ms=round(ttft + tokens_out / speed * 1000),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=round(cost, 7),
    )


def assessment_ms(rng: random.Random, turns: int) -> int:
    """Return how long the assessment of a session took: a few seconds, longer for long ones."""
    return round((2600 + 55 * turns) * math.exp(rng.gauss(0, 0.38)))
