"""What tests of several rooms share: the road of the founding study, gone once a session."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = [
    "analysis_fixtures",  # study, stamp, datasets, ard, … of the tests of analysis and report
    "ledger_fixtures",  # databases: SQLite and a PostgreSQL server
    "capture_site",  # the web application on a database of its own
    "capture_door",  # signing in as a person does
    "capture_live",  # the same behind a server, in a browser
    "capture_demo",  # the same with a trial in mid-course
    "requirements",  # which requirement a test proves
    "supply_site",  # a trial that is sealed, randomised and stocked
    "command",  # the command line as a user types it
    "synthetic_folder",  # files of events whose every event is known
]

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def il2_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run studies/il2-sle once and return its output folder; parallel workers share it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    out = shared / "il2-out"
    with _lock(shared / "il2-out.lock"):
        if not (out / "manifest.json").is_file():
            from lupustrial.cli import run_study

            run_study(ROOT / "studies" / "il2-sle", out=out)
    return out


class _lock:  # noqa: N801 - used like a function
    """Hold a file lock (POSIX) for the length of a with block."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        import fcntl

        self._file = self._path.open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()
