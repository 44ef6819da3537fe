"""Turns and sessions for the parsers' tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from lib.data.records import Interaction, SessionUser, Stages, ToolCall, UserSession
from lib.formats.conversation import Transcript
from lib.product.texts import sanitized

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SESSION = UserSession(
    id="s" * 32,
    user_id="u",
    user=SessionUser(clerk_id="user_1"),
    external_id="ext-1",
    channel="voice",
    status="completed",
    started_at=NOW,
    interaction_count=1,
    audio_count=0,
    tokens_in=0,
    tokens_out=0,
    cost=0,
    review_status="unreviewed",
    labels=(),
    legal_hold=False,
    created_at=NOW,
)


def turn(sequence: int = 0, text: str = "Hello", **more: Any) -> Interaction:
    fields = {"started_at_ms": sequence * 1000.0, "speaker": "user", **more}
    return Interaction(
        id=f"i{sequence}",
        session_id=SESSION.id,
        user_id="u",
        sequence=sequence,
        text=text,
        created_at=NOW,
        **fields,
    )


def stored(transcript: Transcript) -> list[Interaction]:
    """Return the turns as Convex would hand them out."""
    assert transcript.refusals == ()
    contents: list[dict[str, Any]] = [dict(item.content) for item in transcript.turns]
    nested = {"tool": ToolCall, "stages": Stages}
    for content in contents:
        for name in content.keys() & nested.keys():
            content[name] = nested[name](**content[name])
    return [turn(**content) for content in contents]


TEXT = st.text(st.characters(codec="utf-8"), max_size=80).map(sanitized)
OPTIONAL_NAME = st.none() | st.from_regex(r"\A[a-z][a-z0-9 .:-]{0,10}[a-z]\Z")
MILLISECONDS = st.integers(0, 86_400_000 // 2).map(float)


# What a file of either kind keeps as it is.
WORDS = st.from_regex(r"\A[A-Za-z\u00e9{\[\"][A-Za-z0-9\u00e9{}\":, ]{0,20}[a-z}]\Z")
TOOLS = st.builds(
    ToolCall,
    call_id=st.from_regex(r"\Acall_[a-z0-9]{1,2}\Z"),
    name=st.from_regex(r"\A[a-z_]{1,12}\Z"),
    arguments=st.none() | WORDS,
    result=st.none() | WORDS,
    is_error=st.none() | st.booleans(),
    latency_ms=st.none() | MILLISECONDS,
    arguments_cut=st.none() | st.just(True),
    result_cut=st.none() | st.just(True),
)
STAGES = st.builds(Stages, end_of_turn_ms=MILLISECONDS, model_ms=st.none() | MILLISECONDS)


@st.composite
def with_tools(draw: st.DrawFn) -> list[Interaction]:
    """Return turns with all that a turn can have."""
    return [
        replace(
            item,
            speaker="tool" if tool else item.speaker,
            tool=tool,
            interrupted=draw(st.none() | st.booleans()),
            stages=draw(st.none() | STAGES),
            timing=draw(st.sampled_from([None, "measured", "vendor", "derived", "none"])),
            language=draw(st.sampled_from([None, "de-CH"])),
        )
        for item in draw(conversations())
        for tool in [draw(st.none() | TOOLS)]
    ]


@st.composite
def conversations(draw: st.DrawFn, min_size: int = 1) -> list[Interaction]:
    sequences = draw(
        st.lists(st.integers(0, 1_000_000), min_size=min_size, max_size=6, unique=True)
    )
    return [
        turn(
            sequence,
            draw(TEXT),
            speaker=draw(st.sampled_from(["user", "assistant", "system"])),
            started_at_ms=draw(MILLISECONDS),
            duration_ms=draw(st.none() | MILLISECONDS),
            provider=draw(OPTIONAL_NAME),
            model_id=draw(OPTIONAL_NAME),
            request_id=draw(OPTIONAL_NAME),
            tokens_in=draw(st.none() | st.integers(0, 10**7)),
            tokens_out=draw(st.none() | st.integers(0, 10**7)),
            cost=draw(st.none() | st.floats(0, 10_000)),
            ttft_ms=draw(st.none() | st.floats(0, 86_400_000)),
            latency_ms=draw(st.none() | st.floats(0, 86_400_000)),
        )
        for sequence in sorted(sequences)
    ]
