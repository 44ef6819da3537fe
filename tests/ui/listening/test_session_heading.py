"""The facts above a session: what is known is shown, what is not known takes no room."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest


def heading(language: str | None) -> None:
    from typing import cast  # noqa: PLC0415  # AppTest runs the source of this function
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from msgspec.structs import replace  # noqa: PLC0415

    from lib.auth.members import Member  # noqa: PLC0415
    from lib.auth.roles import Role  # noqa: PLC0415
    from lib.data import Caller  # noqa: PLC0415
    from lib.ui.listening import session  # noqa: PLC0415
    from lib.ui.shell.visitor import Visitor  # noqa: PLC0415
    from tests.work.importing.samples import SESSION  # noqa: PLC0415

    member = Member("user_1", "sess_1", Role.VIEWER)
    visitor = Visitor(member, cast("Caller", None), ZoneInfo("UTC"))
    session._heading(replace(SESSION, language=language), visitor)


@pytest.mark.parametrize(("language", "shown"), [("de-CH", ["de-CH"]), (None, [])])
def test_the_language_is_a_fact_of_the_session(language: str | None, shown: list[str]) -> None:
    script = AppTest.from_function(heading, args=(language,)).run(timeout=60)
    assert not script.exception
    (drawn,) = script.get("bidi_component")
    facts = json.loads(drawn.proto.json)["facts"]
    assert [fact["value"] for fact in facts if fact["label"] == "Language"] == shown
