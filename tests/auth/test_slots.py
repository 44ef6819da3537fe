"""What a member has open is counted, and what was closed as long as something of it is kept."""

from __future__ import annotations

import asyncio
import tomllib

from lib.auth.slots import MemberSlots
from lib.auth.sockets import MOST_STATES, STATE_SECONDS
from tests.support.stack import ROOT


def test_what_is_closed_is_free_again_and_of_each_member_apart() -> None:
    slots = MemberSlots(1)
    with slots.slot("user_1") as first, slots.slot("user_1") as second:
        assert (first, second) == (True, False)
        with slots.slot("user_2") as other:
            assert other
    with slots.slot("user_1") as again:
        assert again


def test_what_was_closed_counts_until_nothing_of_it_is_kept() -> None:
    async def reload(slots: MemberSlots, times: int) -> list[bool]:
        outcomes = []
        for _ in range(times):
            with slots.slot("user_1") as is_allowed:
                outcomes.append(is_allowed)
            await asyncio.sleep(0.001)
        return outcomes

    assert asyncio.run(reload(MemberSlots(2, linger=3600), 3)) == [True, True, False]
    assert asyncio.run(reload(MemberSlots(2, linger=1e-9), 9)) == [True] * 9


def test_the_gate_counts_states_for_as_long_as_streamlit_keeps_them() -> None:
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
    assert config["server"]["disconnectedSessionTTL"] == STATE_SECONDS
    assert MOST_STATES < 128  # of all members together; then others lose theirs
