"""Words that only the next release knows are shown as they are: its functions come first."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
import pytest
from pydantic import ValidationError

from lib.api.models import ResponseModel
from lib.api.routes import review_queues, rubrics
from lib.data import records
from lib.data.functions import Moment, Page, Reader, Record
from lib.formats.transcript_export import FORMATS
from lib.ui.operate import alert_rows
from lib.ui.parts.session_rows import session_rows
from lib.ui.people.user_rows import user_rows
from lib.ui.review import rows as review_rows

WORD = "from-the-next-release"
NOW = datetime(2026, 1, 31, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
RECORDS = [
    kind
    for kind in vars(records).values()
    if isinstance(kind, type) and issubclass(kind, Record) and kind not in {Record, Page}
]


def filled(kind: Any) -> Any:
    """Return a value of a type in which every text is the word."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        return filled(inner[0])
    if origin is tuple:
        return (filled(inner[0]),)
    if origin is Mapping:
        return {WORD: filled(inner[1])}
    if isinstance(kind, type) and issubclass(kind, Record):
        return kind(**{name: filled(one) for name, one in get_type_hints(kind).items()})
    plain = {str: WORD, int: 1, float: 1.0, bool: True, Moment: NOW, bytes: b"x", Any: WORD}
    return plain[kind]


def wire(value: Any) -> Any:
    """Return a record as Convex sends it."""
    if isinstance(value, msgspec.Struct):
        names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
        return {sent: wire(getattr(value, name)) for name, sent in names}
    if isinstance(value, tuple):
        return [wire(one) for one in value]
    return 1_769_817_600_000 if isinstance(value, datetime) else value


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_a_record_with_words_that_are_not_known_is_read(kind: type[Record]) -> None:
    record = filled(kind)
    assert Reader[Record](kind)(msgspec.json.encode(wire(record))) == record


@pytest.mark.parametrize(
    "drawn",
    [
        lambda: session_rows([filled(records.UserSession)], ZONE),
        lambda: user_rows([filled(records.User)], ZONE),
        lambda: alert_rows.incident_rows([filled(records.Incident)], ZONE),
        lambda: alert_rows.delivery_rows([filled(records.Delivery)], ZONE),
        lambda: review_rows.item_rows([filled(records.ReviewItem)], ZONE),
    ],
)
def test_a_list_shows_them(drawn: Callable[[], object]) -> None:
    assert WORD in repr(drawn())


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_an_exported_transcript_names_a_speaker_that_is_not_known(form: str) -> None:
    text = FORMATS[form].write(filled(records.UserSession), [filled(records.Interaction)])
    assert WORD in str(text).lower()


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (rubrics.Criterion, records.Criterion),
        (review_queues.Slot, records.ReviewSlot),
    ],
)
def test_the_api_passes_them_on(model: type[ResponseModel], kind: type[Record]) -> None:
    assert WORD in model.model_validate(filled(kind)).model_dump(warnings=False).values()


def test_the_api_still_refuses_what_is_no_word() -> None:
    with pytest.raises(ValidationError):
        review_queues.Slot.model_validate({**wire(filled(records.ReviewSlot)), "state": 3})
