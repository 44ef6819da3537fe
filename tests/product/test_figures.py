"""Numbers and times as people read them."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.product import figures as fmt

BERLIN = ZoneInfo("Europe/Berlin")
CASES = json.loads(Path(__file__).with_name("figures.json").read_text())
NOON = datetime(2026, 7, 1, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOON, "Today, 14:00"),
        (NOON - timedelta(hours=13), "Today, 01:00"),
        (NOON - timedelta(days=1), "Tue 30 Jun, 14:00"),
        (NOON - timedelta(days=365), "1 Jul 2025, 14:00"),
    ],
)
def test_times_are_in_the_viewers_zone_and_say_the_date_only_if_it_is_another_day(
    at: datetime, words: str
) -> None:
    assert fmt.moment(at, BERLIN, NOON) == words


def test_the_tooltip_says_the_same_moment_in_utc() -> None:
    assert fmt.utc(NOON.astimezone(BERLIN)) == "2026-07-01 12:00:30 UTC"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "just now"),
        (150, "2 min ago"),
        (7200, "2 h ago"),
        (90_000, "yesterday"),
        (400_000, "4 days ago"),
    ],
)
def test_ages_are_rounded_down(seconds: float, words: str) -> None:
    assert fmt.ago(NOON - timedelta(seconds=seconds), NOON) == words


def test_what_is_not_known_is_a_dash_and_not_a_zero() -> None:
    unknown = [fmt.clock(None), fmt.latency(None), fmt.dollars(None), fmt.count(None)]
    assert unknown == [fmt.NONE] * 4
    assert [fmt.share(0, 0), fmt.percent(None)] == [fmt.NONE] * 2


@pytest.mark.parametrize("name", CASES)
def test_figures_are_those_of_the_table_that_components_keep_too(name: str) -> None:
    figure = getattr(fmt, name)
    assert [[value, figure(value)] for value, _ in CASES[name]] == CASES[name]


@pytest.mark.parametrize(
    ("value", "digits", "words"),
    [
        (0, 3, "0"),
        (14.25, 3, "14.3"),
        (1000.0, 3, "1,000"),
        (1234567.0, None, "1,234,567"),
        (0.1, None, "0.1"),
        (2.50, 3, "2.5"),
        (1.5e-05, 3, "0.000015"),
        (-0.25, None, "-0.25"),
        (1e9, None, "1,000,000,000"),
    ],
)
def test_numbers_of_any_size_are_written_out(value: float, digits: int | None, words: str) -> None:
    assert fmt.number(value, digits) == words


@given(st.floats(0, 1e15) | st.integers(0, 2**53))
def test_no_figure_is_written_with_an_exponent(value: float) -> None:
    shown = [fmt.clock(value), fmt.latency(value), fmt.dollars(value), fmt.count(value)]
    shown += [fmt.number(value), fmt.number(value, 3)]
    shown += [fmt.size(int(value)), fmt.percent(value / 1e15)]
    assert all(re.fullmatch(r"[<$\d.,:]+( ?[%A-Za-z]+)?", text) for text in shown), shown


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_only_nothing_is_0_percent_and_only_all_is_100_percent(part: int, more: int) -> None:
    assert fmt.share(part, part + more) not in {"0%", "100%"}


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Lovelace", "AL"), ("ada", "A"), ("Ana Maria de Sousa", "AS"), ("<b>", "?"), ("", "?")],
)
def test_initials_are_letters_of_the_name(name: str, letters: str) -> None:
    assert fmt.initials(name) == letters
