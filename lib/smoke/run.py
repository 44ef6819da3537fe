"""What the steps of one run share."""

from __future__ import annotations

import io
import math
import struct
import wave
from dataclasses import dataclass, field
from typing import Final, Literal

from lib.auth.backend_api import BackendApi
from lib.auth.service import mint
from lib.data import Caller
from lib.smoke.api import AppClient
from lib.smoke.browser import Browser
from lib.smoke.checks import Failed
from lib.smoke.marks import new_mark
from lib.smoke.people import People
from lib.work.services import Services

SECONDS: Final = 5
"""Length of the recording: long enough to see the player's clock go on."""

_RATE, _PITCH, _LOUDNESS = 16_000, 440.0, 9_000
_TOKEN_SECONDS: Final = 120


@dataclass
class Run:
    """One run: its clients, and the data that it has created.

    Attributes:
        services: of this process, from the same settings as the app's.
        user_id: team member that signs in; made by the run if empty at the start.
        clerk_session_id: an active Clerk session that the operator made; empty: the run makes one.
        mark: clerkId of the product user, externalId of the session, externalId at Clerk.
        made_member: whether the team member is the run's own, to be deleted.
        made_session: whether the Clerk session is the run's own.
        session_id: document id of the conversation.
        audio_id: document id of the recording; `audio_key` its name in the bucket.
        upload_url, play_url: signed URLs; secrets until they expire.
        revoked: whether the Clerk session was ended.
    """

    services: Services
    user_id: str = ""
    clerk_session_id: str = ""
    mark: str = field(default_factory=new_mark)
    made_member: bool = False
    made_session: bool = False
    session_id: str = ""
    audio_id: str = ""
    audio_key: str = ""
    upload_url: str = field(default="", repr=False)
    play_url: str = field(default="", repr=False)
    revoked: bool = False
    recording: bytes = field(default_factory=lambda: tone(SECONDS), repr=False)

    def __post_init__(self) -> None:
        """Open connections."""
        settings = self.services.settings
        self.outside = AppClient(settings)
        self.people = People(settings)
        self.browser = Browser(settings.app_url)

    def close(self) -> None:
        """End the browser and close all connections."""
        self.browser.close()
        self.people.close()
        self.outside.close()

    @property
    def clerk(self) -> BackendApi:
        """The Backend API as the app itself uses it."""
        return self.services.authenticator.api

    @property
    def worker(self) -> Caller:
        """Convex, directly, in the role worker."""
        return self.services.worker_caller()

    def service_key(self) -> str:
        """Return the PEM that signs service tokens.

        Raises:
            Failed: it is not set.
        """
        key = self.services.settings.service_key
        if key is None:
            raise Failed("EARSHOT_SERVICE_KEY is not set: nothing can be stored or erased.")
        return key.get_secret_value()

    def machine(self, role: Literal["ingest", "worker"] = "ingest") -> str:
        """Return a service token, as the product's backend has one."""
        issuer = self.services.settings.service_issuer
        return mint(self.service_key(), issuer, role, "smoke", _TOKEN_SECONDS)

    def member(self) -> str:
        """Return a fresh session token of the team member."""
        return self.clerk.create_token(self.clerk_session_id)


def tone(seconds: int) -> bytes:
    """Return a WAV file with an audible tone, 16-bit mono."""
    step = 2 * math.pi * _PITCH / _RATE
    samples = (round(_LOUDNESS * math.sin(step * n)) for n in range(_RATE * seconds))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return out.getvalue()
