"""What to do about each alert, by the name of its rule (`lib/observability/alert_rules.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lib.product.guidance import Document, Guidance
from lib.product.objectives import PERIOD, STORAGE_LATENCY, STORAGE_SUCCESS
from lib.product.schedule import EVERY, PROBE_PAUSE, PROBE_ROUNDS

_MAY_FAIL: Final = f"{100 * STORAGE_SUCCESS.budget:.3g}%"
_MAY_BE_SLOW: Final = f"{100 * STORAGE_LATENCY.budget:.3g}%"
_LIMIT: Final = f"{STORAGE_LATENCY.limit_ms:.0f} ms"
_FASTER_STORAGE: Final = (
    "Reduce the load (pause imports), move the app closer to the bucket, or ask the provider."
)
_BUCKET: Final = Document("The bucket", "storage.md")

ALERTS: Final[Mapping[str, Guidance]] = {
    "storage-failures-fast": Guidance(
        meaning=f"Storage operations fail so often that the error budget of {PERIOD.days} days "
        f"({_MAY_FAIL} of operations) will be gone within two to five days; or two in five have "
        "failed in the last two minutes.",
        impact="Recordings cannot be played or stored. Senders retry; nothing acknowledged is "
        "lost.",
        check="Storage health at that time: which operation, and which class of failure. "
        "`denied`: keys or policies changed. `throttled`: the provider limits requests. `timeout` "
        "or `connection`: the network or the endpoint; see the provider's status page.",
        fix="`denied`: correct `S3_ROLE_CREDENTIALS` and restart. `throttled`: ask for a higher "
        "limit, or spread out imports. Outage: wait; the job `audio.sweep` "
        "resolves interrupted uploads.",
        more=_BUCKET,
    ),
    "storage-failures-slow": Guidance(
        meaning=f"More than {_MAY_FAIL} of storage operations failed, over three days and over the "
        f"last six hours. The error budget will not last {PERIOD.days} days.",
        impact="A few requests fail every day. The player asks people to try again.",
        check="Storage health over seven days: one operation, one class, or one time of day?",
        fix="Deal with the most frequent class first. If this is normal for the provider, change "
        "the objective in `lib/product/objectives.py`.",
        more=_BUCKET,
    ),
    "storage-latency-fast": Guidance(
        meaning=f"So many storage operations take longer than {_LIMIT} that the error budget of "
        f"{PERIOD.days} days ({_MAY_BE_SLOW} of operations) will be gone within days.",
        impact="Playback starts late, uploads are slow, and waveforms are missing for a while.",
        check="Storage health: heat map, and p95 by operation. Only `ReadBody`: large recordings "
        "or too little bandwidth. All operations: the endpoint or the network. Several attempts "
        "per operation: throttling.",
        fix=_FASTER_STORAGE,
    ),
    "storage-latency-slow": Guidance(
        meaning=f"More than {_MAY_BE_SLOW} of storage operations took longer than {_LIMIT}, over "
        "three days and over the last six hours.",
        impact="Playback feels slow. Nothing fails.",
        check="Storage health over seven days, compared with the week before: which operation, and "
        "since when?",
        fix=_FASTER_STORAGE,
    ),
    "storage-probe": Guidance(
        meaning=f"Every {EVERY['storage.probe'].seconds} seconds the probe writes, reads and "
        f"deletes a small object. {PROBE_ROUNDS} rounds in a row failed, {PROBE_PAUSE.seconds} "
        "seconds apart.",
        impact="Probably nobody can play or store recordings.",
        check="System status: the report of `storage.probe` names the failed operation.",
        fix="Act on the class of failure. If only the probe fails, correct the credentials of the "
        "role `probe`.",
        more=_BUCKET,
    ),
    "auth-error-surge": Guidance(
        meaning="At least 60 requests were denied in ten minutes, five times as many as usual "
        "over the last day.",
        impact="People cannot sign in, or someone is guessing credentials. Denied requests "
        "returned no data.",
        check="Auth errors at that time: reasons and sources. Few sources: an attack or a broken "
        "client. Many sources and one reason: something changed.",
        fix="Few sources: block them in front of the app; rotate a service key that leaked. One "
        "reason everywhere: choose it on Auth errors, which says what to do.",
    ),
    "ingestion-lag": Guidance(
        meaning="The p95 delay from a turn being spoken to being stored exceeded two minutes in "
        "the last fifteen minutes. Turns older than six hours are not counted.",
        impact="Sessions appear late, and reviewers may see incomplete conversations.",
        check="The sender: its queue, its retries, and its clock (a slow clock looks like lag). "
        "System status: does Convex respond in time?",
        fix="Let the sender catch up; repeated appends are stored once. If Convex is slow, treat "
        "that first.",
    ),
    "retention-overdue": Guidance(
        meaning="A recording is still stored more than six hours after its privacy window ended, "
        "without a legal hold.",
        impact="Retention policy violated. Notify your data protection officer.",
        check="System status: last run and report of `audio.retention`. `failed` counts deletions "
        "that the bucket refused; the log names them (`retention.delete_failed`).",
        fix="No run: start a worker. Refused deletions: allow the role `retention` to delete, "
        "including versions. The next run catches up.",
        more=_BUCKET,
    ),
    "reconciliation-drift": Guidance(
        meaning="The last comparison of the bucket with the database found differences and did not "
        "repair them.",
        impact="Recordings cannot be played, or objects are stored that retention never deletes.",
        check="System status: the report of `audio.reconciliation`.",
        fix="`python -m lib audio reconcile --repair` repairs what it can without loss. An object "
        "without a row may be the only copy: look before you delete it.",
        more=Document("Reconciliation", "storage.md"),
    ),
    "jobs-overdue": Guidance(
        meaning="A background job failed at its last run, or is late by three intervals and five "
        "minutes.",
        impact="By job: waveforms are missing, deletions are late, or storage is not probed.",
        check="Background jobs on System status. Log: `job.failed`, `job.no_lease`.",
        fix="No worker: start one (`python -m lib worker`, or `EARSHOT_WORKER=inside`). A failing "
        "job: its report names the error. The lease of a worker that is gone ends within a minute.",
        more=Document("The worker", "storage.md"),
    ),
    "telemetry-dropped": Guidance(
        meaning="A process could not keep or send all its measurements in the last fifteen "
        "minutes.",
        impact="Charts and alerts of that period under-report. No product data is lost.",
        check="Metric `telemetry.dropped` by kind. `rollup`: too many series. `storage_event`, "
        "`auth_event`: too many single events. `refused`: Convex rejected rollups and events.",
        fix="After a Convex outage: no action needed. Otherwise limit what makes so many series, "
        "such as a model name that changes with every request.",
    ),
    "runtime-down": Guidance(
        meaning="A process has had no answer from Convex for 45 seconds. Each process sends its "
        "own message.",
        impact="Dashboard and API cannot read or write; senders get 503 and retry. Nothing "
        "acknowledged is lost.",
        check="Convex's status page, or the self-hosted process and its disk. Does `CONVEX_URL` "
        "answer at `/version` from the app's host? One process only: its network and settings.",
        fix="Restore Convex. The app needs no restart; Alerts then lists the outage.",
    ),
}
