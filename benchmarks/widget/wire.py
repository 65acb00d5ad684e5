"""A wire between browser and server that counts bytes and can be made long."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Wire:
    """Passes on what comes in on its own port.

    Attributes:
        port: where the browser connects to.
        bytes: so many have passed, both ways.
        delay: seconds that each way takes.
    """

    def __init__(self, port: int) -> None:
        self.port = 0
        self.bytes = 0
        self.delay = 0.0
        self._to = port

    async def open(self) -> asyncio.Server:
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A connection is a round trip before anything can be said on it.
        await asyncio.sleep(2 * self.delay)
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while data := await reader.read(65536):
                self.bytes += len(data)
                if self.delay:
                    loop.call_later(self.delay, writer.write, data)
                else:
                    writer.write(data)
        loop.call_later(self.delay, writer.close)


async def _end(server: asyncio.Server) -> None:
    server.close()
    open_ones = asyncio.all_tasks() - {asyncio.current_task()}
    for task in open_ones:
        task.cancel()
    await asyncio.gather(*open_ones, return_exceptions=True)


@contextmanager
def wire_to(port: int) -> Iterator[Wire]:
    """A wire to a port of this machine."""
    wire = Wire(port)
    loop = asyncio.new_event_loop()
    # In a thread of its own: Playwright's loop runs in this one.
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(wire.open(), loop).result()
    try:
        yield wire
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
