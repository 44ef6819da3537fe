"""The player: the session that it plays, its data, and its requests while it plays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, get_args
from urllib.parse import urlencode

import streamlit as st

from lib.auth.roles import page_allowed
from lib.data import Caller, interactions, listening, reviews
from lib.data.fields import Timing
from lib.data.records import AudioObject, Interaction, Review, Score, UserSession
from lib.formats.record_export import plain
from lib.formats.tool_turns import joined
from lib.product import paths
from lib.product.objectives import FIRST_TOKEN, FULL_TURN
from lib.product.words import Words
from lib.ui.listening import waveforms
from lib.ui.listening.playback_state import DOWNLOAD_ONLY, PlaybackState
from lib.ui.listening.transcript_player.component import transcript_player
from lib.ui.parts.moments import NamedMoment
from lib.ui.parts.session_rows import name_of
from lib.ui.shell.navigation import neighbours_of
from lib.ui.shell.visitor import Visitor
from lib.work.playback import plays_in_browsers
from lib.work.services import services

_SPEAKERS: Final = {"assistant": "Assistant", "system": "System", "tool": "Tool"}
# A word that only the next release knows says nothing about how exact a time is.
_TIMINGS: Final = Words({word: word for word in get_args(Timing)}, lambda _: "derived")


@dataclass(frozen=True, slots=True)
class Revealed:
    """A session without masks, revealed for a stated reason.

    Attributes:
        session: its row.
        turns: all of them, by sequence.
        reason: as recorded in the audit trail.
    """

    session: UserSession
    turns: Sequence[Interaction]
    reason: str


@dataclass(slots=True)
class LoadedSession:
    """A session loaded for one visit of the page.

    Attributes:
        session: its row.
        turns: all of them, by sequence.
        recordings: of turns and of the whole session.
        hold_pending: the session is held, and the bucket may still delete some of its recordings.
        start: moment that the address names, None for where the reader left off.
        words: searched for when a search led here, else empty.
        reviews: submitted ones that the reader may see.
        scores: of the session and its turns, the first 200.
        revealed: shown in place of masked text until the visit ends.
        sent: the turns that were last sent to the player.
    """

    session: UserSession
    turns: Sequence[Interaction]
    recordings: Sequence[AudioObject]
    hold_pending: bool
    start: NamedMoment | None
    words: str = ""
    reviews: Sequence[Review] = ()
    scores: Sequence[Score] = ()
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


def load_session(
    caller: Caller,
    session_id: str,
    start: NamedMoment | None = None,
    words: str = "",
    *,
    note: bool,
) -> LoadedSession | None:
    """Load a session with its turns and reviews: 3 calls up to 4 MiB of transcript, 4 if reviewed.

    Args:
        caller: who looks.
        session_id: from the address.
        start: see `LoadedSession`.
        words: see `LoadedSession`.
        note: record the view in the audit trail.

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
        opened = opening.result()
        has_reviews = opened is not None and opened.session.review_status != "unreviewed"
        found = reviews.of_session(caller, session_id) if has_reviews else ()
        turns = reading.result()
    if opened is None:
        return None
    of_turns = (turn.audio for turn in turns if turn.audio is not None)
    recordings = [*opened.recordings, *of_turns]
    return LoadedSession(
        opened.session,
        turns,
        recordings,
        opened.hold_pending is True,
        start,
        words,
        found,
        opened.scores or (),
    )


def turn_numbers(turns: Sequence[Interaction]) -> dict[int, int]:
    """Return the number under which each turn is shown, from 1 in order of time, by sequence."""
    found = joined(turns)
    in_order = sorted(found.turns, key=lambda turn: (turn.started_at_ms, turn.sequence))
    numbers = {turn.sequence: number for number, turn in enumerate(in_order, 1)}
    return numbers | {result: numbers[call] for result, call in found.calls.items()}


def draw_player(loaded: LoadedSession, visitor: Visitor, *, reviewing: bool = False) -> None:
    """Draw the player and answer what it asked for; call inside of a fragment.

    Args:
        loaded: the session.
        visitor: who listens.
        reviewing: a review panel beside it receives the reviewer's keys and the current turn.
    """
    key = f"player-{loaded.session.id}"
    asked = st.session_state.get(key)
    memory = PlaybackState.of(loaded.session.id)
    request = getattr(asked, "urls", None)
    if isinstance(request, Mapping):
        memory.answer(request, loaded.recordings, visitor.caller)
    if getattr(asked, "waves", None):
        memory.waves = waveforms.load(services().storage, loaded.recordings)
    turns = loaded.shown_turns
    if loaded.sent is not turns:
        memory.edition += 1
    whole = loaded.sent is not turns or bool(getattr(asked, "whole", None))
    data = _player_data(loaded, memory, whole=whole) | {
        "masking": _masking(loaded),
        "reviewing": reviewing,
        "downloadPath": _download_path(loaded, visitor),
    }
    transcript_player(data, key=key)
    loaded.sent = turns


