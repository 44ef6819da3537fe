"""A phone number has one form however it is written, and a withheld one is none."""

from __future__ import annotations

import pytest

from lib.product.phones import phone_number
from lib.work.provisioning import verified_phones

NUMBER = "+4930901820"


@pytest.mark.parametrize(
    ("text", "region"),
    [
        (NUMBER, None),
        ("+49 30 901820", None),
        ("tel:+49-30-901820", None),
        ("030 901820", "DE"),
        ("0049 30 901820", "DE"),
    ],
)
def test_a_number_is_e164_however_it_is_written(text: str, region: str | None) -> None:
    assert phone_number(text, region) == NUMBER


@pytest.mark.parametrize("text", ["anonymous", "Restricted", " unknown ", "private", "+266696687"])
def test_a_withheld_number_is_none(text: str) -> None:
    assert phone_number(text) is None


@pytest.mark.parametrize("text", ["", "030 901820", "12", "sip:100@pbx", "+999"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="phone number with its country code"):
        phone_number(text)


def test_only_verified_numbers_of_clerk_are_identities() -> None:
    verified = {"phone_number": NUMBER, "verification": {"status": "verified"}}
    others = [
        {"phone_number": "+4930901821", "verification": {"status": "unverified"}},
        {"phone_number": "+4930901822", "verification": None},
        {"phone_number": "nonsense", "verification": {"status": "verified"}},
        "no object",
    ]
    assert verified_phones({"phone_numbers": [*others, verified]}) == [NUMBER]
    assert verified_phones({}) == []
