"""What the API measures of itself and of the product, in the places where it happens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.support.api import Api
from tests.support.stack import wait_until


def counted(api: Api, metric: str, **labels: str) -> int:
    """Return how often a metric was counted under these labels since the start."""
    return sum(
        series.count
        for (name, dimensions), series in api.services.recorder.since_start().items()
        if name == metric and labels.items() <= dict(dimensions).items()
    )


def turn(sequence: int, model: str, **more: object) -> Mapping[str, object]:
    return {
        "sequence": sequence,
        "speaker": "assistant",
        "text": "Yes.",
        "startedAtMs": sequence,
        "provider": "acme",
        "modelId": model,
        "ttftMs": 300,
        "latencyMs": 900,
        **more,
    }


def test_turns_are_measured_once_by_provider_and_model(api: Api) -> None:
    model, session = f"m-{uuid4().hex[:8]}", api.new_session()
    path = f"/sessions/{session}/interactions"
    batch = [turn(0, model), turn(1, model, latencyMs=None)]
    for sent in (batch, batch, [*batch, turn(2, model)]):
        api.call("POST", path, json={"interactions": sent}).raise_for_status()
    assert counted(api, "turn.ttft", provider="acme", modelId=model) == 3
    assert counted(api, "turn.latency", provider="acme", modelId=model) == 2


def test_an_assessment_is_measured_when_it_is_reported(api: Api) -> None:
    model = f"m-{uuid4().hex[:8]}"
    session = api.new_session(provider="acme", modelId=model)
    api.call("PATCH", f"/sessions/{session}", json={"title": "T"}).raise_for_status()
    assert counted(api, "session.assessment", modelId=model) == 0
    changes = {"assessmentMs": 4200, "assessedAt": "2026-03-01T12:00:00Z"}
    api.call("PATCH", f"/sessions/{session}", json=changes).raise_for_status()
    assert counted(api, "session.assessment", provider="acme", modelId=model) == 1


def test_requests_are_measured_by_route_and_kind_of_answer_never_by_address(api: Api) -> None:
    route = "GET /sessions/{id}"
    before = counted(api, "api.request", route=route, status="4xx")
    for _ in range(3):
        assert api.call("GET", f"/sessions/{uuid4().hex}", "viewer").status_code == 404
    # A request is counted when it is over, which is after its answer has arrived here.
    wait_until(lambda: counted(api, "api.request", route=route, status="4xx") == before + 3, 5)
    unknown = counted(api, "api.request", route="GET *", status="4xx")
    for _ in range(2):
        api.call("GET", f"/{uuid4().hex}", "viewer")
    wait_until(lambda: counted(api, "api.request", route="GET *", status="4xx") == unknown + 2, 5)


def test_how_late_turns_arrive_is_measured_once_and_backfill_is_not(api: Api) -> None:
    now = datetime.now(UTC)
    before = counted(api, "ingestion.lag")
    for started, measured in ((now, 1), (now - timedelta(days=2), 0)):
        session = api.new_session(startedAt=started.isoformat())
        path = f"/sessions/{session}/interactions"
        for _ in range(2):
            api.call("POST", path, json=turn(0, "m")).raise_for_status()
        before += measured
        assert counted(api, "ingestion.lag") == before
