"""A whole stack whose processes, connections, disk and clock can be made to fail."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from lib.config.settings import Settings
from lib.storage.client import ensure_bucket
from local import processes
from local.children import Child, stop_all
from local.identity.instance import Instance
from local.identity.limits import PRODUCTION_REQUESTS
from local.stack import Stack, free_ports
from tests.faults.proxy import Proxy
from tests.faults.schedule import Fault

START_SECONDS = 60.0
RESTART_SECONDS = 0.5
DISK_MIB = 256
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"a secret of the rig alone").decode()
_BALLAST = 1024 * 1024


class Rig:
    """Processes as in production: the worker apart, everything that talks behind a proxy.

    Attributes:
        stack: addresses as clients see them; the app's is that of its proxy.
        settings: that lead past the proxies.
    """

    def __init__(self, home: Path, receiver_url: str) -> None:
        ports = free_ports(5)
        self.stack = Stack.load_or_create(home, ports[0])
        self._inner_app_port = ports[1]
        self._receiver_url = receiver_url
        self.proxies = {
            "app": Proxy(ports[0], ports[1]),
            "convex": Proxy(ports[2], self.stack.convex_port),
            "s3": Proxy(ports[3], self.stack.s3_port),
            "identity": Proxy(ports[4], self.stack.identity_port),
        }
        self.settings = Settings(
            _env_file=None,
            **self.stack.app_environment(),  # type: ignore[arg-type]
        )
        self._clock = home / "clock"
        self._clock.write_text("0")
        self.children = {child.name: child for child in self._children()}
        self._killed: set[str] = set()
        self._known_end: object = None
        self.unexpected: list[str] = []

    def start(self) -> None:
        """Start everything.

        Raises:
            RuntimeError: a process does not answer; the message holds the end of its log.
        """
        for proxy in self.proxies.values():
            proxy.start()
        Instance(self.stack).configure(requests_per_window=PRODUCTION_REQUESTS)
        for name in ("convex", "s3", "identity"):
            self.children[name].start()
        self._wait("convex", "s3", "identity")
        ensure_bucket(self.settings)
        for name in ("app", "worker"):
            self.children[name].start()
        self._wait("app")

    def url_of(self, name: str) -> str:
        """Return where a service answers through its proxy."""
        return f"http://127.0.0.1:{self.proxies[name].port}"

    @property
    def inner_app_url(self) -> str:
        """Where the app answers past its proxy, and so sees its clients' addresses."""
        return f"http://127.0.0.1:{self._inner_app_port}"

    def stop(self) -> None:
        """End everything."""
        for child in self.children.values():
            with suppress(ProcessLookupError):
                if child.pid:
                    os.kill(child.pid, signal.SIGCONT)
        stop_all(list(self.children.values()), lambda _line: None)
        for proxy in self.proxies.values():
            proxy.stop()

    def tend(self) -> None:
        """Start again what has ended, as whoever operates the product lets it be done."""
        for name, child in self.children.items():
            if child.exit_code() is None or name in self._killed:
                continue
            if child.process is not self._known_end:
                self.unexpected.append(f"{name} ended ({child.exit_code()}): {child.last_lines(5)}")
            if time.monotonic() - child.started_at > RESTART_SECONDS:
                child.start()

    def inflict(self, fault: Fault) -> Callable[[], None]:
        """Begin a fault; return what ends it."""
        child = self.children.get(fault.target)
        proxy = self.proxies.get(fault.target)
        match fault.kind:
            case "kill":
                assert child is not None
                return self._kill(child)
            case "stop":
                assert child is not None
                assert child.pid is not None
                os.kill(child.pid, signal.SIGSTOP)
                return lambda: os.kill(child.pid or 0, signal.SIGCONT)
            case "slow":
                assert proxy is not None
                proxy.delay = fault.amount
                return lambda: setattr(proxy, "delay", 0.0)
            case "reset":
                assert proxy is not None
                proxy.reset(True)
                return lambda: proxy.reset(False)
            case "step":
                self._set_clock(fault.amount)
                return lambda: self._set_clock(0)
            case "full":
                return self._fill_disk()
        raise AssertionError(fault.kind)

    def _kill(self, child: Child) -> Callable[[], None]:
        assert child.process is not None
        self._known_end = child.process
        self._killed.add(child.name)
        child.process.kill()
        child.process.wait()
        return lambda: self._killed.discard(child.name)

    def _set_clock(self, seconds: float) -> None:
        self._clock.write_text(str(seconds * 1000))

    def _fill_disk(self) -> Callable[[], None]:
        ballast = Path(self.stack.home) / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(_BALLAST))
        return ballast.unlink

    def _wait(self, *names: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        for name in names:
            child = self.children[name]
            while not child.is_ready():
                if child.exit_code() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{name} did not start:\n{child.last_lines(40)}")
                time.sleep(0.05)

    def _children(self) -> Iterator[Child]:
        stack = self.stack
        preload = Path(__file__).with_name("clock.mjs").as_uri()
        convex = processes.convex(stack)
        convex.environment |= {
            "NODE_OPTIONS": f"--import={preload}",
            "EARSHOT_CLOCK": str(self._clock),
        }
        yield convex
        yield processes.storage(stack)
        yield processes.identity(stack)
        through = {
            "EARSHOT_WORKER": "apart",
            "EARSHOT_ALERT_WEBHOOK_URL": self._receiver_url,
            "EARSHOT_ALERT_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "CONVEX_URL": self.url_of("convex"),
            "S3_ENDPOINT_URL": self.url_of("s3"),
            "CLERK_API_URL": self.url_of("identity"),
        }
        app = processes.app(replace(stack, app_port=self._inner_app_port), demo=False)
        app.environment |= {**stack.app_environment(), **through}
        yield app
        worker = Child(
            "worker",
            [sys.executable, "-m", "lib", "worker"],
            app.environment,
            app.folder,
            convex.health_url,
            app.log.with_name("worker.log"),
        )
        yield worker


@contextmanager
def running_rig(folder: Path, receiver_url: str) -> Iterator[tuple[Rig, bool]]:
    """Start a rig, on a small disk of its own where one may be mounted; says whether it was."""
    home = folder / "home"
    home.mkdir()
    with ExitStack() as opened:
        disk = opened.enter_context(_small_disk(home))
        rig = Rig(home, receiver_url)
        opened.callback(rig.stop)
        rig.start()
        yield rig, disk


@contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    """Mount a tmpfs over a folder, if this user may."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=700", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=True)
