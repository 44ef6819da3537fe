"""Sign-in portal of the local Clerk instance: a Streamlit app in a process of its own.

It checks a password, asks the Backend API for a one-use ticket and sends the browser to the
Frontend API, which spends the ticket and returns the browser to the app.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import urlencode

import httpx
import streamlit as st

from local.identity import credential_form
from local.identity.throttle import Throttle
from local.stack import Stack

TICKET_SECONDS = 30
_API_SECONDS = 5.0
_ISSUED = "ticket_issued"

_MARK = str(Path(__file__).with_name("mark.svg"))
_STYLE = """
<style>
.stMainBlockContainer { max-width: 27rem; padding-top: 12vh; }
.stForm { padding: 1.4rem 1.6rem 1.8rem; }
/* The form's own heading has no text: it would be two levels below the page's. */
.stForm [data-testid=stHeading] { display: none; }
/* Captions are too pale to read (WCAG 1.4.3). */
[data-testid=stCaptionContainer], [data-testid=stCaptionContainer] code {
  color: inherit;
  opacity: 1;
}
.stForm .stElementContainer:has(.stFormSubmitButton), .stForm .stFormSubmitButton { width: 100%; }
.stForm .stFormSubmitButton button {
  width: 100%;
  background: light-dark(#1f6f63, #63bfae);
  border-color: light-dark(#1f6f63, #63bfae);
  color: light-dark(#fbfaf7, #111a1a);
}
</style>
"""


@st.cache_resource
def _stack() -> Stack:
    return Stack.load(Path(os.environ["EARSHOT_HOME"]))


@st.cache_resource
def _hashes() -> dict[str, str]:
    return credential_form.password_hashes(_stack())


@st.cache_resource
def _throttle() -> Throttle:
    return Throttle()


def main() -> None:
    """Draw the portal."""
    st.set_page_config("Sign in · Earshot", _MARK, "centered")
    st.html(_STYLE)
    st.title(":material/graphic_eq: Earshot", anchor=False)
    if st.session_state.get(_ISSUED):
        _explain_return()
        return
    st.header("Sign in", anchor=False)
    st.markdown("Listen to what happened.")
    form = st.empty()
    with form.container():
        username = credential_form.ask(_hashes(), _throttle(), st.context.ip_address or "local")
    if username is None:
        _explain()
        return
    form.empty()
    try:
        url = _ticket_url(username)
    except httpx.HTTPError:
        st.error("The sign-in service is not responding. Try again in a moment.")
        st.session_state["authentication_status"] = None
        return
    st.markdown(":material/progress_activity: Signing you in …")
    _leave_for(url)
    st.session_state[_ISSUED] = True


def _explain() -> None:
    st.caption(
        "This is the local stack's own sign-in. Usernames are the roles: `viewer`, `reviewer`, "
        "`ops`, `admin`. `python -m local info` prints their passwords."
    )


def _explain_return() -> None:
    st.markdown("You are signed in. This page can be closed.")
    st.link_button("Open Earshot", _stack().app_url, icon=":material/arrow_forward:")


def _ticket_url(username: str) -> str:
    """Return the Frontend API's URL that signs this browser in once.

    Raises:
        httpx.HTTPError: the Backend API refused or did not answer.
    """
    stack = _stack()
    headers = {"Authorization": f"Bearer {stack.clerk_secret_key}"}
    with httpx.Client(base_url=stack.clerk_api_url, headers=headers, timeout=_API_SECONDS) as api:
        found = api.get("/v1/users", params={"username": username}).raise_for_status().json()
        body = {"user_id": found[0]["id"], "expires_in_seconds": TICKET_SECONDS}
        ticket = api.post("/v1/sign_in_tokens", json=body).raise_for_status().json()
    target = st.query_params.get("redirect_url", "")
    return f"{ticket['url']}&{urlencode({'redirect_url': target})}"


def _leave_for(url: str) -> None:
    """Navigate the browser; the URL is ours, the return URL in it is encoded."""
    literal = json.dumps(url).replace("<", "\\u003c")
    st.html(f"<script>window.location.replace({literal})</script>", unsafe_allow_javascript=True)


main()
