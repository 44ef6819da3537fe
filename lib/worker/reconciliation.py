"""Compares the rows of recordings with the objects in the bucket, in two streaming passes.

Pass 1 lists the bucket in key order, a page at a time, and reads the rows of these objects; pass 2
lists the rows and checks the object of each. Neither keeps more than a page. A difference may be an
upload or a deletion in progress, so anything younger than an hour is skipped.

What Earshot promises is restored in every run: objects of erased sessions and of ended recordings
are deleted, and late uploads are stored. Other findings are only reported unless `repair` is set.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby, islice
from typing import Literal

from lib.data import Caller, Refused, audio_objects, erasure
from lib.data.paging import each
from lib.data.records import AudioObject
from lib.observability.logs import get_logger
from lib.storage.client import Storage
from lib.storage.decode import Flaw, UnplayableError
from lib.storage.deletion import delete_recordings, is_versioned
from lib.storage.formats import FORMATS
from lib.storage.keys import AUDIO_PREFIX, AudioKey, stem_of
from lib.storage.objects import ObjectInfo, list_objects
from lib.work import uploads
from lib.work.isolation import isolated
from lib.worker.analysis_job import LOST

Kind = Literal[
    "object_without_row",
    "unknown_key",
    "waveform_without_audio",
    "not_deleted",
    "session_erased",
    "late_upload",
    "row_without_object",
    "row_without_waveform",
    "replaced",
]

SETTLED_AFTER = timedelta(hours=1)
REPLACED: Flaw = "replaced"
AGES = (1, 7, 30, 90)
SAMPLES = 20
PAGE = 200

_GONE = {"expired", "deleted"}

_log = get_logger(__name__)


@dataclass(slots=True)
class Report:
    """Result of a reconciliation.

    Attributes:
        objects: recordings and waveforms seen in the bucket; `bytes` their size.
        ages: number of objects by age: under `1d`, `7d`, `30d`, `90d`, or `older`.
        age_bytes: their size by age.
        rows: rows seen.
        findings: number by kind.
        samples: up to `SAMPLES` keys by kind.
        repaired: number by kind.
        failed: number of rows and objects that could not be looked at.
        complete: False if it was stopped before the end.
    """

    objects: int = 0
    bytes: int = 0
    ages: dict[str, int] = field(default_factory=dict)
    age_bytes: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    findings: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[str]] = field(default_factory=dict)
    repaired: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    complete: bool = True

    def seen(self, item: ObjectInfo) -> None:
        """Count an object."""
        self.objects += 1
        self.bytes += item.size
        days = (datetime.now(UTC) - item.modified_at).days
        age = next((f"{limit}d" for limit in AGES if days < limit), "older")
        self.ages[age] = self.ages.get(age, 0) + 1
        self.age_bytes[age] = self.age_bytes.get(age, 0) + item.size

    def found(self, kind: Kind, key: str) -> None:
        """Count a difference."""
        self.findings[kind] = self.findings.get(kind, 0) + 1
        samples = self.samples.setdefault(kind, [])
        if len(samples) < SAMPLES:
            samples.append(key)

    def mended(self, kind: Kind) -> None:
        """Count a repair."""
        self.repaired[kind] = self.repaired.get(kind, 0) + 1

    def leaves_nothing_erased(self) -> bool:
        """Tell whether all of the bucket was seen, and nothing of erased users is left."""
        kind = "session_erased"
        is_gone = self.findings.get(kind, 0) == self.repaired.get(kind, 0)
        return self.complete and self.failed == 0 and is_gone


class Reconciliation:
    """One reconciliation.

    Args:
        caller: with the role worker.
        storage: the bucket; the retention role lists and deletes.
        repair: also record what was lost: rows of lost objects become `missing`, those of replaced
            ones `corrupt`; waveforms without a recording are deleted.
        delete_orphans: also delete objects without a row. They may be the only copy of a
            recording, so this is never automatic.
        stop: called between items; True ends the run early.
    """

    def __init__(
        self,
        caller: Caller,
        storage: Storage,
        *,
        repair: bool = False,
        delete_orphans: bool = False,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._caller, self._storage, self._stop = caller, storage, stop
        self._repair, self._delete_orphans = repair, delete_orphans
        self._settled = datetime.now(UTC) - SETTLED_AFTER
        self._versioned = False
        self.report = Report()

    def run(self) -> Report:
        """Run both passes.

        Raises:
            StorageError, Refused, Unavailable: a dependency failed; no item is left half done.
        """
        self._versioned = is_versioned(self._storage, "retention")
        self._objects()
        self._rows()
        return self.report

    def _objects(self) -> None:
        found = list_objects(self._storage, "retention", AUDIO_PREFIX)
        # A recording and its waveform have the same stem, so they are adjacent in key order.
        groups = (list(items) for _, items in groupby(found, key=lambda item: stem_of(item.key)))
        while batch := list(islice(groups, PAGE // 2)):
            if self._stop():
                self.report.complete = False
                return
            self._compare(batch)

    def _compare(self, batch: list[list[ObjectInfo]]) -> None:
        rows = self._rows_of(batch)
        erased = self._erased(batch, rows)
        for group in batch:
            for item in group:
                self.report.seen(item)
            recordings = [item for item in group if not _is_waveform(item.key)]
            # A waveform belongs to its recording, and is looked at where that is not.
            for item in recordings or group:
                row = rows.get(stem_of(item.key))
                known = row if row and (row.key == item.key or not recordings) else None
                self._apart(partial(self._object, item, known, erased), item.key)

    def _rows_of(self, batch: list[list[ObjectInfo]]) -> dict[str, AudioObject]:
        """Return the rows of what was seen, by stem; also of recordings whose waveform is left."""
        keys = []
        for group in batch:
            stored = [item.key for item in group if not _is_waveform(item.key)]
            stem = stem_of(group[0].key)
            keys += stored or [f"{stem}.{one.extension}" for one in FORMATS]
        parts = iter(keys)
        rows: dict[str, AudioObject] = {}
        while part := list(islice(parts, PAGE)):
            found = audio_objects.by_keys(self._caller, part)
            rows |= {stem_of(row.key): row for row in found}
        return rows

    def _erased(self, batch: list[list[ObjectInfo]], rows: dict[str, AudioObject]) -> set[str]:
        """Return the erased ones among the sessions whose objects no row knows."""
        unknown = {
            AudioKey.parse(item.key).session_id
            for group in batch
            for item in group
            if stem_of(item.key) not in rows and _is_audio_key(item.key)
        }
        return set(erasure.erased_sessions(self._caller, list(unknown)) if unknown else ())

    def _apart(self, work: Callable[[], None], key: str) -> None:
        """Look at one row or object, whose failure leaves the others alone."""

        def done() -> str:
            work()
            return "done"

        if isolated(done, "audio.reconciliation_failed", key=key) == "failed":
            self.report.failed += 1

    def _object(self, item: ObjectInfo, row: AudioObject | None, erased: set[str]) -> None:
        is_ours = _is_audio_key(item.key)
        if row is None and is_ours and AudioKey.parse(item.key).session_id in erased:
            # However young: nothing of an erased session is in progress.
            self._surplus("session_erased", item.key, may_delete=True)
        elif not self._is_settled(item):
            return
        elif row is not None and row.status in _GONE:
            self._surplus("not_deleted", item.key, may_delete=True)
        elif _is_waveform(item.key):
            self._surplus("waveform_without_audio", item.key, may_delete=self._repair)
        elif row is None:
            kind: Kind = "object_without_row" if is_ours else "unknown_key"
            self._surplus(kind, item.key, may_delete=self._delete_orphans and is_ours)
        elif row.status == "missing":
            self._late(row)
        elif row.status == "stored" and row.analysis == "ready" and _differs(row.etag, item.etag):
            self._replaced(row)

    def _late(self, row: AudioObject) -> None:
        """Store what came after it was given up: its row and its object belong together."""
        self.report.found("late_upload", row.key)
        with suppress(UnplayableError):
            uploads.complete(self._caller, lambda: self._caller, self._storage, row.id)
        self.report.mended("late_upload")

    def _replaced(self, row: AudioObject) -> None:
        """Report an object that changed after its analysis."""
        self.report.found("replaced", row.key)
        if self._repair and self._noted(
            lambda: audio_objects.mark_analysed(
                self._caller, id=row.id, analysis="corrupt", reason=REPLACED
            )
        ):
            self.report.mended("replaced")

    def _surplus(self, kind: Kind, key: str, *, may_delete: bool) -> None:
        self.report.found(kind, key)
        if may_delete and not delete_recordings(self._storage, [key], versioned=self._versioned):
            self.report.mended(kind)

    def _rows(self) -> None:
        rows = each(
            lambda cursor: audio_objects.every(self._caller, cursor=cursor, limit=PAGE), self._stop
        )
        for row in rows:
            self.report.rows += 1
            if row.status == "stored" and row.created_at < self._settled:
                self._apart(partial(self._row, row), row.key)
        self.report.complete = self.report.complete and not self._stop()

    def _row(self, row: AudioObject) -> None:
        prefix = stem_of(row.key) + "."
        present = {item.key for item in list_objects(self._storage, "retention", prefix)}
        if row.key not in present:
            self.report.found("row_without_object", row.key)
            if self._repair and self._noted(
                lambda: audio_objects.mark_missing(
                    self._caller,
                    id=row.id,
                    reason=LOST,
                    from_="stored",
                    announced_at=row.created_at,
                )
            ):
                self.report.mended("row_without_object")
        elif row.peaks_key is not None and row.peaks_key not in present:
            self.report.found("row_without_waveform", row.key)

    def _noted(self, write: Callable[[], AudioObject]) -> bool:
        try:
            write()
        except Refused as error:
            if error.code not in {"CONFLICT", "NOT_FOUND"}:
                raise
            return False  # its state has changed meanwhile; the next run checks it again
        return True

    def _is_settled(self, item: ObjectInfo) -> bool:
        return item.modified_at < self._settled


def _differs(analysed: str | None, seen: str) -> bool:
    """Tell whether two entity tags are of different bytes; what is not known is not different."""
    return analysed is not None and analysed != seen


def _is_waveform(key: str) -> bool:
    return key.endswith(".peaks.json")


def _is_audio_key(key: str) -> bool:
    try:
        AudioKey.parse(key)
    except ValueError:
        return False
    return True
