"""Texts that UTF-8 has no bytes for: refused before they are sent, shown when they come."""

from __future__ import annotations

from typing import Any

import pytest

from lib.data import FieldError, Refused
from lib.data.client import Client
from lib.data.functions import Reader
from lib.product.texts import UNFIT_MESSAGE


def test_half_of_a_surrogate_pair_is_refused_by_the_argument_that_holds_it() -> None:
    client = Client("http://127.0.0.1:9")
    args = {"title": "\U0001f600", "interactions": [{"text": "x"}, {"text": "\ud83d"}]}
    with pytest.raises(Refused) as refused:
        client.call("mutation", "interactions:append", args, {})
    assert refused.value.code == "VALIDATION"
    assert refused.value.fields == (FieldError("interactions[1].text", UNFIT_MESSAGE),)


def test_half_of_a_surrogate_pair_in_an_answer_is_shown_as_a_replacement() -> None:
    read: Reader[dict[str, Any]] = Reader(dict[str, Any])
    assert read(b'{"a": ["\\ud83d x"], "n": 3.0}') == {"a": ["\ufffd x"], "n": 3}
