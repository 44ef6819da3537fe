"""What processes use while a benchmark runs: resident memory and processor time, from /proc."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.sampling import processor_seconds

_MIB = 1024 * 1024
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Usage:
    """Samples of one process.

    Attributes:
        at: seconds since the watch began.
        mib: resident memory at these times.
        cpu: processor seconds used up to these times.
    """

    at: list[float] = field(default_factory=list)
    mib: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def cores(self) -> float:
        """Return how many cores were busy, on average."""
        if len(self.at) < 2:
            return 0.0
        return (self.cpu[-1] - self.cpu[0]) / (self.at[-1] - self.at[0])

    def growth(self) -> float:
        """Return the growth of the second half in MiB per minute (least squares)."""
        half = len(self.at) // 2
        at, mib = self.at[half:], self.mib[half:]
        if len(at) < 2:
            return 0.0
        middle, level = sum(at) / len(at), sum(mib) / len(mib)
        above = sum((x - middle) * (y - level) for x, y in zip(at, mib, strict=True))
        return 60 * above / sum((x - middle) ** 2 for x in at)

    def by_minute(self) -> list[float]:
        """Return the mean memory of each minute in MiB, without a last one of under 30 s."""
        minutes: dict[int, list[float]] = {}
        for at, mib in zip(self.at, self.mib, strict=True):
            minutes.setdefault(int(at // 60), []).append(mib)
        if self.at and self.at[-1] % 60 < 30:
            minutes.pop(int(self.at[-1] // 60))
        return [sum(samples) / len(samples) for samples in minutes.values()]


class ProcessWatch:
    """Samples processes once a second, from `start` to `stop`.

    Args:
        pids: name -> process id.
        interval: seconds.
    """

    def __init__(self, pids: dict[str, int], interval: float = 1.0) -> None:
        self._pids, self._interval = pids, interval
        self.usage = {name: Usage() for name in pids}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = 0.0

    def start(self) -> None:
        """Begin."""
        self._started = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            for name, pid in self._pids.items():
                self._sample(self.usage[name], pid)
            if self._stop.wait(self._interval):
                return

    def _sample(self, usage: Usage, pid: int) -> None:
        try:
            resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / _MIB
            cpu = processor_seconds(pid)
        except (FileNotFoundError, ProcessLookupError):
            return
        usage.at.append(time.monotonic() - self._started)
        usage.mib.append(resident)
        usage.cpu.append(cpu)
