"""The plan: thirty plausible days, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import numpy as np

from local.demo.plan import FULL, Plan, plan, timeline
from tests.demo.conftest import ANCHOR


def test_a_seed_and_an_anchor_decide_everything(planned: Plan) -> None:
    assert plan(7, ANCHOR, FULL) == planned
    assert plan(8, ANCHOR, FULL) != planned


def test_there_are_enough_people_sessions_and_recordings(planned: Plan) -> None:
    assert len(planned.people) >= 25
    assert len({person.clerk_id for person in planned.people}) == len(planned.people)
    assert {session.person for session in planned.sessions} == set(planned.people)
    assert len(planned.sessions) >= 300
    assert len({session.external_id for session in planned.sessions}) == len(planned.sessions)
    kinds = Counter(session.recording for session in planned.sessions)
    assert kinds["session"] + kinds["turns"] >= 40
    assert min(kinds["session"], kinds["turns"]) >= 10
    assert all(s.channel == "voice" for s in planned.sessions if s.recording)


def test_sessions_lie_within_thirty_days_and_are_over(planned: Plan) -> None:
    for session in planned.sessions:
        _, length = timeline(session.turns)
        assert session.started_at >= ANCHOR - timedelta(days=30)
        assert session.started_at + timedelta(milliseconds=length) < ANCHOR
    assert len({session.started_at.date() for session in planned.sessions}) >= 28


def test_every_state_and_kind_occurs_in_a_usual_share(planned: Plan) -> None:
    sessions = planned.sessions
    share = {key: n / len(sessions) for key, n in Counter(s.status for s in sessions).items()}
    assert 0.7 < share["completed"] < 0.95
    assert 0.05 < share["abandoned"] < 0.2
    assert 0.02 < share["failed"] < 0.12
    voice = sum(s.channel == "voice" for s in sessions) / len(sessions)
    assert 0.5 < voice < 0.75
    assert len({s.model.model_id for s in sessions}) >= 6
    assert len({s.model.provider for s in sessions}) >= 3
    assert len({s.dialogue.family for s in sessions}) >= 12
    assert len({s.dialogue.turns for s in sessions}) == len(sessions)
    assert {s.metadata.get("assessmentScore") for s in sessions} == {None, 1, 2, 3, 4, 5}


def test_some_sessions_are_reviewed_and_the_newest_are_not(planned: Plan) -> None:
    reviewed = [s for s in planned.sessions if s.review_score is not None]
    assert 0.25 < len(reviewed) / len(planned.sessions) < 0.5
    assert all(ANCHOR - s.started_at > timedelta(days=1) for s in reviewed)


def test_failed_sessions_say_why_and_only_completed_ones_are_assessed(planned: Plan) -> None:
    for session in planned.sessions:
        assert ("failure" in session.metadata) == (session.status == "failed")
        assert (session.assessment_ms is not None) == (session.status == "completed")


def test_latencies_tokens_and_costs_are_plausible(planned: Plan) -> None:
    figures = [turn.figures for s in planned.sessions for turn in s.turns if turn.figures]
    ttft = np.array([item["ttft_ms"] for item in figures])
    latency = np.array([item["latency_ms"] for item in figures])
    assert 300 < np.median(ttft) < 900
    assert 800 < np.percentile(ttft, 95) < 2_000
    assert (latency > ttft).all()
    assert 1_000 < np.percentile(latency, 95) < 3_000
    assert (latency > 2_500).sum() > 5, "some turns must miss the objective"
    assert all(item["tokens_in"] > 0 < item["tokens_out"] for item in figures)
    assert 0.5 < sum(item["cost"] for item in figures) < 50
    assert len({item["request_id"] for item in figures}) == len(figures)
    assessments = [s.assessment_ms for s in planned.sessions if s.assessment_ms]
    assert 2_000 < np.median(assessments) < 6_000


def test_nobody_is_real(planned: Plan) -> None:
    domains = {person.email.split("@")[1] for person in planned.people}
    assert domains <= {"example.com", "example.org", "example.net"}  # RFC 2606


def test_most_sessions_are_calls_for_support(planned: Plan) -> None:
    played = sum("role play" in s.dialogue.labels for s in planned.sessions)
    assert 0.2 < played / len(planned.sessions) < 0.4
    recorded = [s for s in planned.sessions if s.recording]
    assert sum("role play" not in s.dialogue.labels for s in recorded) > len(recorded) / 2
