"""Dialogues: real structure, all different, nothing left unfilled."""

from __future__ import annotations

import random
import re
from itertools import pairwise

import pytest

from local.demo.corpus import Family, families
from local.demo.dialogue import MAX_TURNS, MIN_TURNS, Cast, Dialogue, Ending, build, persona_gender

CAST = Cast("Hugo", "Stern", "male", 0.6)


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # chance, not secrets


def dialogue(
    family: Family, seed: int, length: int = 16, ending: Ending = "completed", *, voice: bool = True
) -> Dialogue:
    return build(family, CAST, chance(seed), length, ending, voice=voice)


def test_there_are_at_least_twelve_kinds_of_scenes() -> None:
    ids = [family.id for family in families()]
    assert len(set(ids)) == len(ids) >= 12


@pytest.mark.parametrize("family", families(), ids=lambda family: family.id)
@pytest.mark.parametrize("ending", ["completed", "abandoned", "failed"])
def test_speakers_alternate_and_lengths_stay_in_bounds(family: Family, ending: Ending) -> None:
    for seed in range(60):
        turns = dialogue(family, seed, length=chance(seed).randint(6, 40), ending=ending).turns
        speakers = [speaker for speaker, _ in turns]
        assert all(a != b for a, b in pairwise(speakers))
        assert MIN_TURNS <= len(turns) <= MAX_TURNS


@pytest.mark.parametrize("family", families(), ids=lambda family: family.id)
def test_every_line_is_a_filled_sentence(family: Family) -> None:
    for seed in range(60):
        scene = dialogue(family, seed)
        texts = [scene.title, scene.brief, *(text for _, text in scene.turns)]
        for text in texts:
            assert not re.search(r"[{}|]|  ", text), text
            assert text[0].isupper() or text[0].isdigit(), text
        assert all(text[-1] in ".?!" for _, text in scene.turns)


def test_the_same_seed_writes_the_same_dialogue_and_another_seed_another() -> None:
    family = families()[0]
    assert dialogue(family, 1) == dialogue(family, 1)
    assert len({dialogue(family, seed).turns for seed in range(50)}) == 50


def test_skill_decides_how_scenes_go() -> None:
    def quality(skill: float) -> float:
        cast = Cast("Hugo", "Stern", "male", skill)
        scenes = [
            build(family, cast, chance(seed), 16, "completed", voice=True)
            for family in families()
            for seed in range(10)
        ]
        return sum(scene.quality for scene in scenes) / len(scenes)

    assert quality(0.2) < 0.35
    assert quality(0.8) > 0.65


def test_the_persona_never_shares_the_learners_voice_group() -> None:
    for family in families():
        for seed in range(30):
            scene = dialogue(family, seed)
            if family.persona:
                assert persona_gender(scene.persona) in {None, "female"}


SUPPORT = [family for family in families() if family.is_support]


@pytest.mark.parametrize("family", SUPPORT, ids=lambda family: family.id)
def test_in_a_call_for_support_the_assistant_is_the_agent(family: Family) -> None:
    for seed in range(30):
        scene = dialogue(family, seed)
        assert scene.turns[0][0] == "assistant", "it answers the phone"
        assert "role play" not in scene.labels
        text = " ".join(text for _, text in scene.turns)
        assert not re.search(r"(?:\d[ -]?){13,19}", text), "nobody reads out a card number"
        assert "the scene" not in text


def test_role_play_is_marked_as_such() -> None:
    for family in families():
        if not family.is_support:
            scene = dialogue(family, 1)
            assert scene.title.startswith("Role play: ")
            assert "role play" in scene.labels
