"""A PostgreSQL server of the tests' own: a fresh cluster on a socket in a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ACCOUNT = "postgres"  # the server refuses to run as root


def binaries() -> Path | None:
    """Return the folder with ``initdb``, the newest version first; None where no server is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[-3])
    if found:
        return found[-1].parent
    named = shutil.which("initdb")
    return Path(named).resolve().parent if named else None


@contextmanager
def server(*settings: str) -> Iterator[str]:
    """Start a server and give the address of its database; stop and remove it afterwards.

    Args:
        settings: Of the server, as ``name=value``.
    """
    folder = binaries()
    if folder is None:
        raise FileNotFoundError("PostgreSQL is not installed")
    home = Path(tempfile.mkdtemp(prefix="lupustrial-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(home, _ACCOUNT, _ACCOUNT)
        made = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8"]
        _run([str(folder / "initdb"), "-D", str(home / "data"), *made])
        options = f"-k {home} -p 5432 -c listen_addresses= -c max_connections=120"
        options += "".join(f" -c {setting}" for setting in settings)
        control = [str(folder / "pg_ctl"), "-D", str(home / "data")]
        _run([*control, "-w", "-l", str(home / "log"), "-o", options, "start"])
        try:
            yield f"postgresql://postgres@/postgres?host={home}&port=5432"
        finally:
            _run([*control, "-w", "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(home, ignore_errors=True)


def home_of(url: str) -> Path:
    """Return the folder of a server: ``data`` and ``log`` are in it."""
    return Path(urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["host"][0])


def crash(url: str) -> None:
    """Stop the server of `server` as a loss of power would, and start it again."""
    folder, home = binaries(), home_of(url)
    assert folder is not None
    control = [str(folder / "pg_ctl"), "-D", str(home / "data"), "-w", "-l", str(home / "log")]
    _run([*control, "-t", "300", "-m", "immediate", "restart"])  # it replays what it had logged


def _run(command: list[str]) -> None:
    as_account = ["runuser", "-u", _ACCOUNT, "--"] if os.geteuid() == 0 else []
    # A server that is started keeps pipes open: its output goes nowhere.
    subprocess.run(
        [*as_account, *command],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        cwd="/",
    )
