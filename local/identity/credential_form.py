"""streamlit-authenticator's credential form, with a throttle in front and its cookie off."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit_authenticator import Authenticate
from streamlit_authenticator.controllers import AuthenticationController
from streamlit_authenticator.utilities import Hasher, LoginError

from local.identity.credentials import sign_ins
from local.identity.private_files import load_or_create
from local.identity.throttle import Throttle
from local.stack import Stack

_MAX_PASSWORD_BYTES = 72  # bcrypt reads no further
_SECONDS_PER_MINUTE = 60
# Checked for unknown names, so that the answer takes as long as for a known one.
_NOBODY = Hasher.hash(secrets.token_urlsafe(16))


class ThrottledController(AuthenticationController):  # type: ignore[misc]  # untyped library
    """Checks credentials as the library does, unless there were too many wrong passwords."""

    def __init__(self, credentials: dict[str, Any], throttle: Throttle, address: str) -> None:
        super().__init__(credentials, auto_hash=False)
        self._known = set(credentials["usernames"])
        self._throttle = throttle
        self._address = address

    def login(
        self, username: str | None = None, password: str | None = None, *args: Any, **options: Any
    ) -> bool | None:
        """Check a username and password.

        Raises:
            LoginError: too many wrong passwords; the message says how long to wait.
        """
        if not username or not password:
            return None
        username = username.lower().strip()
        wait = self._throttle.wait_seconds(username, self._address)
        if wait:
            minutes = -(-wait // _SECONDS_PER_MINUTE)
            unit = "minute" if minutes == 1 else "minutes"
            raise LoginError(f"Too many attempts. Please wait {minutes} {unit} and try again.")
        if username in self._known and len(password.strip().encode()) <= _MAX_PASSWORD_BYTES:
            accepted = super().login(username, password, *args, **options)
        else:
            Hasher.check_pw("", _NOBODY)
            accepted = st.session_state["authentication_status"] = False
        if accepted:
            self._throttle.record_success(username, self._address)
        else:
            self._throttle.record_failure(username, self._address)
        return bool(accepted)


class CredentialForm(Authenticate):  # type: ignore[misc]  # untyped library
    """The library's sign-in form without its cookie.

    The cookie could be replayed after a sign-out, so the component that reads and writes it is not
    drawn at all. (It would also request a rerun, which can interrupt a password check.)
    """

    def __init__(self, controller: ThrottledController) -> None:
        # The base class would draw the component here; these are all fields that `login` reads.
        self.path = None
        self.attrs = {"login_sleep_time": 0}
        self.cookie_controller = NoCookie()
        self.authentication_controller = controller


class NoCookie:
    """Replaces the library's cookie: never present, never set."""

    def get_cookie(self) -> None:
        """Return no remembered sign-in."""

    def set_cookie(self) -> None:
        """Remember no sign-in."""


def password_hashes(stack: Stack) -> dict[str, str]:
    """Return the bcrypt hash of every sign-in by username; made at the first start."""

    def make() -> bytes:
        hashes = {name: Hasher.hash(word) for name, word in sign_ins(stack).items()}
        return json.dumps(hashes).encode()

    hashes: dict[str, str] = json.loads(
        load_or_create(Path(stack.home) / "identity" / "password-hashes.json", make)
    )
    return hashes


def ask(hashes: Mapping[str, str], throttle: Throttle, address: str) -> str | None:
    """Draw the form; return the username once name and password were right.

    Args:
        hashes: bcrypt hash by username.
        throttle: shared by all visitors.
        address: of this visitor.
    """
    credentials = {
        "usernames": {
            name: {"password": value, "name": name, "email": ""} for name, value in hashes.items()
        }
    }
    form = CredentialForm(ThrottledController(credentials, throttle, address))
    labels = {
        "Form name": "",
        "Username": "Username",
        "Password": "Password",
        "Login": "Sign in",
    }
    try:
        form.login(fields=labels, key="sign-in")
    except LoginError as error:
        st.warning(str(error), icon=":material/hourglass_top:")
        return None
    if st.session_state["authentication_status"]:
        return str(st.session_state["username"])
    if st.session_state["authentication_status"] is False:
        st.error("Wrong username or password.", icon=":material/error:")
    return None
