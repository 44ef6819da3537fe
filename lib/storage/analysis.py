"""What the worker finds out about a stored object: checksum, length, waveform, or its flaw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lib.storage.client import Storage
from lib.storage.decode import Flaw, Measured, Remark, UnplayableError, measure
from lib.storage.formats import SNIFF_BYTES, AudioFormat, format_of_extension, sniff
from lib.storage.keys import AudioKey
from lib.storage.objects import ObjectInfo, head, put_small, read_first
from lib.storage.reader import ObjectReader

Measure = Callable[[ObjectReader, AudioFormat], Measured]
"""Decodes what a reader reads, as `lib.storage.decode.measure`, perhaps in another process."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """A recording that can be decoded.

    Attributes:
        sha256: of the stored bytes, hexadecimal.
        etag: entity tag of exactly these bytes.
        duration_ms: of the decoded audio.
        sample_rate: Hz.
        channels: of the recording.
        peaks_key: where the waveform was stored.
        codec: FFmpeg's name of the codec; whether browsers play it, `AudioFormat.codecs` says.
        media_start_ms: time stamp of the first sound in the file.
        remark: what is wrong with it although it plays, None if nothing is.
    """

    sha256: str
    etag: str
    duration_ms: int
    sample_rate: int
    channels: int
    peaks_key: str
    codec: str
    media_start_ms: int
    remark: Remark | None


def check_upload(storage: Storage, key: str, expected_bytes: int) -> ObjectInfo:
    """Check a fresh upload without reading it whole: length by HEAD, format by its first bytes.

    HEAD comes first although the bytes alone would tell both: its "denied" is known to mean missing
    (`lib.worker.alerts.signals`), and no range is asked for that is not there.

    Returns:
        What is stored.

    Raises:
        UnplayableError: `empty`, `length_differs` or `mislabelled`.
        ObjectMissingError: nothing is stored under the key.
        StorageError: the bucket did not answer.
    """
    info = head(storage, "ingest", key)
    if info.size == 0:
        raise UnplayableError("empty")
    if info.size != expected_bytes:
        raise UnplayableError("length_differs")
    first = read_first(storage, "ingest", key, SNIFF_BYTES, info.size)
    if sniff(first) != format_of_extension(AudioKey.parse(key).extension):
        raise UnplayableError("mislabelled")
    return info


def analyse(
    storage: Storage,
    key: str,
    expected_bytes: int,
    expected_sha256: str,
    decode: Measure = measure,
) -> Analysis:
    """Read a stored object once: verify its bytes, decode it, store its waveform beside it.

    Raises:
        UnplayableError: it is not the announced recording, or none at all.
        ObjectMissingError: it is gone.
        StorageError: the bucket did not answer; try again later.
    """
    info = head(storage, "analysis", key)
    if info.size == 0:
        raise UnplayableError("empty")
    if info.size != expected_bytes:
        raise UnplayableError("length_differs")
    reader = ObjectReader(storage, "analysis", info)
    try:
        flaw, measured = _measured(reader, key, decode)
        sha256 = reader.sha256()
    finally:
        reader.close()
    # Other bytes than announced is the first thing to know; it may well be why they do not decode.
    if sha256 != expected_sha256:
        raise UnplayableError("checksum_differs")
    if measured is None:
        raise UnplayableError(flaw or "no_audio")
    peaks = measured.peaks
    peaks_key = str(AudioKey.parse(key).peaks)
    put_small(storage, "analysis", peaks_key, peaks.to_json(), "application/json")
    return Analysis(
        sha256=sha256,
        etag=info.etag,
        duration_ms=peaks.duration_ms,
        sample_rate=peaks.sample_rate,
        channels=peaks.channels,
        peaks_key=peaks_key,
        codec=measured.codec,
        media_start_ms=measured.media_start_ms,
        remark=measured.remark,
    )


def _measured(
    reader: ObjectReader, key: str, decode: Measure
) -> tuple[Flaw | None, Measured | None]:
    try:
        return None, decode(reader, format_of_extension(AudioKey.parse(key).extension))
    except UnplayableError as error:
        return error.flaw, None
