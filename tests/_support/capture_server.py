"""The application as it is run: a server process that can be killed, and clients that save pages."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from capture_site import CaptureSite

_TOKEN = "a" * 64  # double-submit token of cross-site request forgery; any of the right form, twice


@dataclass
class Server:
    """A server; `kill` ends it as a loss of power would, `start` begins it anew on the same port."""

    port: int
    log: Path
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
        command += [
            "--port",
            str(self.port),
            "--workers",
            "1",
            "--blocking-threads",
            "8",
            "--log-level",
            "error",
        ]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "lupustrial.capture.wsgi:application"],
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "LUPUSTRIAL_HOSTS": "127.0.0.1", "LUPUSTRIAL_RATE": "0"},
            )
        until = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, f"the server does not answer: {self.log.read_text()}"
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the server and all that it started, at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)
            self._process = None

    def _answers(self) -> bool:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
        except OSError:
            return False


@contextmanager
def serving(site: CaptureSite) -> Iterator[Server]:
    """Serve the application of a site, whose environment is that of this process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(port, site.folder / "server.log")
    server.start()
    try:
        yield server
    finally:
        server.kill()


@dataclass(kw_only=True)
class Saves:
    """Clients that save pages without a pause; `confirmed` are those of which the server said that it saved.

    A page is a repeat of a form that may have many; its dose is its number, so that a save can be told.
    """

    port: int
    cookie: str
    left: list[tuple[str, int]]
    confirmed: list[tuple[str, int]] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, clients: int) -> Sequence[threading.Thread]:
        """Start clients; they end when nothing is left or the server is gone."""
        threads = [threading.Thread(target=self._client) for _ in range(clients)]
        for thread in threads:
            thread.start()
        return threads

    def _client(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
            self._save_all(connection)

    def _save_all(self, connection: http.client.HTTPConnection) -> None:
        while True:
            with self._lock:
                if not self.left:
                    return
                one = self.left.pop()
            try:
                status, body = self._save(connection, *one)
            except (OSError, http.client.HTTPException):
                with self._lock:
                    self.left.append(one)  # nobody said that it was saved
                return
            with self._lock:
                if status == 302:
                    self.confirmed.append(one)
                elif status == 409:
                    self.other.append("saved before, though nobody said so")
                    self.confirmed.append(one)
                else:
                    self.other.append(f"{one}: {status} {body[:2000]}")
                    return

    def _save(self, connection: http.client.HTTPConnection, participant: str, number: int) -> tuple[int, str]:
        values = {
            "CMTRT": "PREDNISONE",
            "CMDOSE": str(number),
            "CMFREQ": "QD",
            "CMROUTE": "ORAL",
            "CMSTDAT": "2026-01-05",
            "CMENDAT": "2026-01-06",
        }
        fields = [("csrfmiddlewaretoken", _TOKEN), ("revision", "0"), ("action", "save")]
        fields += [("i", item) for item in values]
        fields += [(f"v.{item}", value) for item, value in values.items()]
        fields += [("u.CMDOSE", "mg")]
        connection.request(
            "POST",
            f"/participants/{participant}/visits/SCR/forms/prednisone/{number}",
            urllib.parse.urlencode(fields),
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": f"sessionid={self.cookie}; csrftoken={_TOKEN}",
            },
        )
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
