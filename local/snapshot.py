"""Export and import of a deployment's documents, in the layout of Convex's own snapshot export.

A snapshot is a ZIP with `_tables/documents.jsonl` (name and number of each table) and
`TABLE/documents.jsonl` (one document per line). Values that JSON lacks (int64, bytes, special
floats) are written in Convex's encoding, such as `{"$integer": "BwAAAAAAAAA="}`. Scheduled
functions are not part of a snapshot, as in Convex.
"""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Final

import httpx

DATABASE: Final = "convex.sqlite3"
TABLES_FILE: Final = "_tables/documents.jsonl"
_README: Final = """# Snapshot of a Convex deployment

Each folder is a table; `documents.jsonl` holds one document per line. Load it with
`python -m local import FILE`, or into a real deployment with `npx convex import FILE`.
"""
_IMPORT_TIMEOUT: Final = httpx.Timeout(30, read=3600, write=3600)


class SnapshotError(Exception):
    """A snapshot cannot be read, or the deployment refused it."""


def export_snapshot(data: Path, target: Path) -> dict[str, int]:
    """Write all documents of a local deployment to a ZIP file.

    The deployment may be running: the snapshot is the state at one moment.

    Args:
        data: folder of the deployment (`--data` of the runtime).
        target: the file to make; replaced only when the snapshot is complete.

    Returns:
        Number of documents by table.

    Raises:
        SnapshotError: there is no deployment in `data`.
    """
    database = data / DATABASE
    if not database.is_file():
        raise SnapshotError(f"there is no local deployment in {data}")
    draft = target.with_name(f"{target.name}.partial")
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.execute("BEGIN")
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            counts = _write_archive(connection, archive)
    draft.chmod(0o600)
    draft.replace(target)
    return counts


def import_snapshot(source: Path, url: str, admin_key: str, *, replace: bool = False) -> int:
    """Load a snapshot into a running local deployment: all of it, or nothing.

    Args:
        source: the ZIP file.
        url: deployment URL of the runtime.
        admin_key: the runtime's admin key.
        replace: delete what the deployment holds; without it, it must be empty.

    Returns:
        Number of documents.

    Raises:
        SnapshotError: the file is not a snapshot, or the deployment refused it; the message names
            the first document that does not match the schema.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            return _send(archive, url, admin_key, replace=replace)
    except (zipfile.BadZipFile, OSError) as error:
        raise SnapshotError(f"{source} cannot be read as a snapshot: {error}") from error


def _write_archive(connection: sqlite3.Connection, archive: zipfile.ZipFile) -> dict[str, int]:
    sql = r"SELECT name, number FROM tables WHERE name NOT LIKE '\_%' ESCAPE '\' ORDER BY number"
    tables = connection.execute(sql).fetchall()
    archive.writestr("README.md", _README)
    lines = [json.dumps({"name": name, "id": number}) for name, number in tables]
    archive.writestr(TABLES_FILE, "\n".join([*lines, ""]))
    counts: dict[str, int] = {}
    for name, number in tables:
        with archive.open(f"{name}/documents.jsonl", "w", force_zip64=True) as file:
            counts[name] = _write_documents(connection, number, file)
    return counts


def _write_documents(connection: sqlite3.Connection, number: int, file: IO[bytes]) -> int:
    count = 0
    # The number is an integer of our own catalog.
    for (text,) in connection.execute(f"SELECT json FROM doc_{int(number)} ORDER BY seq"):  # noqa: S608
        file.write(text.encode())
        file.write(b"\n")
        count += 1
    return count


def _send(archive: zipfile.ZipFile, url: str, admin_key: str, *, replace: bool) -> int:
    if TABLES_FILE not in archive.namelist():
        raise SnapshotError(f"the file is not a Convex snapshot: it has no {TABLES_FILE}")
    try:
        answer = httpx.post(
            f"{url}/api/local/import",
            params={"replace": str(replace).lower()},
            content=_lines(archive),
            headers={"Authorization": f"Convex {admin_key}"},
            timeout=_IMPORT_TIMEOUT,
        )
    except httpx.TransportError as error:
        raise SnapshotError(f"the deployment at {url} does not answer: {error}") from error
    body = answer.json()
    if answer.status_code != httpx.codes.OK:
        raise SnapshotError(str(body.get("message", "the deployment refused the snapshot")))
    return int(body["documents"])


def _lines(archive: zipfile.ZipFile) -> Iterator[bytes]:
    """The stream that the runtime takes: the tables' numbers, then each with its documents."""
    names = set(archive.namelist())
    listed = [json.loads(line) for line in archive.read(TABLES_FILE).splitlines()]
    tables = {table["name"]: table["id"] for table in listed if not table["name"].startswith("_")}
    yield json.dumps({"tables": tables}).encode() + b"\n"
    for name in tables:
        path = f"{name}/documents.jsonl"
        if path not in names:
            continue
        yield json.dumps({"table": name}).encode() + b"\n"
        with archive.open(path) as file:
            while chunk := file.read(256 * 1024):
                yield chunk
        yield b"\n"
