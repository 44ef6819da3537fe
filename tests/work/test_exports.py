"""Exports: one at a time per member, seen by their owner only, gone after download or time-out."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from lib.data import Unavailable
from lib.data.records import SessionUser, UserSession
from lib.formats.record_export import SESSION_COLUMNS, write_csv, write_json
from lib.work import exports as exports_module
from lib.work.exports import MOST_OF_MEMBER, MOST_RUNNING, BusyError, Export, Exports
from tests.support.stack import wait_until


@pytest.fixture
def exports() -> Iterator[Exports]:
    made = Exports()
    yield made
    made.close()


def settled(export: Export) -> Export:
    wait_until(lambda: export.state != "running", 10)
    return export


def begin(exports: Exports, write: Any, owner: str = "user_a") -> Export:
    return exports.start(owner, "file.txt", "text/plain", write)


def content(export: Export) -> bytes:
    return b"".join(export.pieces())


def is_gone(export: Export) -> bool:
    try:
        content(export)
    except FileNotFoundError:
        return True
    return False


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def write_hello(out: BinaryIO, export: Export) -> None:
    out.write(b"hello")
    export.wrote(1, out.tell())


def write_until_told(out: BinaryIO, export: Export) -> None:
    while True:
        export.wrote(1, 1)


def test_a_finished_file_belongs_to_its_owner_and_goes_with_them(exports: Exports) -> None:
    export = settled(begin(exports, write_hello))
    assert (export.state, export.records, export.size) == ("ready", 1, 5)
    assert content(export) == b"hello"
    assert exports.find(export.id, "user_a") is export
    assert exports.find(export.id, "user_b") is None
    exports.discard(export)
    assert exports.find(export.id, "user_a") is None
    assert is_gone(export)


def test_a_cancelled_export_leaves_no_file(exports: Exports) -> None:
    export = begin(exports, write_until_told)
    export.cancel()
    assert settled(export).state == "cancelled"
    wait_until(lambda: is_gone(export), 10)


def test_a_member_has_one_export_at_a_time_and_a_process_a_few(exports: Exports) -> None:
    running = [begin(exports, write_until_told, f"user_{n}") for n in range(MOST_RUNNING)]
    with pytest.raises(BusyError, match="running export"):
        begin(exports, write_hello, "user_0")
    with pytest.raises(BusyError, match="Too many exports"):
        begin(exports, write_hello, "user_new")
    running[0].cancel()
    settled(running[0])
    assert settled(begin(exports, write_hello, "user_0")).state == "ready"


def test_a_failure_is_told_as_a_sentence(exports: Exports) -> None:
    def unanswered(_out: BinaryIO, _export: Export) -> None:
        raise Unavailable("connect timeout to 10.0.0.1")

    export = settled(begin(exports, unanswered))
    assert export.state == "failed"
    assert export.problem == "The data service did not respond. Start again in a moment."


def test_a_file_does_not_grow_without_end(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports_module, "MOST_BYTES", 2 * 1024**2)
    export = begin(exports, lambda _out, export: export.wrote(7, 3 * 1024**2))
    assert settled(export).state == "failed"
    assert "exceed 2 MiB" in export.problem


def test_an_unfetched_file_goes_when_its_time_is_up() -> None:
    exports = Exports(keep_seconds=0.05)
    export = settled(begin(exports, write_hello))
    wait_until(lambda: exports.find(export.id, "user_a") is None, 10)
    wait_until(lambda: is_gone(export), 10)
    exports.close()


def test_closing_removes_everything() -> None:
    exports = Exports()
    done, running = settled(begin(exports, write_hello)), begin(exports, write_until_told, "user_b")
    exports.close()
    assert settled(running).state == "cancelled"
    assert is_gone(done)
    assert is_gone(running)


def test_a_discarded_export_ends_without_a_file(exports: Exports) -> None:
    started = threading.Event()

    def write(out: BinaryIO, export: Export) -> None:
        started.set()
        write_until_told(out, export)

    export = begin(exports, write)
    started.wait(10)
    exports.discard(export)
    assert settled(export).state == "cancelled"
    wait_until(lambda: is_gone(export), 10)


def test_the_oldest_finished_files_of_a_member_go_when_there_are_too_many(
    exports: Exports,
) -> None:
    of_others = settled(begin(exports, write_hello, "user_b"))
    files = [settled(begin(exports, write_hello)) for _ in range(MOST_OF_MEMBER + 2)]
    assert [is_gone(one) for one in files] == [True, True, False, False, False]
    assert [exports.find(one.id, "user_a") is None for one in files[:2]] == [True, True]
    assert content(of_others) == b"hello"


def test_a_members_files_have_as_many_bytes_together_as_one_file(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports_module, "MOST_BYTES", 12)
    first, second = settled(begin(exports, write_hello)), settled(begin(exports, write_hello))
    assert not is_gone(first)
    third = settled(begin(exports, write_hello))
    assert [is_gone(one) for one in (first, second, third)] == [True, False, False]


@pytest.mark.parametrize(("limit", "value"), [("MOST_FILES", 4), ("MOST_BYTES_OF_ALL", 20)])
def test_a_process_keeps_so_many_files_and_bytes_whoever_they_belong_to(
    limit: str, value: int, exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports_module, limit, value)
    files = [settled(begin(exports, write_hello, f"user_{n}")) for n in range(6)]
    assert [is_gone(one) for one in files] == [True, True, False, False, False, False]


def test_a_download_that_has_begun_gets_the_whole_file(exports: Exports) -> None:
    export = settled(begin(exports, lambda out, _: out.write(b"x" * 10**6)))
    before = open_files()
    pieces = export.pieces()
    begun = next(pieces)
    exports.discard(export)
    assert len(begun + b"".join(pieces)) == 10**6
    assert open_files() == before - 1


def test_a_killed_process_leaves_no_file_behind(tmp_path: Path) -> None:
    program = (
        "from lib.work.exports import Exports\n"
        "def write(out, export):\n"
        "    out.write(b'personal' * 10**5); out.flush()\n"
        "    print('written', flush=True)\n"
        "    export._cancelled.wait()\n"
        "Exports().start('user_a', 'a', 'text/plain', write)\n"
        "import time; time.sleep(60)\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env=environment,
        cwd=Path(__file__).parents[2],
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"written\n"
        assert list(tmp_path.rglob("*")) == []
        child.send_signal(signal.SIGKILL)
    assert list(tmp_path.rglob("*")) == []


HOSTILE = '=HYPERLINK("http://x/","y")'


def a_session(number: int) -> UserSession:
    at = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    return UserSession(
        id=f"s{number}",
        user_id="u1",
        user=SessionUser(clerk_id="user_1", name=HOSTILE),
        external_id="@SUM(1)",
        channel="voice",
        status="completed",
        started_at=at,
        interaction_count=3,
        audio_count=0,
        tokens_in=1,
        tokens_out=2,
        cost=0.25,
        review_status="unreviewed",
        labels=("-2+3", "billing"),
        legal_hold=False,
        created_at=at,
        title='a "quoted"\r\nline, \u202ebidi',
        metadata={"snake_name": {"=x": 1}},
        language="de-CH",
    )


def written(exports: Exports, write: Any) -> bytes:
    export = settled(begin(exports, write))
    assert export.state == "ready", export.problem
    assert export.records == 2
    return content(export)


def test_csv_holds_every_record_and_no_formula(exports: Exports) -> None:
    sessions = [a_session(1), a_session(2)]
    body = written(exports, lambda out, e: write_csv(out, e.wrote, SESSION_COLUMNS, iter(sessions)))
    head, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    assert head == list(SESSION_COLUMNS)
    first = dict(zip(head, rows[0], strict=True))
    assert first["userName"] == f"'{HOSTILE}"
    assert first["externalId"] == "'@SUM(1)"
    assert first["labels"] == "'-2+3; billing"
    assert first["title"] == sessions[0].title
    assert first["startedAt"] == "2026-01-02T03:04:05.678Z"
    assert first["costUsd"] == "0.25"
    assert first["language"] == "de-CH"
    assert [row[0] for row in rows] == ["s1", "s2"]


def test_json_holds_every_record_with_the_names_of_the_api(exports: Exports) -> None:
    sessions = [a_session(1), a_session(2)]
    records = json.loads(written(exports, lambda out, e: write_json(out, e.wrote, iter(sessions))))
    assert [record["id"] for record in records] == ["s1", "s2"]
    assert records[0]["user"] == {
        "clerkId": "user_1",
        "name": HOSTILE,
        "email": None,
        "imageUrl": None,
        "phone": None,
        "anonymous": None,
    }
    assert records[0]["metadata"] == {"snake_name": {"=x": 1}}
    assert records[0]["labels"] == ["-2+3", "billing"]


def test_a_list_without_records_is_still_a_file(exports: Exports) -> None:
    export = settled(begin(exports, lambda out, e: write_json(out, e.wrote, iter([]))))
    assert json.loads(content(export)) == []
