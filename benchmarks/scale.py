"""Views and turns per second with 1, 2 and 4 app processes behind nginx with sticky routing.

nginx reads the product's own example (`deploy/nginx.conf`), without TLS. First 16 dashboard users
open pages as fast as they are shown, then 16 API writers store turns, two per request, as fast as
they are acknowledged; for 20 s each. Everything shares the two cores: docs/scale-out.md says how to
read the figures. Needs nginx: on the PATH, or named by `EARSHOT_NGINX`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import Curve, Figure
from benchmarks.load import FULL, PAGES, replaced, run
from benchmarks.load_outcome import Outcome
from benchmarks.sampling import percentiles
from local import processes
from local.children import Child, stop_all
from local.stack import Stack, free_ports
from tests.support.stack import RunningStack, wait_until

NUMBERS = (1, 2, 4)
SECONDS = 20.0
PEOPLE = 16
START_SECONDS = 60.0
EXAMPLE = Path(__file__).resolve().parents[1] / "deploy" / "nginx.conf"


def measure() -> Iterator[Figure | Curve]:
    """Measure each number of processes on one stack.

    Raises:
        FileNotFoundError: nginx is not there.
    """
    nginx = os.environ.get("EARSHOT_NGINX") or shutil.which("nginx")
    if nginx is None:
        raise FileNotFoundError("nginx is needed: apt-get install nginx-light, or EARSHOT_NGINX")
    rates: dict[str, list[tuple[float, float]]] = {"views": [], "turns": []}
    with services() as (stack, others):
        for number in NUMBERS:
            with replicas(stack, others, number, nginx) as behind:
                views = _pages(behind)
                turns = _turns(behind)
            assert views.all_views, views.told
            p95 = percentiles(views.all_views)[1]
            rates["views"].append((number, len(views.all_views) / views.seconds))
            rates["turns"].append((number, 2 * turns.views_of("POST /interactions")))
            yield Figure(f"{number} processes: views", rates["views"][-1][1], "/s")
            yield Figure(f"{number} processes: a view, p95", p95, "ms")
            yield Figure(f"{number} processes: turns", rates["turns"][-1][1], "/s")
            yield Figure(f"{number} processes: apps, pages", _apps(views), "cores")
            yield Figure(f"{number} processes: apps, turns", _apps(turns), "cores")
            failed = views.failed + turns.failed
            yield Figure(f"{number} processes: failed", failed, "", at_most=0)
    yield Curve("per second", "processes", "/s", rates)


@contextmanager
def services() -> Iterator[tuple[Stack, dict[str, Child]]]:
    """Start a stack with demo data but without an app; its app's port is for the proxy."""
    with tempfile.TemporaryDirectory() as home:
        stack = Stack.load_or_create(Path(home), free_ports(1)[0])
        made = [processes.convex(stack), processes.storage(stack), processes.identity(stack)]
        try:
            _start(made)
            command = [sys.executable, "-m", "local", "prepare", "--demo"]
            environment = {**os.environ, "EARSHOT_HOME": home}
            subprocess.run(command, cwd=processes.ROOT, env=environment, check=True)  # noqa: S603
            yield stack, {child.name: child for child in made}
        finally:
            stop_all(made, lambda _line: None)


@contextmanager
def replicas(
    stack: Stack, others: dict[str, Child], number: int, nginx: str
) -> Iterator[RunningStack]:
    """Start app processes and nginx in front of them."""
    ports = free_ports(number)
    apps = [_replica(stack, port, place) for place, port in enumerate(ports)]
    made = [*apps, _proxy(stack, ports, nginx)]
    try:
        _start(made)
        every = {**others, **{child.name: child for child in made}}
        pids = {name: child.pid for name, child in every.items()}
        home = Path(stack.home)
        yield RunningStack(home, stack.app_port, None, home / "none", {"pids": pids})
    finally:
        stop_all(made, lambda _line: None)


def _start(children: list[Child]) -> None:
    for child in children:
        child.start()
    for child in children:
        wait_until(child.is_ready, START_SECONDS, child.last_lines)


def _replica(stack: Stack, port: int, place: int) -> Child:
    """Return an app process behind the proxy; jobs run in a worker apart, and so not here."""
    child = processes.app(replace(stack, app_port=port), demo=True)
    child.environment |= {
        "EARSHOT_APP_URL": stack.app_url,
        "EARSHOT_WORKER": "apart",
        "EARSHOT_TRUSTED_PROXIES": "127.0.0.1",
    }
    child.name = f"app{place}"
    child.log = child.log.with_name("app.log")
    return child


def _proxy(stack: Stack, ports: list[int], nginx: str) -> Child:
    folder = Path(stack.home) / "nginx"
    folder.mkdir(exist_ok=True)
    config = folder / "nginx.conf"
    config.write_text(_config(folder, stack.app_port, ports))
    command = [nginx, "-c", str(config), "-p", str(folder), "-g", "daemon off;"]
    health = f"http://127.0.0.1:{stack.app_port}/api/v1/live"
    return Child("nginx", command, {"PATH": os.environ["PATH"]}, folder, health, folder / "log")


def _config(folder: Path, port: int, ports: list[int]) -> str:
    """Return the example as it is used here: no TLS, these replicas, plain cookies."""
    text = EXAMPLE.read_text()
    maps, _, rest = text.partition("server {\n  listen 80;")
    server = "server {\n" + rest.partition("\nserver {\n")[2]
    servers = "\n".join(f"  server 127.0.0.1:{one};" for one in ports)
    maps = re.sub(r"^  server app:.*$", servers, maps, flags=re.MULTILINE)
    maps = maps.replace(" Secure;", "")
    server = server.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port};")
    server = re.sub(
        r"^  (ssl_|access_log|error_log|server_name).*\n", "", server, flags=re.MULTILINE
    )
    # Clients name the port too; a public address has none.
    server = server.replace("$host;", "$http_host;")
    temporary = "\n".join(
        f"  {kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"master_process off;\npid {folder}/pid;\nerror_log stderr crit;\n"
        "events { worker_connections 1024; }\n"
        f"http {{\n  access_log off;\n{temporary}\n{maps}\n{server}\n}}\n"
    )


def _pages(behind: RunningStack) -> Outcome:
    plan = replaced(
        FULL,
        visitors=PEOPLE,
        view_seconds=0,
        writers=0,
        turns_per_second=0,
        reviewers=0,
        seconds=SECONDS,
        warm_seconds=5,
    )
    return run(behind, plan, PAGES)


def _turns(behind: RunningStack) -> Outcome:
    plan = replaced(
        FULL,
        visitors=0,
        writers=PEOPLE,
        turns_per_second=0,
        batch=2,
        reviewers=0,
        seconds=SECONDS,
        warm_seconds=5,
    )
    return run(behind, plan, PAGES)


def _apps(outcome: Outcome) -> float:
    return sum(one["cores"] for name, one in outcome.processes.items() if name.startswith("app"))
