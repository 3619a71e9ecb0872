"""``lupustrial serve``: what it says, what it refuses, and that it stops when told."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from capture_site import STUDY

COMMAND = [sys.executable, "-c", "from lupustrial.cli import main; main()", "serve"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Served:
    """A server as a user starts it; `say` gives its next line of output that holds a text."""

    def __init__(self, folder: Path, *arguments: str, study: Path = STUDY, **environment: str) -> None:
        self.port = _free_port()
        self.told: list[str] = []
        keep = {name: value for name, value in os.environ.items() if not name.startswith("LUPUSTRIAL_")}
        keep.pop("DATABASE_URL", None)
        self.process = subprocess.Popen(
            [*COMMAND, str(study), "--port", str(self.port), *arguments],
            cwd=folder,
            env={**keep, "COLUMNS": "200", **environment},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )

    def say(self, text: str) -> str:
        """Read lines until one holds a text; fail when it ends before."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.told.append(line)
            if text in line:
                return line
        raise AssertionError("".join(self.told))

    def get(self, address: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{address}") as answer:  # noqa: S310 - ours
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def stop(self, how: signal.Signals) -> int:
        """Send a signal; return the exit status."""
        self.process.send_signal(how)
        assert self.process.stderr is not None
        self.told += self.process.stderr.readlines()
        self.process.stderr.close()
        return self.process.wait(30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which a trial is served from nothing, and again."""
    yield tmp_path_factory.mktemp("served")


@pytest.mark.requirement("REQ-ACCOUNTS-001")
def test_from_nothing_to_the_first_password_and_a_clean_stop(folder: Path) -> None:
    served = _Served(folder, "--administrator", "ada=Ada Admin")
    link = served.say("/link/")
    served.say("stop with Ctrl-C")
    secret = re.search(r"(/link/\S+)", link)
    assert secret is not None
    assert served.get("/healthz") == (200, "ok\n")
    assert "For Ada Admin" in served.get(secret.group(1))[1]
    assert served.get("/static/capture/capture.css")[0] == 200
    assert served.get("/demo")[0] == 404
    assert served.stop(signal.SIGTERM) == 0
    assert sorted(path.name for path in folder.iterdir() if "db-" not in path.name) == [
        "IL2-SLE-keys",
        "IL2-SLE.db",
    ]
    for path in (folder / "IL2-SLE.db", *(folder / "IL2-SLE-keys").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_the_second_start_prints_no_link_unless_asked_and_the_old_one_ends(folder: Path) -> None:
    served = _Served(folder, "--new-link", "--administrator", "ada")
    first = served.say("/link/").split("/link/")[1].strip()
    served.say("stop with Ctrl-C")
    assert served.get(f"/link/{first}")[0] == 200
    assert served.stop(signal.SIGINT) == 0
    served = _Served(folder)
    served.say("stop with Ctrl-C")
    assert not any("/link/" in line for line in served.told)
    assert served.stop(signal.SIGTERM) == 0


def test_a_port_in_use_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        served = _Served(tmp_path, "--port", str(port))
        assert "in use" in served.say(f"port {port}")
        assert served.process.wait(30) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.requirement("REQ-ACCOUNTS-019")
def test_a_study_folder_that_changed_is_refused_with_both_digests(folder: Path, tmp_path: Path) -> None:
    from lupustrial.study import load_study

    changed = tmp_path / "il2-sle"
    shutil.copytree(STUDY, changed, ignore=shutil.ignore_patterns("data", "published"))
    text = (changed / "study.yaml").read_text()
    (changed / "study.yaml").write_text(text.replace("name: Investigator,", "name: Investigators,"))
    served = _Served(folder, "--database", str(folder / "IL2-SLE.db"), study=changed)
    told = served.say("is not the protocol")
    assert load_study(STUDY).digest[:16] in told
    assert load_study(changed).digest[:16] in told
    assert "amendment" in served.say("amendment")
    assert served.process.wait(30) == 1


def test_the_database_of_another_study_and_a_demonstration_on_a_trial_are_refused(
    folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(STUDY, other, ignore=shutil.ignore_patterns("data", "published"))
    text = (other / "study.yaml").read_text()
    (other / "study.yaml").write_text(re.sub(r"^id: IL2-SLE", "id: OTHER", text, count=1, flags=re.MULTILINE))
    served = _Served(folder, "--database", "IL2-SLE.db", study=other)
    served.say("the database holds the study IL2-SLE, not OTHER")
    assert served.process.wait(30) == 1
    served = _Served(folder, "--database", "IL2-SLE.db", "--demo")
    served.say("the database holds a trial, not a demonstration")
    assert served.process.wait(30) == 1


@pytest.mark.parametrize("more", [("--host", "0.0.0.0"), ("--secure",)])  # noqa: S104 - it is refused
def test_a_demonstration_is_for_this_machine_alone(tmp_path: Path, more: tuple[str, ...]) -> None:
    served = _Served(tmp_path, "--demo", *more)
    served.say("doors without a password")
    assert served.process.wait(30) == 2
    assert list(tmp_path.iterdir()) == []


def test_keys_that_others_can_read_are_refused(folder: Path) -> None:
    key = folder / "IL2-SLE-keys" / "session.key"
    key.chmod(0o644)
    try:
        served = _Served(folder)
        served.say("others can read this key")
        assert served.process.wait(30) == 1
    finally:
        key.chmod(0o600)
