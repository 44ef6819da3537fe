"""Export and import: backup, restore, and what an import refuses."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from convex import ConvexInt64
from convex.http_client import ConvexHttpClient

from local.snapshot import TABLES_FILE, SnapshotError, export_snapshot, import_snapshot

from .conftest import ADMIN_KEY, Deployment, MakeDeployment


def documents(archive: Path, table: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(archive) as opened:
        return [json.loads(line) for line in opened.read(f"{table}/documents.jsonl").splitlines()]


@pytest.fixture(scope="module")
def exported(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    client = ConvexHttpClient(deployment.url)
    notes: list[Any] = [{"owner": "snap", "at": at, "body": f"word{at}"} for at in range(300)]
    client.mutation("notes:addMany", {"notes": notes})
    odd: list[Any] = [
        {"k": ConvexInt64(5)},
        {"k": b"\x00\xff"},
        {"k": -0.0},
        {"o": {"inner": [None]}},
    ]
    client.mutation("anything:insert", {"documents": odd})
    client.mutation("counters:increment", {"name": "snap"})
    target = tmp_path_factory.mktemp("snapshot") / "snapshot.zip"
    counts = export_snapshot(deployment.data, target)
    assert (counts["notes"], counts["anything"]) == (300, 4)
    return target


def test_a_snapshot_has_the_layout_of_convex(exported: Path) -> None:
    with zipfile.ZipFile(exported) as archive:
        assert archive.testzip() is None
        tables = [json.loads(line) for line in archive.read(TABLES_FILE).splitlines()]
    assert {table["name"] for table in tables} == {"notes", "anything", "counters"}
    assert all(table["id"] > 10_000 for table in tables)
    assert {"_id", "_creationTime", "owner", "at", "body"} == set(documents(exported, "notes")[0])


def test_a_restored_deployment_is_the_same(
    make_deployment: MakeDeployment, exported: Path, tmp_path: Path
) -> None:
    restored = make_deployment()
    restored.start()
    # A cron of the test functions may have written already.
    assert import_snapshot(exported, restored.url, ADMIN_KEY, replace=True) >= 305
    client = ConvexHttpClient(restored.url)
    assert len(client.query("notes:list", {"owner": "snap", "limit": 1000})) == 300
    assert len(client.query("notes:search", {"text": "word7"})) > 1
    again = tmp_path / "again.zip"
    export_snapshot(restored.data, again)
    for table in ("notes", "anything"):
        assert documents(again, table) == documents(exported, table)
    newest = client.mutation("notes:add", {"owner": "after", "at": 1, "body": "x"})
    created = client.query("notes:get", {"id": newest})["_creationTime"]
    assert created > max(item["_creationTime"] for item in documents(exported, "notes"))


def test_documents_that_are_there_are_replaced_only_when_asked(
    make_deployment: MakeDeployment, exported: Path
) -> None:
    used = make_deployment()
    used.start()
    client = ConvexHttpClient(used.url)
    gone = client.mutation("notes:add", {"owner": "gone", "at": 1, "body": "x"})
    with pytest.raises(SnapshotError, match="holds documents already"):
        import_snapshot(exported, used.url, ADMIN_KEY)
    import_snapshot(exported, used.url, ADMIN_KEY, replace=True)
    assert client.query("notes:get", {"id": gone}) is None
    assert client.query("notes:list", {"owner": "gone"}) == []


def altered(source: Path, target: Path, change: dict[str, Any]) -> Path:
    """A copy of a snapshot whose last note is changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "notes/documents.jsonl":
                *lines, last = body.splitlines()
                body = b"\n".join([*lines, json.dumps({**json.loads(last), **change}).encode()])
            new.writestr(name, body)
    return target


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"at": "late"}, "Path: .at"),
        ({"unknown": 1}, "extra field `unknown`"),
        ({"_id": "nonsense"}, "not an id of the table"),
        ({"body": {"$odd": 1}}, "reserved"),
        ({"__proto__": {"at": 1}}, "reserved"),
    ],
)
def test_a_refused_snapshot_names_the_document_and_changes_nothing(
    deployment: Deployment, exported: Path, tmp_path: Path, change: dict[str, Any], complaint: str
) -> None:
    bad = altered(exported, tmp_path / "bad.zip", change)
    name = change.get("_id", documents(exported, "notes")[-1]["_id"])
    with pytest.raises(SnapshotError) as caught:
        import_snapshot(bad, deployment.url, ADMIN_KEY, replace=True)
    assert complaint in str(caught.value)
    assert name in str(caught.value)
    client = ConvexHttpClient(deployment.url)
    assert len(client.query("notes:list", {"owner": "snap", "limit": 1000})) == 300
    assert client.query("notes:search", {"text": "word299"})


def test_importing_needs_the_admin_key(deployment: Deployment, exported: Path) -> None:
    with pytest.raises(SnapshotError, match="admin key"):
        import_snapshot(exported, deployment.url, "wrong", replace=True)


def test_what_is_no_snapshot_is_refused(deployment: Deployment, tmp_path: Path) -> None:
    text = tmp_path / "text.zip"
    text.write_text("not a zip")
    empty = tmp_path / "empty.zip"
    zipfile.ZipFile(empty, "w").close()
    for path in (text, empty, tmp_path / "missing.zip"):
        with pytest.raises(SnapshotError):
            import_snapshot(path, deployment.url, ADMIN_KEY)
    with pytest.raises(SnapshotError, match="no local deployment"):
        export_snapshot(tmp_path, tmp_path / "out.zip")
