"""Asking whether the bucket answers is no failure of the bucket."""

from __future__ import annotations

import pytest

from lib.storage.errors import ObjectMissingError
from lib.storage.objects import head
from lib.work.dependencies import probes
from lib.work.services import Services


def failures(services: Services) -> int:
    return sum(
        sum(series.errors.values())
        for (metric, _), series in services.recorder.since_start().items()
        if metric == "storage.operation"
    )


def test_the_readiness_probe_counts_as_a_success_and_a_lost_object_does_not(
    services: Services,
) -> None:
    before = failures(services)
    probes(services)["storage"]()
    assert failures(services) == before
    with pytest.raises(ObjectMissingError):
        head(services.storage, "probe", "probe/lost")
    assert failures(services) == before + 1
