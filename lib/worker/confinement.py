"""Keeps the decoder from everything but decoding, and this process's secrets from the decoder.

Two sides: `hide_memory` for the process that has the secrets, `confine` for the one that decodes.
What each platform gives is told in docs/security.md.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import sys
from typing import Final

ADDRESS_SPACE_BYTES: Final = 1024**3
"""Bound of virtual memory, half of which the libraries only map; resident use is far smaller."""
NOBODY: Final = 65534

_PR_SET_DUMPABLE: Final = 4  # linux/prctl.h
# seccomp.h of libseccomp
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EPERM
_ALL_THREADS: Final = 4  # SCMP_FLTATR_CTL_TSYNC
# Computing, memory, and reading and writing what is open: everything else is refused, also what
# a later kernel brings.
_ALLOWED: Final = (
    *("read", "write", "lseek", "close"),
    *("brk", "mmap", "munmap", "mremap", "mprotect", "madvise"),
    *("futex", "sched_yield", "membarrier", "rseq", "set_robust_list"),
    *("clock_gettime", "clock_nanosleep", "nanosleep", "getrandom", "getpid", "gettid"),
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall"),
    *("exit", "exit_group"),
)


def hide_memory() -> None:
    """Let no process of the same user read this one's memory and environment (Linux).

    `prctl(2)`: `/proc/PID/environ`, `/proc/PID/mem` and ptrace are closed, and no core is dumped.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def confine() -> bool:
    """Give up what decoding does not need, for good; call it when all code is loaded.

    Returns:
        Whether the kernel filters the system calls; else only the limits of `setrlimit(2)` hold,
        which keep a process that is not root from opening, connecting and forking.
    """
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        library = None
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    # A core dump would hold recordings; without descriptors nothing can be opened or connected.
    for limit in (
        resource.RLIMIT_CORE,
        resource.RLIMIT_FSIZE,
        resource.RLIMIT_NOFILE,
        resource.RLIMIT_NPROC,
    ):
        resource.setrlimit(limit, (0, 0))
    return library is not None and _filter_calls(library)


def _filter_calls(library: ctypes.CDLL) -> bool:
    """Install the filter through libseccomp, which knows the numbers of every architecture."""
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(_REFUSE)))
    try:
        failed = library.seccomp_attr_set(rules, _ALL_THREADS, ctypes.c_uint32(1))
        for name in _ALLOWED:
            number = library.seccomp_syscall_resolve_name(name.encode())
            failed |= library.seccomp_rule_add(rules, ctypes.c_uint32(_ALLOW), number, 0)
        return not failed and library.seccomp_load(rules) == 0
    finally:
        library.seccomp_release(rules)