def _download_path(loaded: LoadedSession, visitor: Visitor) -> str | None:
    if not page_allowed(visitor.member.role, paths.RECORDINGS):
        return None
    return f"{paths.RECORDINGS}?{urlencode({'id': loaded.session.id, 'as': 'zip'})}"


def _masking(loaded: LoadedSession) -> dict[str, Any]:
    if loaded.revealed:
        return {"state": "revealed", "reason": loaded.revealed.reason}
    return {"state": "masked", "reason": None}


def _player_data(loaded: LoadedSession, memory: PlaybackState, *, whole: bool) -> dict[str, Any]:
    session = loaded.shown
    return {
        "sessionId": session.id,
        "channel": session.channel,
        "durationMs": session.duration_ms or 0,
        "edition": memory.edition,
        "turns": _turns(loaded.shown_turns) if whole else None,
        "audio": [
            {
                **_audio(item, memory.waves.get(item.id)),
                "state": memory.states.get(item.id, _state(item)),
            }
            for item in loaded.recordings
        ],
        "urls": memory.urls(),
        "answer": memory.answered,
        "hasWaves": not memory.waves and any(item.peaks_key for item in loaded.recordings),
        "problem": memory.problem,
        "start": (
            {"sequence": loaded.start.sequence, "ms": loaded.start.ms} if loaded.start else None
        ),
        "words": loaded.words,
        "notes": [
            *(note for review in loaded.reviews for note in _notes(review)),
            *(_score(score) for score in loaded.scores if score.sequence is not None),
        ],
        "objectives": {"ttftMs": FIRST_TOKEN.limit_ms, "turnMs": FULL_TURN.limit_ms},
        "speakers": {"user": name_of(session.user), **_SPEAKERS},
        "nextId": neighbours_of(session.id)[1],
    }


def _notes(review: Review) -> list[dict[str, Any]]:
    by = review.reviewer_name or review.reviewer_id
    comments = [
        {
            "kind": "comment",
            "sequence": comment.sequence,
            "atMs": comment.at_ms,
            "text": comment.text,
            "by": by,
        }
        for comment in review.comments
    ]
    corrections = [
        {
            "kind": "correction",
            "sequence": correction.sequence,
            "atMs": None,
            "text": correction.text,
            "by": by,
        }
        for correction in review.corrections
    ]
    return [*comments, *corrections]


def _score(score: Score) -> dict[str, Any]:
    return {
        "kind": "score",
        "sequence": score.sequence,
        "atMs": None,
        "text": ": ".join(part for part in (judgement(score), score.explanation) if part),
        "by": f"{score.name} · {score.origin} {score.evaluator}",
    }


def judgement(score: Score) -> str:
    """Return value and label of a score in a few words."""
    value = "" if score.value is None else f"{score.value:g}"
    if score.label is None:
        return value
    return f"{value} ({score.label})" if value else score.label


def _turns(turns: Sequence[Interaction]) -> list[dict[str, Any]]:
    """Return the turns as they are shown: results of tools at their calls."""
    found = joined(turns)
    results = {call: result for result, call in found.calls.items()}
    return [_turn(turn, results.get(turn.sequence)) for turn in found.turns]


def _turn(turn: Interaction, result_sequence: int | None) -> dict[str, Any]:
    tool, stages = turn.tool, turn.stages
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
        "tool": {
            "name": tool.name,
            "arguments": tool.arguments,
            "result": tool.result,
            "isError": tool.is_error is True,
            "latencyMs": tool.latency_ms,
            "argumentsCut": tool.arguments_cut is True,
            "resultCut": tool.result_cut is True,
        }
        if tool
        else None,
        "resultSequence": result_sequence,
        "interrupted": turn.interrupted is True,
        "stages": plain(stages) if stages else None,
        "timing": _TIMINGS[turn.timing or "measured"],
        "language": turn.language,
    }


def _audio(recording: AudioObject, wave: waveforms.Waveform | None) -> dict[str, Any]:
    return {
        "id": recording.id,
        "sequence": recording.sequence,
        "durationMs": recording.duration_ms,
        "codec": recording.codec,
        "mediaStartMs": recording.media_start_ms or 0,
        "remark": recording.reason if recording.analysis == "ready" else None,
        "peaks": wave.peaks if wave else None,
        "silences": wave.silences if wave else None,
    }


def _state(recording: AudioObject) -> str:
    if recording.status != "stored":
        return recording.status
    if recording.analysis == "corrupt":
        return "corrupt"
    # A recording can be played before its analysis; only its waveform is missing.
    return "ready" if plays_in_browsers(recording) is not False else DOWNLOAD_ONLY
