"""A TCP proxy that slows or resets what passes, on a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from dataclasses import dataclass, field

_CHUNK = 64 * 1024
# SO_LINGER with a time of zero: closing sends a reset instead of the rest.
_RESET = struct.pack("ii", 1, 0)


@dataclass
class Proxy:
    """Passes connections on to a loopback port.

    Attributes:
        port: where it listens.
        target: where it connects to.
        delay: seconds that each piece of data waits, in both directions.
    """

    port: int
    target: int
    delay: float = 0.0
    _resetting: bool = False
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _ready: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Listen."""
        self._thread = threading.Thread(target=self._run, name=f"proxy-{self.port}")
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        """Close every connection and end."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def reset(self, on: bool) -> None:
        """Reset every open connection, and new ones with their first data, or stop doing so."""
        self._resetting = on
        if on:
            self._loop.call_soon_threadsafe(self._reset_all)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", self.port)
        )
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        for writer in self._writers:
            writer.transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            _abort(writer)
            return
        both = {writer, far_writer}
        self._writers |= both
        try:
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        except asyncio.CancelledError:
            pass  # the proxy ends
        finally:
            self._writers -= both
            for one in both:
                one.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                if self._resetting:
                    self._reset_all()
                    return
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()

    def _reset_all(self) -> None:
        for writer in self._writers:
            _abort(writer)


def _abort(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
