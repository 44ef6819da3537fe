"""Restarts, schedules, changed schemas: what the data outlives."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from convex.http_client import ConvexHttpClient

from .conftest import FUNCTIONS, Deployment, MakeDeployment


def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.05)


def note(owner: str, body: str = "text") -> dict[str, Any]:
    return {"owner": owner, "at": 1, "body": body}


def test_data_and_cursors_survive_a_polite_stop(make_deployment: MakeDeployment) -> None:
    deployment = make_deployment()
    deployment.start()
    client = ConvexHttpClient(deployment.url)
    first = client.mutation("notes:add", note("kept"))
    client.mutation("notes:add", note("kept"))
    args: dict[str, Any] = {"owner": "kept", "opts": {"numItems": 1, "cursor": None}}
    page = client.query("notes:page", args)
    assert deployment.stop() == 0
    deployment.start()
    assert client.query("notes:get", {"id": first})["owner"] == "kept"
    args["opts"]["cursor"] = page["continueCursor"]
    assert len(client.query("notes:page", args)["page"]) == 1
    assert client.query("notes:search", {"text": "text", "owner": "kept"})


def test_a_log_that_cannot_be_written_ends_nothing(make_deployment: MakeDeployment) -> None:
    deployment = make_deployment()
    deployment.standard_error = Path("/dev/full")  # every write fails as on a full disk
    deployment.start()
    client = ConvexHttpClient(deployment.url)
    assert client.mutation("notes:add", note("quiet"))
    assert deployment.stop() == 0


def test_time_never_goes_back_over_a_restart(make_deployment: MakeDeployment) -> None:
    deployment = make_deployment()
    deployment.start()
    client = ConvexHttpClient(deployment.url)
    client.mutation("notes:add", note("clock"))
    deployment.stop()
    future = (time.time() + 3600) * 1000
    database = sqlite3.connect(deployment.data / "convex.sqlite3")
    with database:
        sql = "UPDATE meta SET value = ? WHERE key = ?"
        database.execute(sql, (str(int(future * 1e6)), "last_ts"))
        database.execute(sql, (str(future), "last_creation_time"))
    database.close()
    deployment.start()
    client.mutation("notes:add", note("clock"))
    newest = client.query("notes:list", {"owner": "clock", "limit": 1})[0]
    assert newest["_creationTime"] > future


def test_scheduled_functions_run_once_and_can_be_cancelled(deployment: Deployment) -> None:
    client = ConvexHttpClient(deployment.url)
    job = client.mutation("counters:later", {"name": "soon", "delayMs": 50})
    cancelled = client.mutation("counters:later", {"name": "never", "delayMs": 60_000})
    client.mutation("counters:cancel", {"job": cancelled})
    eventually(lambda: bool(client.query("counters:jobState", {"job": job}) == "success"))
    assert client.query("counters:get", {"name": "soon"}) == 1
    assert client.query("counters:jobState", {"job": cancelled}) == "canceled"
    failing = client.mutation("counters:failLater", {"name": "fails"})
    eventually(lambda: bool(client.query("counters:jobState", {"job": failing}) == "failed"))
    assert client.query("counters:get", {"name": "fails"}) == 0


def test_a_failed_mutation_schedules_nothing(deployment: Deployment) -> None:
    client = ConvexHttpClient(deployment.url)
    with pytest.raises(Exception, match="nothing is scheduled"):
        client.mutation("counters:laterThenFail", {"name": "ghost"})
    done = client.mutation("counters:later", {"name": "after-ghost", "delayMs": 0})
    eventually(lambda: bool(client.query("counters:jobState", {"job": done}) == "success"))
    assert client.query("counters:get", {"name": "ghost"}) == 0


def stored_job_state(deployment: Deployment, job: str) -> str:
    """The state of a scheduled function in the files of a deployment that does not run."""
    address = f"file:{deployment.data / 'convex.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        sql = "SELECT number FROM tables WHERE name = '_scheduled_functions'"
        (number,) = database.execute(sql).fetchone()
        texts = database.execute(f"SELECT json FROM doc_{number}").fetchall()  # noqa: S608
    jobs = {found["_id"]: found for found in (json.loads(text) for (text,) in texts)}
    state: str = jobs[job]["state"]["kind"]
    return state


def test_schedules_survive_a_crash(make_deployment: MakeDeployment) -> None:
    deployment = make_deployment()
    delay = 500
    state = ""
    # The crash must come before the job does; on a slow machine that takes a later job.
    while state != "pending":
        delay *= 2
        deployment.start()
        client = ConvexHttpClient(deployment.url)
        job = client.mutation("counters:later", {"name": f"crash-{delay}", "delayMs": delay})
        deployment.kill()
        state = stored_job_state(deployment, job)
    deployment.start()
    eventually(lambda: bool(client.query("counters:jobState", {"job": job}) == "success"))
    assert client.query("counters:get", {"name": f"crash-{delay}"}) == 1


def test_crons_run_and_continue_after_a_restart(make_deployment: MakeDeployment) -> None:
    deployment = make_deployment()
    deployment.start()
    client = ConvexHttpClient(deployment.url)
    eventually(lambda: bool(client.query("counters:get", {"name": "cron"}) >= 1))
    deployment.kill()
    deployment.start()
    before = client.query("counters:get", {"name": "cron"})
    eventually(lambda: bool(client.query("counters:get", {"name": "cron"}) > before))
    assert client.query("counters:get", {"name": "nightly"}) == 0


@pytest.fixture
def copied_functions(tmp_path: Path) -> Path:
    """A copy of the functions that may be changed; packages are found from the checkout."""
    target = tmp_path / "functions"
    shutil.copytree(FUNCTIONS, target)
    (tmp_path / "node_modules").symlink_to(Path(__file__).parents[2] / "node_modules")
    return target


def change(functions: Path, old: str, new: str) -> None:
    schema = functions / "schema.ts"
    text = schema.read_text()
    assert old in text
    schema.write_text(text.replace(old, new))


def test_a_new_index_is_filled_from_stored_documents(
    make_deployment: MakeDeployment, copied_functions: Path
) -> None:
    index = '.index("by_owner_at", ["owner", "at"])'
    search = """.searchIndex("search_body", { searchField: "body", filterFields: ["owner"] })"""
    change(copied_functions, index, "")
    change(copied_functions, search, "")
    deployment = make_deployment(copied_functions)
    deployment.start()
    client = ConvexHttpClient(deployment.url)
    client.mutation("notes:addMany", {"notes": [note("filled", f"text {n}") for n in range(700)]})
    with pytest.raises(Exception, match=r"Index notes\.by_owner_at not found"):
        client.query("notes:list", {"owner": "filled"})
    deployment.stop()
    schema = copied_functions / "schema.ts"
    schema.write_text((FUNCTIONS / "schema.ts").read_text())
    deployment.start()
    assert len(client.query("notes:list", {"owner": "filled", "limit": 1000})) == 700
    assert len(client.query("notes:search", {"text": "699"})) == 1


def test_a_schema_that_documents_break_is_refused_by_name(
    make_deployment: MakeDeployment, copied_functions: Path
) -> None:
    deployment = make_deployment(copied_functions)
    deployment.start()
    client = ConvexHttpClient(deployment.url)
    client.mutation("notes:add", {**note("old"), "tags": ["a"]})
    broken = client.mutation("notes:add", note("old"))
    deployment.stop()
    change(copied_functions, "tags: v.optional(v.array(v.string()))", "tags: v.array(v.string())")
    deployment.launch()
    assert deployment.process is not None
    assert deployment.process.wait(timeout=30) == 1
    log = deployment.log.read_text()
    assert f'Document with ID \\"{broken}\\" in table \\"notes\\" does not match the schema' in log
    assert "missing the required field `tags`" in log
    change(copied_functions, "tags: v.array(v.string())", "tags: v.optional(v.array(v.string()))")
    deployment.start()
    assert client.query("notes:get", {"id": broken})["owner"] == "old"
