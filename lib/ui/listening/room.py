"""The listening room: what the player is given, and what it asks for while it plays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from lib.data import Caller, interactions, listening
from lib.data.records import AudioObject, Interaction, UserSession
from lib.ui.listening import waves
from lib.ui.listening.playback_memory import PlaybackMemory
from lib.ui.listening.transcript_player.component import transcript_player
from lib.ui.parts.objectives import TTFT_MS, TURN_MS
from lib.ui.parts.session_rows import name_of
from lib.ui.shell.navigation import neighbours_of
from lib.ui.shell.visitor import Visitor
from lib.work.services import services

_SPEAKERS: Final = {"assistant": "Assistant", "system": "System"}


@dataclass(frozen=True, slots=True)
class Revealed:
    """A session in clear, shown to who may see it and said why.

    Attributes:
        session: its row.
        turns: all of them, by sequence.
        reason: as it is on record.
    """

    session: UserSession
    turns: Sequence[Interaction]
    reason: str


@dataclass(slots=True)
class Room:
    """One session, loaded for one visit: a reload or another page makes another one.

    Attributes:
        session: its row.
        turns: all of them, by sequence.
        recordings: of turns and of the whole session.
        start_ms: moment that the address names, None for where the reader left off.
        revealed: what is shown in place of masked text; it goes with the visit.
        sent: the turns that the player was given last.
    """

    session: UserSession
    turns: Sequence[Interaction]
    recordings: Sequence[AudioObject]
    start_ms: float | None
    revealed: Revealed | None = field(default=None, repr=False)
    sent: Sequence[Interaction] = field(default=(), repr=False)

    @property
    def shown(self) -> UserSession:
        """The session as the reader sees it now."""
        return self.revealed.session if self.revealed else self.session

    @property
    def shown_turns(self) -> Sequence[Interaction]:
        """The turns as the reader sees them now."""
        return self.revealed.turns if self.revealed else self.turns


def load_room(
    caller: Caller, session_id: str, start_ms: float | None, *, note: bool
) -> Room | None:
    """Load a session and its turns at once: 3 calls up to 4 MiB of transcript.

    Args:
        caller: who looks.
        session_id: from the address.
        start_ms: see `Room`.
        note: put the view on record.

    Returns:
        None if there is no such session.

    Raises:
        DataError: Convex does not answer, or refuses.
    """
    if not session_id:
        return None
    size = interactions.MOST_PER_PAGE
    with ThreadPoolExecutor(2) as pool:
        opening = pool.submit(listening.open_session, caller, session_id, note=note)
        reading = pool.submit(lambda: list(interactions.every(caller, session_id, page_size=size)))
        opened, turns = opening.result(), reading.result()
    if opened is None:
        return None
    of_turns = (turn.audio for turn in turns if turn.audio is not None)
    return Room(opened.session, turns, [*opened.recordings, *of_turns], start_ms)


def listening_room(room: Room, visitor: Visitor, *, reviewing: bool = False) -> None:
    """Draw the player and answer what it asked for; call inside of a fragment.

    Args:
        room: the session.
        visitor: who listens.
        reviewing: a review panel beside it hears of the reviewer's keys and the lit turn.
    """
    key = f"player-{room.session.id}"
    asked = st.session_state.get(key)
    memory = PlaybackMemory.of(room.session.id)
    request = getattr(asked, "urls", None)
    if isinstance(request, Mapping):
        memory.answer(request, room.recordings, visitor.caller)
    if getattr(asked, "waves", None):
        memory.waves = waves.load(services().storage, room.recordings)
    turns = room.shown_turns
    if room.sent is not turns:
        memory.edition += 1
    whole = room.sent is not turns or bool(getattr(asked, "whole", None))
    data = _player_data(room, memory, whole=whole) | {
        "masking": _masking(room),
        "reviewing": reviewing,
    }
    transcript_player(data, key=key)
    room.sent = turns


def _masking(room: Room) -> dict[str, Any]:
    if room.revealed:
        return {"state": "revealed", "reason": room.revealed.reason}
    return {"state": "masked", "reason": None}


def _player_data(room: Room, memory: PlaybackMemory, *, whole: bool) -> dict[str, Any]:
    session = room.shown
    return {
        "sessionId": session.id,
        "channel": session.channel,
        "durationMs": session.duration_ms or 0,
        "edition": memory.edition,
        "turns": [_turn(turn) for turn in room.shown_turns] if whole else None,
        "audio": [
            {
                **_audio(item, memory.waves.get(item.id)),
                "state": memory.states.get(item.id, _state(item)),
            }
            for item in room.recordings
        ],
        "urls": memory.urls(),
        "answer": memory.answered,
        "hasWaves": not memory.waves and any(item.peaks_key for item in room.recordings),
        "problem": memory.problem,
        "startAtMs": room.start_ms,
        "objectives": {"ttftMs": TTFT_MS, "turnMs": TURN_MS},
        "speakers": {"user": name_of(session.user), **_SPEAKERS},
        "nextId": neighbours_of(session.id)[1],
    }


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
