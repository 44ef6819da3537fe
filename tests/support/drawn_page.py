"""A page of the dashboard drawn without a browser: what it says, its charts and its components.

Also a program that stands alone, for a set of files without `tests`: run with `python -c TEXT` in
the folder that holds `lib`. Settings come from the environment, what to draw as JSON on standard
input; the last line that it prints is what `draw` returns.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from streamlit.testing.v1 import AppTest

from lib.auth.members import Member
from lib.auth.roles import Role
from lib.ui.shell import visitor
from lib.ui.shell.navigation import BY_PATH
from lib.work.services import services

# The pages must be known, so that one can link to another.
SCRIPT = """
import runpy
import streamlit as st
from lib.ui.shell.navigation import ROUTES
st.navigation([st.Page(it.script, title=it.title, url_path=it.path[1:]) for it in ROUTES[1:]])
runpy.run_path({script!r})
"""


def draw(page: str, role: str, token: str, params: dict[str, str]) -> dict[str, Any]:
    """Draw a page for a member.

    Args:
        page: its path.
        role: of the member.
        token: session token of the member, which Convex accepts.
        params: query parameters of the address.

    Returns:
        `errors`: exceptions. `words`: every text. `charts`: Plotly figures by key. `components`:
        data of the product's components by key.
    """
    member = Member("user_test", "sess_test", Role(role))
    visitor.current_member = lambda: member
    authenticator = type(services().authenticator)
    authenticator.convex_token = lambda *_: token  # type: ignore[method-assign]
    script = AppTest.from_string(SCRIPT.format(script=str(BY_PATH[page].script)))
    for name, value in params.items():
        script.query_params[name] = value
    script.run(timeout=60)
    texts = ("markdown", "text", "caption", "header", "subheader", "title", "metric")
    return {
        "errors": [item.value for item in script.exception],
        "words": [
            word
            for kind in texts
            for item in script.get(kind)
            for field in ("label", "body", "delta")
            if (word := getattr(item.proto, field, ""))
        ],
        "charts": {
            _key(item.proto.id): json.loads(item.proto.spec) for item in script.get("plotly_chart")
        },
        "components": {
            _key(item.proto.id): json.loads(item.proto.json)
            for item in script.get("bidi_component")
        },
    }


def _key(element_id: str) -> str:
    """Return the key of an element from its id, `$$ID-hash-key`."""
    return element_id.split("-", 2)[2]


if __name__ == "__main__":
    sys.stdout.write(f"\n{json.dumps(draw(**json.load(sys.stdin)))}\n")
