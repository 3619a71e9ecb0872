"""Serving the vault on its socket, to several clients at once, none of whom can hold up the others."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from lupustrial.allocation.vault._journal import JournalLostError
from lupustrial.allocation.vault._socket import listen, remove
from lupustrial.allocation.vault._vault import LOG, Vault

_PATIENCE = 5.0  # seconds
_MOST = 32  # clients at once


class Server:
    """Serves a vault until it is stopped; requests are answered one after another, as they arrive."""

    def __init__(
        self, vault: Vault, path: Path, *, group: str | None = None, patience: float = _PATIENCE
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            vault: The vault.
            path: Where its socket is to be.
            group: A group whose members may ask; None: the account of the vault alone.
            patience: Seconds in which a client has to send a request, or to take an answer.
        """
        self._vault, self._path, self._group, self._patience = vault, path, group, patience
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clients = 0
        self._lost: JournalLostError | None = None

    def run(self, ready: Callable[[], None] | None = None) -> None:
        """Serve until SIGTERM, SIGINT or `stop`; the socket is removed then.

        Args:
            ready: Called once clients can ask.

        Raises:
            AllocationError: ALLOC-097, the journal cannot be written; ALLOC-098, the socket cannot be made.
        """
        asyncio.run(self._serve(ready))
        if self._lost is not None:
            raise self._lost

    def stop(self) -> None:
        """Stop; may be called from another thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has stopped already
                self._loop.call_soon_threadsafe(self._stopped.set)

    async def _serve(self, ready: Callable[[], None] | None) -> None:
        self._stopped = asyncio.Event()
        loop = self._loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, __: LOG.error("connection failed"))  # says no more than that
        made = listen(self._path, self._group)
        inode = os.lstat(self._path).st_ino
        try:
            if threading.current_thread() is threading.main_thread():
                for number in (signal.SIGTERM, signal.SIGINT):
                    loop.add_signal_handler(number, self._stopped.set)
            server = await asyncio.start_unix_server(self._talk, sock=made, limit=self._vault.limit)
            if ready is not None:
                ready()
            await self._stopped.wait()
            server.close()
        finally:
            made.close()
            remove(self._path, inode)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients += 1
        try:
            if self._clients > _MOST:
                await self._send(writer, self._vault.refuse("too many clients ask at once"))
                return
            while line := await self._line(reader, writer):
                await self._send(writer, self._vault.answer(line))
        except (TimeoutError, ConnectionError):
            pass
        except JournalLostError as lost:
            self._lost = lost
            self._stopped.set()
        finally:
            self._clients -= 1
            writer.close()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Return the next line; nothing where the client has gone, or sent one that is too long."""
        try:
            async with asyncio.timeout(self._patience):
                line = await reader.readline()
        except ValueError:
            await self._send(writer, self._vault.refuse("the line is too long"))
            return b""
        return line if line.endswith(b"\n") else b""

    async def _send(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        writer.write(answer)
        async with asyncio.timeout(self._patience):
            await writer.drain()
