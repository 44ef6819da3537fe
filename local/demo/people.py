"""The learners of the demo data: invented people, with a voice and a level of their own."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from local.demo.corpus import families
from local.demo.dialogue import Gender
from local.demo.speech import Voice

# First name, surname, gender, hours from UTC. The names stand for nobody.
_PEOPLE: tuple[tuple[str, str, Gender, int], ...] = (
    ("Amelia", "Hartmann", "female", 1),
    ("Ben", "Okonkwo", "male", 0),
    ("Chiara", "Lombardi", "female", 1),
    ("David", "Eriksen", "male", 1),
    ("Elif", "Demir", "female", 3),
    ("Farid", "Haddad", "male", 2),
    ("Grace", "Mbeki", "female", 2),
    ("Hugo", "Lefevre", "male", 1),
    ("Isabel", "Navarro", "female", 1),
    ("Jakub", "Wolski", "male", 1),
    ("Keiko", "Mori", "female", 9),
    ("Liam", "Gallagher-Boyle", "male", 0),
    ("Mina", "Petrov", "female", 2),
    ("Noah", "Steiner", "male", 1),
    ("Olivia", "Brandt", "female", -5),
    ("Paulo", "Teixeira", "male", -3),
    ("Qing", "Zhao", "female", 8),
    ("Rafael", "Costa", "male", -3),
    ("Sofie", "Dahl", "female", 1),
    ("Theo", "Marchetti", "male", -5),
    ("Uma", "Krishnan", "female", 5),
    ("Viktor", "Sandor", "male", 1),
    ("Wendy", "Ashcroft", "female", 0),
    ("Xavier", "Duarte", "male", -6),
    ("Yara", "Khoury", "female", 2),
    ("Zoltan", "Feher", "male", 1),
    ("Anika", "Sharma", "female", 5),
    ("Bram", "de Vries", "male", 1),
    ("Celeste", "Nguyen", "female", -8),
    ("Dmitri", "Volkov", "male", 3),
    ("Esther", "Goldman", "female", -5),
    ("Finn", "O'Hara", "male", 0),
)

_VARIANTS: dict[Gender, tuple[str, ...]] = {
    "female": ("f1", "f2", "f3", "f4", "f5"),
    "male": ("m1", "m2", "m3", "m4", "m7"),
}
_ACCENTS = ("gmw/en-US", "gmw/en", "gmw/en-GB-x-rp", "gmw/en-GB-scotland")
_DOMAINS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True)
class Person:
    """One learner.

    Attributes:
        utc_offset: hours; decides when they practise.
        skill: chance of a strong answer in the first session, 0 to 1.
        progress: what a month of practice adds to it.
        activity: weight of how often they practise.
        favourites: ids of the scenario families they come for.
    """

    clerk_id: str
    first_name: str
    surname: str
    email: str
    gender: Gender
    voice: Voice
    utc_offset: int
    skill: float
    progress: float
    activity: float
    favourites: tuple[str, ...]
    status: Literal["active", "banned"]
    created_at: datetime

    @property
    def name(self) -> str:
        """Full name."""
        return f"{self.first_name} {self.surname}"


def people(rng: random.Random, now: datetime) -> tuple[Person, ...]:
    """Return all learners; the last one has been banned."""
    scenes = [family.id for family in families() if not family.is_support]
    return tuple(_person(rng, now, number, scenes) for number in range(len(_PEOPLE)))


def coach_voice(rng: random.Random, learner: Gender) -> Voice:
    """Return a voice for the coach that nobody takes for the learner's."""
    gender: Gender = "male" if learner == "female" else "female"
    variant = rng.choice(_VARIANTS[gender])
    return Voice(f"{rng.choice(_ACCENTS[:2])}+{variant}", rate=168, pitch=rng.randint(45, 55))


def _person(rng: random.Random, now: datetime, number: int, scenes: list[str]) -> Person:
    first, surname, gender, offset = _PEOPLE[number]
    handle = f"{first}.{surname}".lower().replace(" ", "").replace("'", "")
    variant = rng.choice(_VARIANTS[gender])
    accent = rng.choice(_ACCENTS)
    return Person(
        clerk_id="user_demo"
        + "".join(rng.choices("abcdefghijkmnpqrstuvwxyzABCDEFGH23456789", k=23)),
        first_name=first,
        surname=surname,
        email=f"{handle}@{rng.choice(_DOMAINS)}",
        gender=gender,
        voice=Voice(f"{accent}+{variant}", rate=rng.randint(145, 180), pitch=rng.randint(42, 58)),
        utc_offset=offset,
        skill=rng.uniform(0.25, 0.8),
        progress=rng.uniform(0.0, 0.25),
        activity=min(rng.paretovariate(1.6), 5.0),  # a few practise every day, most now and then
        favourites=tuple(rng.sample(scenes, rng.randint(2, 5))),
        status="banned" if number == len(_PEOPLE) - 1 else "active",
        created_at=now - timedelta(days=rng.uniform(31, 400)),
    )
