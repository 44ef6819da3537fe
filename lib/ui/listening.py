"""The listening room: what the player is given, and what it asks for while it plays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import streamlit as st

from lib.data import Caller, DataError
from lib.data.records import AudioObject, Interaction, UserSession
from lib.jobs.playback import NotPlayableError, Playback, issue_url
from lib.jobs.services import services
from lib.observability.logs import get_logger
from lib.storage.errors import ObjectMissingError, StorageError
from lib.storage.objects import head
from lib.ui import waves
from lib.ui.identity import require_role
from lib.ui.navigation import go, neighbours_of
from lib.ui.objectives import TTFT_MS, TURN_MS
from lib.ui.rows import name_of
from lib.ui.transcript_player.component import transcript_player

MOST_URLS: Final = 12
"""URLs that one request of the player may ask for."""
_AT_ONCE: Final = 6
_STATES: Final = frozenset({"pending", "expired", "deleted", "missing", "corrupt"})
_SPEAKERS: Final = {"assistant": "Assistant", "system": "System"}

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """One session, loaded.

    Attributes:
        session: its row.
        turns: all of them, by sequence.
        recordings: of turns and of the whole session.
        start_ms: moment that the address names, None for where the reader left off.
    """

    session: UserSession
    turns: Sequence[Interaction]
    recordings: Sequence[AudioObject]
    start_ms: float | None


@st.fragment
def listening_room(room: Room) -> None:
    """Draw the player and answer it. Runs alone when the player asks for something."""
    visitor = require_role("/session")
    key = f"player-{room.session.id}"
    asked = st.session_state.get(key)
    move = getattr(asked, "move", None)
    if move in {"next", "previous"}:
        before, after = neighbours_of(room.session.id)
        target = after if move == "next" else before
        if target:
            go("/session", {"id": target})
    memory = _memory_of(room.session.id)
    request = getattr(asked, "urls", None)
    wants_waves = bool(getattr(asked, "waves", None))
    if isinstance(request, Mapping):
        _answer(memory, request, room, visitor.caller)
    if wants_waves:
        memory["waves"] = waves.load(services().storage, room.recordings)
    light = isinstance(request, Mapping) or wants_waves
    transcript_player(_player_data(room, memory, light=light), key=key)


def _memory_of(session_id: str) -> dict[str, Any]:
    """Return what was issued for this session in this tab; another session starts afresh."""
    memory: dict[str, Any] | None = st.session_state.get("earshot.room")
    if memory is None or memory["session"] != session_id:
        memory = {
            "session": session_id,
            "answer": 0,
            "issued": {},
            "waves": {},
            "states": {},
            "problem": None,
        }
        st.session_state["earshot.room"] = memory
    return memory


def _answer(memory: dict[str, Any], request: Mapping[str, Any], room: Room, caller: Caller) -> None:
    """Issue the URLs that the player asked for; each is checked by Convex and audited."""
    known = {recording.id: recording for recording in room.recordings}
    asked = [known[item] for item in request.get("ids") or [] if item in known][:MOST_URLS]
    memory["problem"] = None
    if asked:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            answers = list(pool.map(lambda item: _issue(item, memory["issued"], caller), asked))
        for recording, answer in zip(asked, answers, strict=True):
            if isinstance(answer, Playback):
                memory["issued"][recording.id] = answer
            elif answer in _STATES:
                memory["states"][recording.id] = answer
            else:
                memory["problem"] = answer
    # Counting the answer last: the player takes URLs only from an answer that is newer.
    memory["answer"] = int(request.get("request") or 0)


def _issue(
    recording: AudioObject, issued: Mapping[str, Playback], caller: Caller
) -> Playback | str:
    """Return a URL, or the state in which there is nothing to play, or a sentence."""
    storage = services().storage
    earlier = issued.get(recording.id)
    try:
        if earlier is not None and earlier.expires_at > datetime.now(UTC):
            # The player could not use a URL that is still good: is there anything behind it?
            head(storage, "reader", recording.key, "page")
        purpose = "play" if earlier is None else "renew"
        return issue_url(caller, storage, recording.id, purpose=purpose)
    except ObjectMissingError:
        return "missing"
    except NotPlayableError as error:
        return error.state if error.state in _STATES else "missing"
    except (DataError, StorageError) as error:
        _log.warning("player.no_url", audio=recording.id, error=type(error).__name__)
        return (
            "The recording could not be fetched. Press play to try again. "
            f"Request id: {caller.request_id}"
        )


def _player_data(room: Room, memory: Mapping[str, Any], *, light: bool) -> dict[str, Any]:
    session = room.session
    before, after = neighbours_of(session.id)
    now = datetime.now(UTC)
    found: Mapping[str, waves.Wave] = memory["waves"]
    return {
        "sessionId": session.id,
        "channel": session.channel,
        "durationMs": session.duration_ms or 0,
        "turns": None if light else [_turn(turn) for turn in room.turns],
        "audio": [
            {
                **_audio(item, found.get(item.id)),
                "state": memory["states"].get(item.id, _state(item)),
            }
            for item in room.recordings
        ],
        "urls": {
            audio_id: {"url": playback.url, "expiresInMs": _life_ms(playback, now)}
            for audio_id, playback in memory["issued"].items()
        },
        "answer": memory["answer"],
        "hasWaves": not found and any(item.peaks_key for item in room.recordings),
        "problem": memory["problem"],
        "startAtMs": room.start_ms,
        "objectives": {"ttftMs": TTFT_MS, "turnMs": TURN_MS},
        "speakers": {"user": name_of(session.user), **_SPEAKERS},
        "moves": [name for name, target in (("previous", before), ("next", after)) if target],
        "canScore": False,
    }


def _life_ms(playback: Playback, now: datetime) -> float:
    return max(0.0, (playback.expires_at - now).total_seconds() * 1000)


def _turn(turn: Interaction) -> dict[str, Any]:
    return {
        "sequence": turn.sequence,
        "speaker": turn.speaker,
        "text": turn.text,
        "startMs": turn.started_at_ms,
        "durationMs": turn.duration_ms,
        "ttftMs": turn.ttft_ms,
        "latencyMs": turn.latency_ms,
        "tokensIn": turn.tokens_in,
        "tokensOut": turn.tokens_out,
        "cost": turn.cost,
        "provider": turn.provider,
        "modelId": turn.model_id,
        "requestId": turn.request_id,
    }


def _audio(recording: AudioObject, wave: waves.Wave | None) -> dict[str, Any]:
    return {
        "id": recording.id,
        "sequence": recording.sequence,
        "durationMs": recording.duration_ms,
        "peaks": wave.peaks if wave else None,
        "silences": wave.silences if wave else None,
    }


def _state(recording: AudioObject) -> str:
    if recording.status != "stored":
        return recording.status
    # A recording that waits for its analysis already plays; only its waveform is not there yet.
    return "corrupt" if recording.analysis == "corrupt" else "ready"
