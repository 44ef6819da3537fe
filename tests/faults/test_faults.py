"""Everything fails at random under load; afterwards nothing is lost, doubled, orphaned or stuck.

`EARSHOT_FAULT_ROUNDS` rounds with the seed `EARSHOT_FAULT_SEED` (random in the long form, printed).
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from lib.work.services import Services
from lib.worker import reconciliation
from tests.faults import checks, report
from tests.faults.rig import Rig, running_rig
from tests.faults.schedule import Fault, schedule
from tests.faults.traffic import Traffic, progress, wait_for_progress
from tests.support.receiver import running_receiver

ROUNDS = int(os.environ.get("EARSHOT_FAULT_ROUNDS", "1"))
SEED = int(
    os.environ.get("EARSHOT_FAULT_SEED")
    or (random.SystemRandom().randrange(2**32) if "EARSHOT_FAULT_ROUNDS" in os.environ else 7)
)
REPORT = os.environ.get("EARSHOT_FAULT_REPORT")
"""Where the result goes: a path without suffix (`make faults`)."""

RECOVERY_SECONDS = 60.0


@pytest.mark.timeout(300 + 90 * ROUNDS)
def test_random_faults_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lib.data.client._log", Mock())  # what is retried is counted instead
    rounds: list[dict[str, object]] = []
    found: dict[str, object] = {}
    with running_receiver() as receiver, running_rig(tmp_path, receiver.url) as (rig, disk):
        faults = schedule(SEED, ROUNDS, full_disk=disk)
        with capsys.disabled():
            say(f"EARSHOT_FAULT_SEED={SEED}, {ROUNDS} rounds" + ("" if disk else ", no full disk"))
            traffic = Traffic(rig.stack, rig.url_of("convex"), receiver)
            traffic.start()
            try:
                wait_for_progress(traffic, (0,) * 4, RECOVERY_SECONDS, rig.tend)
                for number, fault in enumerate(faults, 1):
                    seconds = one_round(rig, traffic, fault)
                    rounds.append({"fault": str(fault), "recoverySeconds": seconds})
                    say(f"  {number}. {fault}: recovered in {seconds:.1f} s")
            finally:
                traffic.stop()
            assert not traffic.failed, traffic.failed
            assert not rig.unexpected, rig.unexpected
            found = everything_holds(rig, traffic, monkeypatch)
            say(f"  {found}")
    if REPORT:
        report.write(Path(REPORT), SEED, disk, rounds, found)


def one_round(rig: Rig, traffic: Traffic, fault: Fault) -> float:
    """Inflict a fault; return how long work and pages took to go on afterwards."""
    app = rig.children["app"].pid
    end = rig.inflict(fault)
    over = time.monotonic() + fault.seconds
    while time.monotonic() < over:
        rig.tend()
        time.sleep(0.05)
    end()
    ended = time.monotonic()
    wait_for_progress(traffic, progress(traffic), RECOVERY_SECONDS, rig.tend)
    recovered = time.monotonic() - ended
    if (fault.target, fault.kind) != ("app", "kill"):
        assert rig.children["app"].pid == app, "the app was started again"
    return round(recovered, 2)


def everything_holds(
    rig: Rig, traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> dict[str, object]:
    """Check all promises; return what was counted."""
    # Nothing is under way any more, so nothing is too young to be compared.
    monkeypatch.setattr(reconciliation, "SETTLED_AFTER", timedelta(seconds=-2))
    services = Services(rig.settings)
    try:
        with checks.worker_of(rig.stack) as caller:
            checks.no_lease_is_stuck(caller, rig.tend)
            turns = checks.writes_are_there_once(caller, traffic.writers)
            recordings = checks.recordings_are_whole(caller, traffic.recordings)
            reviewed = traffic.reviewers.check(caller)
            messages = traffic.announcements.check(rig.tend)
            if REPORT:  # takes up to half a minute
                checks.rules_are_evaluated(caller, rig.tend)
            checks.nothing_is_orphaned(services, caller)
            checks.counters_equal_a_recount(caller)
    finally:
        services.close()
    return {
        "acknowledgedTurns": turns,
        "conversations": sum(len(writer.conversations) for writer in traffic.writers),
        "recordings": recordings,
        "reviews": reviewed,
        "messages": messages,
        "views": traffic.views,
        "troubles": dict(Counter(traffic.troubles).most_common()),
    }


def test_a_seed_gives_the_same_faults_and_all_kinds_come_up() -> None:
    faults = schedule(1, 40, full_disk=True)
    assert faults == schedule(1, 40, full_disk=True)
    assert faults != schedule(2, 40, full_disk=True)
    kinds = {(fault.target, fault.kind) for fault in faults[:20]}
    assert len(kinds) == 20
    assert ("disk", "full") in kinds
    assert not any(fault.kind == "full" for fault in schedule(1, 40, full_disk=False))


def say(text: str) -> None:
    """Print at once: a long run should be seen to go on."""
    print(text, flush=True)  # noqa: T201
