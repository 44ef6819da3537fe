"""The records are what the functions' validators say, and nobody else names a function."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from lib.data import records
from lib.data.functions import Argument, Mutation, Query, instant, milliseconds, writer
from local.codegen.__main__ import TARGET, read_validators
from local.codegen.render import render

ROOT = Path(__file__).resolve().parents[2]


def described() -> dict[str, str]:
    """Return the constants of the described functions by path."""
    found = {name: value for name, value in vars(records).items() if name.isupper()}
    return {
        value.path: name for name, value in found.items() if isinstance(value, Query | Mutation)
    }


@pytest.mark.generated
def test_the_checked_in_records_are_current() -> None:
    assert TARGET.read_text() == render(read_validators()), "run `python -m local.codegen`"


def test_every_public_function_has_a_typed_way_to_call_it() -> None:
    modules = [path.read_text() for path in (ROOT / "lib/data").glob("*.py") if path != TARGET]
    callable_from = "\n".join(modules)
    missing = [
        path for path, name in described().items() if not re.search(rf"\b{name}\b", callable_from)
    ]
    assert missing == []


def test_no_other_room_names_a_function() -> None:
    pattern = re.compile("|".join(re.escape(f'"{path}"') for path in described()))
    rooms = [path for path in (ROOT / "lib").rglob("*.py") if path != TARGET]
    rooms += (ROOT / "pages").rglob("*.py")
    assert [str(path) for path in rooms if pattern.search(path.read_text())] == []


def test_moments_survive_the_way_there_and_back() -> None:
    moment = datetime(2026, 11, 23, 14, 10, 42, 123000, tzinfo=UTC)
    assert instant(milliseconds(moment)) == moment
    elsewhere = moment.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert milliseconds(elsewhere) == milliseconds(moment)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        milliseconds(datetime(2026, 1, 1))  # noqa: DTZ001


def test_none_is_left_out_unless_the_field_may_be_null() -> None:
    write = writer(
        Argument("name", "name"),
        Argument("cursor", "cursor", nullable=True),
        Argument("from_", "from", milliseconds),
    )
    assert write({"name": None, "cursor": None, "from_": instant(5)}) == {"cursor": None, "from": 5}
    assert write({}) == {}
