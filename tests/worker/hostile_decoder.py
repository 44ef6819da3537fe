"""Plays a decoder that a recording has taken over: tries what it should not, tells what worked.

Run as the child of `lib.worker.analyser.Decoder`; answers a task with `{"attempts": {...}}`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lib.worker import decoder_process

PARENT = os.getppid()
libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: int) -> None:
    """Call a function of the C library that says -1 when it fails."""
    found = getattr(libc, name)
    found.restype = ctypes.c_int
    if found(*(ctypes.c_long(one) for one in arguments)) == -1:
        raise OSError(ctypes.get_errno(), name)


def connect(family: int, kind: int, address: Any) -> None:
    with socket.socket(family, kind) as found:
        found.connect(address)


def fork() -> None:
    if os.fork() == 0:
        os._exit(0)


ATTEMPTS: dict[str, Callable[[], object]] = {
    "read the parent's environment": Path(f"/proc/{PARENT}/environ").read_bytes,
    "read the parent's memory": Path(f"/proc/{PARENT}/mem").open,
    "read memory of the parent by the kernel": lambda: call("process_vm_readv", PARENT, 0, 0, 0, 0),
    "trace the parent": lambda: call("ptrace", 16, PARENT, 0, 0),
    "signal the parent": lambda: os.kill(PARENT, 0),
    "change the parent's limits": lambda: call("prlimit", PARENT, 7, 0, 0),
    "read the settings": Path(".env.example").read_bytes,
    "read the system's users": Path("/etc/passwd").read_bytes,
    "list a folder": lambda: os.listdir("/"),  # noqa: PTH208  # the system call
    "write a file": lambda: Path("/tmp/hostile").write_bytes(b"x"),  # noqa: S108
    "make a folder": lambda: Path("/tmp/hostile").mkdir(),  # noqa: S108
    "rename a file": lambda: Path("README.md").rename("README.hostile"),
    "connect over TCP": lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 80)),
    "connect over UDP": lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 53)),
    "connect to a process here": lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, "/run/x"),
    "fork": fork,
    "start a thread": lambda: threading.Thread(target=int).start(),
    "start a program": lambda: subprocess.run(["/bin/true"], check=True),
    "become a program": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
    "make a namespace": lambda: call("unshare", 0x10000000),
    "make a file in memory": lambda: call("memfd_create", 0, 0),
}


def outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    except RuntimeError as error:
        return str(error)
    return "done"


def attack(task: dict[str, Any]) -> dict[str, Any]:
    return {"attempts": {name: outcome(attempt) for name, attempt in ATTEMPTS.items()}}


if __name__ == "__main__":
    decoder_process._answer = attack
    decoder_process.main()
