"""What the worker does, and how often.

A job gets the services of its process and `stop`, which it asks between items; it returns counts
for its report. Every job may be ended at any point and run again from there: a missed run is made
up for by the next one, never doubled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from lib.jobs import audio_analysis, audio_upload, dependencies, retention, started_erasures
from lib.jobs.alerts.delivery import deliver
from lib.jobs.alerts.evaluation import Evaluation
from lib.jobs.analyser import Analyser
from lib.jobs.probe import probe
from lib.jobs.reconciliation import Reconciliation
from lib.jobs.services import Services

Report = Mapping[str, object]
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Job:
    """One job.

    Attributes:
        name: of the lease, the metric dimension and the report.
        every_seconds: from the start of one run to the start of the next, over all workers.
        run: does it.
    """

    name: str
    every_seconds: float
    run: Callable[[Services, Stop], Report]


def default_jobs(analyser: Analyser) -> tuple[Job, ...]:
    """Return all jobs.

    Args:
        analyser: decodes recordings; the worker closes it.
    """
    jobs = (
        Job("audio.analysis", 5, lambda services, stop: audio_analysis.analyse_due(
            services.worker_caller, services.storage, analyser, stop
        )),
        Job("audio.sweep", 300, lambda services, stop: audio_upload.sweep(
            services.worker_caller, services.storage, stop
        )),
        Job("audio.retention", 900, lambda services, stop: retention.expire_due(
            services.worker_caller, services.storage, stop
        )),
        Job("audio.reconciliation", 6 * 3600, lambda services, stop: asdict(
            Reconciliation(services.worker_caller(), services.storage, stop=stop).run()
        )),
        Job("users.erasure", 60, started_erasures.finish_started),
        Job(dependencies.JOB, 60, dependencies.check),
        Job("storage.probe", 60, lambda services, _stop: probe(
            services.storage, services.recorder
        )),
        Job("alerts.delivery", 5, deliver),
    )  # fmt: skip
    evaluation = Evaluation({job.name: job.every_seconds for job in jobs})
    return (*jobs, Job("alerts.evaluation", 30, evaluation.run))
