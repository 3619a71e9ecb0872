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
from collections.abc import Callable
from pathlib import Path

import pytest
from capture_site import STUDY, CaptureSite
from command import Command
from django.test import Client

from lupustrial.errors import CaptureError

COMMAND = [sys.executable, "-c", "from lupustrial.cli import main; main()", "serve"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Served:
    """A server as a user starts it; `say` gives its next line of output that holds a text."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.port = _free_port()
        self.told: list[str] = []
        keep = {name: value for name, value in os.environ.items() if not name.startswith("LUPUSTRIAL_")}
        keep.pop("DATABASE_URL", None)
        self.process = subprocess.Popen(
            [*COMMAND, str(STUDY), "--port", str(self.port), *arguments],
            cwd=folder,
            env={**keep, "COLUMNS": "200"},
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
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{address}") as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def stop(self, how: signal.Signals) -> int:
        """Send a signal; return the exit status."""
        self.process.send_signal(how)
        assert self.process.stderr is not None
        with self.process.stderr:
            self.told += self.process.stderr.readlines()
        return self.process.wait(30)


@pytest.mark.requirement("REQ-ACCOUNTS-001")
def test_from_nothing_to_the_first_password_and_a_clean_stop(tmp_path: Path) -> None:
    served = _Served(tmp_path, "--administrator", "ada=Ada Admin")
    link = served.say("/link/")
    served.say("stop with Ctrl-C")
    secret = re.search(r"(/link/\S+)", link)
    assert secret is not None
    assert served.get("/healthz") == (200, "ok\n")
    assert "For Ada Admin" in served.get(secret.group(1))[1]
    assert served.get("/static/capture/capture.css")[0] == 200
    assert served.get("/demo")[0] == 404
    assert served.stop(signal.SIGTERM) == 0
    made = sorted(path.name for path in tmp_path.iterdir() if "db-" not in path.name)
    assert made == ["IL2-SLE-keys", "IL2-SLE.db"]
    for path in (tmp_path / "IL2-SLE.db", *(tmp_path / "IL2-SLE-keys").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_the_first_link_is_made_once_and_renewed_on_demand_until_the_password_is_set(
    site: CaptureSite,
) -> None:
    from lupustrial.capture.accounts import first_link, set_password
    from lupustrial.capture.models import Account
    from lupustrial.ledger import Actor

    first = first_link(site.trial, "ada=Ada Admin")
    assert first is not None
    assert first_link(site.trial, "ada") is None
    second = first_link(site.trial, "ada", renew=True)
    assert Client().get(f"/link/{first}").status_code == 404
    assert Client().get(f"/link/{second}").status_code == 200
    by = Actor(id="ada", role="")
    set_password(site.trial, Account.objects.get(), "blue window seven rivers", by=by)
    for name in ("ada", "eve"):
        with pytest.raises(CaptureError, match="CAPT-085"):
            first_link(site.trial, name, renew=True)


def test_a_port_in_use_is_told_before_anything_is_made(command: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = command("serve", STUDY, "--port", str(port))
    assert told.code == 1
    assert f"port {port} of 127.0.0.1 is in use" in told.err
    assert list(Path().iterdir()) == []


def _changed(folder: Path, old: str, new: str) -> Path:
    shutil.copytree(STUDY, folder, ignore=shutil.ignore_patterns("data", "published"))
    text = (folder / "study.yaml").read_text()
    assert old in text
    (folder / "study.yaml").write_text(text.replace(old, new, 1))
    return folder


@pytest.mark.requirement("REQ-ACCOUNTS-019")
def test_a_study_folder_that_changed_is_refused_with_both_digests(
    site: CaptureSite, command: Command
) -> None:
    from lupustrial.study import load_study

    changed = _changed(Path("changed").absolute(), "name: Investigator,", "name: Investigators,")
    told = command("serve", changed, "--database", site.trial.config.database, "--port", str(_free_port()))
    assert told.code == 1
    assert "CAPT-094" in told.err
    assert load_study(STUDY).digest[:16] in told.err
    assert load_study(changed).digest[:16] in told.err
    assert "amendment" in told.err


def test_the_database_of_another_study_is_refused(site: CaptureSite, command: Command) -> None:
    other = _changed(Path("other").absolute(), "id: IL2-SLE", "id: OTHER")
    told = command("serve", other, "--database", site.trial.config.database, "--port", str(_free_port()))
    assert told.code == 1
    assert "the database holds the study IL2-SLE, not OTHER" in told.err


def test_a_demonstration_on_the_database_of_a_trial_is_refused(site: CaptureSite, command: Command) -> None:
    where = ("--database", site.trial.config.database, "--port", str(_free_port()))
    told = command("serve", STUDY, "--demo", *where)
    assert told.code == 1
    assert "the database holds a trial, not a demonstration" in told.err


@pytest.mark.parametrize("more", [("--host", "0.0.0.0"), ("--secure",)])  # noqa: S104 - it is refused
def test_a_demonstration_is_for_this_machine_alone(command: Command, more: tuple[str, ...]) -> None:
    told = command("serve", STUDY, "--demo", *more)
    assert told.code == 2
    assert "doors without a password" in told.err
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.chmod(0o644), "others can read this key"),
        (lambda path: path.write_text("x"), "the key is damaged"),
        (lambda path: path.write_text("00" * 31), "the key is damaged"),
    ],
)
def test_keys_that_are_damaged_or_that_others_can_read_are_refused(
    tmp_path: Path, damage: Callable[[Path], object], message: str
) -> None:
    from lupustrial.capture._keys import secret

    assert secret(tmp_path / "keys", "field") == secret(tmp_path / "keys", "field")
    damage(tmp_path / "keys" / "field.key")
    with pytest.raises(CaptureError, match=message):
        secret(tmp_path / "keys", "field")


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "٣x"])
def test_a_number_in_the_environment_that_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    from lupustrial.capture._config import configuration

    for name in ("LUPUSTRIAL_STUDY", "DATABASE_URL", "LUPUSTRIAL_KEYS"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("LUPUSTRIAL_RATE", text)
    with pytest.raises(CaptureError, match="LUPUSTRIAL_RATE is no whole number"):
        configuration()
