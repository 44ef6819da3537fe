"""Going to a page from Python ends the run, and a page that does not exist is an error."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib.ui.shell.navigation import go

SCRIPT = """
import streamlit as st
from lib.ui.shell.navigation import go
go("/sessions", {})
st.text("after")
"""


def test_nothing_runs_after_going_to_a_page() -> None:
    script = AppTest.from_string(SCRIPT).run(timeout=60)
    assert "after" not in [text.value for text in script.text]


def test_a_page_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError, match="/nowhere"):
        go("/nowhere", {})


LIST = """
import streamlit as st
from lib.ui.shell.navigation import list_of, remember_list
st.query_params["channel"] = "Chat"
remember_list("/sessions", ["a", "b"])
st.text(repr(list_of("b", "/users")))
st.text(repr(list_of("other", "/users")))
"""


def test_the_way_back_leads_to_the_list_with_its_filters() -> None:
    script = AppTest.from_string(LIST).run(timeout=60)
    back = [text.value for text in script.text]
    assert back == ["('/sessions', {'channel': 'Chat'})", "('/users', {})"]
