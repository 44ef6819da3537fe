"""The jobs of the worker.

A job gets the services of its process and `stop`, which it calls between items; it returns counts
for its report. Every job can be stopped at any point: the next run does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lib.product.schedule import EVERY
from lib.work import dependencies, uploads
from lib.work.services import Services
from lib.worker import analysis_job, erasures, expiry_tags, retention
from lib.worker.alerts.delivery import deliver
from lib.worker.alerts.evaluation import Evaluation
from lib.worker.analyser import Analyser
from lib.worker.probe import probe

Report = Mapping[str, object]
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Job:
    """One job.

    Attributes:
        name: of the lease, the metric dimension and the report.
        every_seconds: from the start of one run to the start of the next, over all workers.
        run: the job's function.
    """

    name: str
    every_seconds: float
    run: Callable[[Services, Stop], Report]


def default_jobs(analyser: Analyser) -> tuple[Job, ...]:
    """Return all jobs; `lib.product.schedule` says how often each runs.

    Args:
        analyser: decodes recordings; the worker closes it.
    """
    seconds = {name: every.total_seconds() for name, every in EVERY.items()}
    evaluation = Evaluation(seconds)
    runs: Mapping[str, Callable[[Services, Stop], Report]] = {
        "audio.analysis": lambda services, stop: analysis_job.analyse_due(
            services.worker_caller, services.storage, analyser, stop
        ),
        "audio.sweep": lambda services, stop: uploads.sweep(
            services.worker_caller, services.storage, stop
        ),
        "audio.retention": lambda services, stop: retention.expire_due(
            services.worker_caller, services.storage, stop
        ),
        "audio.tags": lambda services, stop: expiry_tags.follow_holds(
            services.worker_caller, services.storage, stop
        ),
        "audio.reconciliation": erasures.reconcile,
        "users.erasure": erasures.finish_started,
        dependencies.JOB: dependencies.check,
        "storage.probe": lambda services, stop: probe(services.storage, services.recorder, stop),
        "alerts.delivery": deliver,
        "alerts.evaluation": evaluation.run,
    }
    return tuple(Job(name, seconds[name], run) for name, run in runs.items())
