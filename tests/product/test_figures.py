"""Numbers and times as people read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lib.product import figures as fmt

BERLIN = ZoneInfo("Europe/Berlin")
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
    unknown = [fmt.length(None), fmt.latency(None), fmt.dollars(None), fmt.count(None)]
    assert unknown == [fmt.NONE] * 4
    assert fmt.share(0, 0) == fmt.NONE


def test_numbers_carry_their_units() -> None:
    assert [fmt.latency(812.4), fmt.latency(1930)] == ["812 ms", "1.93 s"]
    assert [fmt.length(7_900), fmt.length(3_723_000)] == ["0:07", "1:02:03"]
    assert [fmt.dollars(0), fmt.dollars(0.0021), fmt.dollars(1234.5)] == [
        "$0",
        "$0.0021",
        "$1,234.50",
    ]
    assert [fmt.share(3, 1000), fmt.share(1, 4), fmt.share(0, 5)] == ["0.3%", "25%", "0%"]
    assert [fmt.size(812), fmt.size(1_500_000), fmt.size(5 * 2**30)] == [
        "812 B",
        "1.4 MiB",
        "5.0 GiB",
    ]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Lovelace", "AL"), ("ada", "A"), ("Ana Maria de Sousa", "AS"), ("<b>", "?"), ("", "?")],
)
def test_initials_are_letters_of_the_name(name: str, letters: str) -> None:
    assert fmt.initials(name) == letters
