"""A stack whose app runs in another way than `make run` runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from local import processes
from local.children import Child, stop_all
from local.identity.instance import Instance
from local.stack import Stack, free_ports
from tests.support.stack import ROOT, wait_until

READY_SECONDS = 120


@contextmanager
def stack_around(
    home: Path, app: Callable[[Stack], Sequence[Child]], *, bucket: bool = True
) -> Iterator[Stack]:
    """Start Convex, Clerk, with `bucket` the local S3, and then the app as the caller wants it.

    Args:
        home: where all of it lies.
        app: returns the app and what else belongs to it.
        bucket: with the local S3 server and its bucket.
    """
    stack = Stack.load_or_create(home, free_ports(1)[0])
    makers = [processes.convex, processes.identity, processes.portal]
    children = [make(stack) for make in makers + [processes.storage] * bucket]
    try:
        _start(children)
        # A revoke is seen when the last token has ended.
        Instance(stack).configure(token_seconds=15)
        if bucket:
            prepare = [sys.executable, "-m", "local", "prepare", "--no-demo"]
            environment = {**os.environ, "EARSHOT_HOME": stack.home}
            subprocess.run(prepare, cwd=ROOT, env=environment, check=True)
        own = app(stack)
        children += own
        _start(own)
        yield stack
        assert [child.exit_code() for child in own] == [None] * len(own)
    finally:
        stop_all(children, print)


def settings_only(settings: dict[str, str]) -> dict[str, str]:
    """Return this process's environment with these settings of Earshot and no others."""
    own = ("CLERK_", "EARSHOT_", "CONVEX_", "S3_")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    kept = {name: os.environ[name] for name in ["EARSHOT_CHROMIUM"] if name in os.environ}
    return {**bare, **kept, **settings}


def smoke(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the smoke test as `make smoke` does, and return its end and its JSON."""
    command = [sys.executable, "-m", "lib", "smoke", "--json"]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=settings_only(settings),
        capture_output=True,
        text=True,
        check=False,
    )


def _start(children: Sequence[Child]) -> None:
    for child in children:
        child.start()
    for child in children:
        if child.health_url:
            wait_until(child.is_ready, READY_SECONDS, partial(_last_lines, child.log))


def _last_lines(log: Path) -> str:
    return log.read_text()[-3000:]
