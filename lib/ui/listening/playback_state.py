"""What the player in this tab has received: playback URLs, states of recordings, waveforms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import streamlit as st

from lib.data import Caller, DataError, Refused
from lib.data.records import AudioObject
from lib.observability.logs import get_logger
from lib.storage.errors import ObjectMissingError, StorageError
from lib.storage.objects import head
from lib.ui.listening.waveforms import Waveform
from lib.work.playback import NotPlayableError, Playback, issue_url, plays_in_browsers
from lib.work.services import services

MOST_URLS: Final = 12
"""Maximum number of URLs in one request of the player."""
_AT_ONCE: Final = 6
DOWNLOAD_ONLY: Final = "download_only"
"""State of a recording whose codec browsers do not play."""
_STATES: Final = frozenset({"pending", "expired", "deleted", "missing", "corrupt", DOWNLOAD_ONLY})
_KEY: Final = "earshot.room"

_log = get_logger(__name__)


@dataclass(slots=True)
class PlaybackState:
    """State of the player for one session in one tab; kept across reruns and reconnections.

    Attributes:
        session_id: of the session that is played.
        edition: counts versions of the text sent to the player: masked, revealed, masked again.
        answered: number of the player's last request for URLs that was answered.
        issued: URLs by recording, valid and expired ones.
        states: why a recording cannot be played, as found after the page was loaded.
        waves: waveforms by recording, once fetched.
        problem: message about the last request, None if it succeeded.
    """

    session_id: str
    edition: int = 0
    answered: int = 0
    issued: dict[str, Playback] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    waves: dict[str, Waveform] = field(default_factory=dict)
    problem: str | None = None

    @classmethod
    def of(cls, session_id: str) -> PlaybackState:
        """Return the state for this session in this tab; another session gets a new one."""
        memory = st.session_state.get(_KEY)
        if not isinstance(memory, cls) or memory.session_id != session_id:
            memory = cls(session_id)
            st.session_state[_KEY] = memory
        return memory

    def answer(
        self, request: Mapping[str, Any], recordings: Sequence[AudioObject], caller: Caller
    ) -> None:
        """Issue the URLs that the player asked for; each is checked by Convex and audited.

        Args:
            request: `urls` of `Triggers` in the player's `src/types.ts`.
            recordings: of this session; other ids are ignored.
            caller: who listens.
        """
        known = {recording.id: recording for recording in recordings}
        asked = [known[item] for item in request.get("ids") or [] if item in known][:MOST_URLS]
        self.problem = None
        if asked:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                answers = list(pool.map(lambda item: self._issue(item, caller), asked))
            for recording, answer in zip(asked, answers, strict=True):
                self._note(recording.id, answer)
        # Set last: the player accepts URLs only from a newer answer.
        self.answered = int(request.get("request") or 0)

    def urls(self) -> dict[str, dict[str, Any]]:
        """Return `urls` of the player's data, each with its remaining lifetime."""
        now = datetime.now(UTC)
        return {
            audio_id: {
                "url": playback.url,
                "expiresInMs": max(0.0, (playback.expires_at - now).total_seconds() * 1000),
            }
            for audio_id, playback in self.issued.items()
        }

    def _note(self, audio_id: str, answer: Playback | str) -> None:
        if isinstance(answer, Playback):
            self.issued[audio_id] = answer
        elif answer in _STATES:
            self.states[audio_id] = answer
        else:
            self.problem = answer

    def _issue(self, recording: AudioObject, caller: Caller) -> Playback | str:
        """Return a URL, a state that has nothing to play, or an error message."""
        storage = services().storage
        earlier = self.issued.get(recording.id)
        try:
            if earlier is not None and earlier.expires_at > datetime.now(UTC):
                # The player failed with a URL that is still valid: check that the object exists.
                head(storage, "reader", recording.key, "page")
            issued = issue_url(caller, storage, recording.id, renewal=earlier is not None)
            # Its analysis may have ended since the page was loaded.
            return DOWNLOAD_ONLY if plays_in_browsers(issued.audio) is False else issued
        except ObjectMissingError:
            return "missing"
        except NotPlayableError as error:
            return error.state if error.state in _STATES else "missing"
        except (DataError, StorageError) as error:
            _log.warning(
                "player.no_url",
                audio=recording.id,
                error=type(error).__name__,
                requestId=caller.request_id,
            )
            return f"{_why(error)} Request id: {caller.request_id}"


def _why(error: DataError | StorageError) -> str:
    denied = isinstance(error, StorageError) and error.failure == "denied"
    if denied or (isinstance(error, Refused) and error.code in {"FORBIDDEN", "UNAUTHENTICATED"}):
        return "Access to the recording was denied, for you or for this dashboard."
    return "The recording could not be loaded. Press play to try again."
