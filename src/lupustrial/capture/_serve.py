"""The server: granian over WSGI, a blocking thread a request."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable

from lupustrial.capture._begin import check_port
from lupustrial.capture._config import Config

#: Requests that a worker answers at the same time; each has a connection or two to the database.
THREADS = 8


def serve(
    config: Config,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 1,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are answered first.

    Args:
        config: How the server runs; the database is prepared (`prepare`).
        host: Address on which it listens.
        port: Port.
        workers: Processes.
        ready: Called once the port is open.

    Raises:
        CaptureError: CAPT-092, the port cannot be used.
    """
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    check_port(host, port)
    os.environ.update(config.environment())
    _let_go()
    server = Granian(
        "lupustrial.capture.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=600,  # seconds: a thread that ends drops its connections
        workers_kill_timeout=30,
        respawn_failed_workers=True,
        websockets=False,
        log_level=LogLevels.error,
    )
    server.on_startup(
        lambda: threading.Thread(target=_when_open, args=(host, port, ready), daemon=True).start()
    )
    server.serve()


def _when_open(host: str, port: int, ready: Callable[[], None]) -> None:
    """Call `ready` once somebody listens; the workers open the port themselves, a moment after the start."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - an address to compare with
    while True:
        try:
            socket.create_connection((reached, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            break
    ready()


def _let_go() -> None:
    """Close what this process holds open: a worker is a copy of it, and a connection has one owner."""
    from django.db import connections

    from lupustrial.capture._trial import trial

    if trial.cache_info().currsize:
        trial().close()
    trial.cache_clear()
    connections.close_all()
