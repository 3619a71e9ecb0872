"""``lupustrial vault`` as a person starts it: keys, passphrase, what it prints, and how it stops."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from command import Command
from sealed_trial import INVESTIGATOR, STATISTICIAN, TEMPLATE, SealedTrial
from vaults import opened, private, serving, short_folder

from lupustrial.allocation.sealing import (
    PURPOSES,
    Recipient,
    make_key,
    make_list,
    seal,
    split_key,
    write_key,
)
from lupustrial.allocation.store import Candidate, screen, set_up
from lupustrial.allocation.vault import VaultClient
from lupustrial.ledger import export_ledger, open_database
from lupustrial.study import load_study

SEED = bytes(range(32, 64))
PHRASE = "correct-horse-battery-staple"
MINIMISES = """  method: minimisation
  ratio: {ACT: 1, PBO: 1}
  probability: 0.8
  imbalance: range
  slots: 20
  strata:
    - id: pga
      name: Global assessment
      levels:
        - {id: HIGH, name: high, when: pga.PGA >= 2.0}
        - {id: LOW, name: low, when: pga.PGA < 2.0}
"""


@dataclass(frozen=True)
class Place:
    """A study folder that minimises, its sealed list, and where the vault is to be."""

    folder: Path
    trial: SealedTrial

    def arguments(self, *more: str | Path) -> list[str]:
        """Return the arguments of the command."""
        own = self.folder / "own"
        fixed = [self.folder / "study", "--sealed", self.folder / "sealed"]
        return ["vault", *map(str, (*fixed, "--socket", own / "s", "--journal", own / "journal", *more))]


@pytest.fixture
def place() -> Iterator[Place]:
    with short_folder() as folder:
        shutil.copytree(TEMPLATE, folder / "study")
        text = (folder / "study" / "study.yaml").read_text(encoding="utf-8")
        blocks = re.compile(r"  method: permuted_blocks\n.*?(?=\n\S|\n\n)", re.DOTALL)
        text, changed = blocks.subn(MINIMISES.rstrip("\n"), text)
        assert changed == 1
        (folder / "study" / "study.yaml").write_text(text, encoding="utf-8")
        study = load_study(folder / "study")
        keys = {purpose: make_key() for purpose in PURPOSES}
        named = [Recipient(name=name, purpose=name, public_key=key.public_key) for name, key in keys.items()]
        made = make_list(study, SEED)
        trial = SealedTrial(study=study, made=made, sealed=seal(study, made, named), keys=keys)
        trial.write(folder / "sealed")
        private(folder / "own")
        yield Place(folder, trial)


def _wait_for_prompt(running: subprocess.Popen[bytes], prompt: bytes) -> None:
    assert running.stderr is not None
    said = b""
    while not said.endswith(prompt):
        piece = os.read(running.stderr.fileno(), 1000)
        assert piece, said
        said += piece


def _wait_for(client: VaultClient, running: subprocess.Popen[bytes]) -> dict[str, object]:
    until = time.monotonic() + 30
    while time.monotonic() < until and running.poll() is None:
        if client._path.is_socket():
            return client.hello()
        time.sleep(0.05)
    running.kill()
    raise AssertionError(running.communicate(timeout=5))


def test_a_vault_asks_for_the_passphrase_answers_and_stops_on_a_signal(place: Place) -> None:
    write_key(place.trial.keys["list"], place.folder / "list.key", PHRASE)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "lupustrial", *place.arguments("--key", place.folder / "list.key")]
    running = subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        _wait_for_prompt(running, b"Passphrase of list.key: ")
        os.write(ours, f"{PHRASE}\n".encode())
        client = VaultClient(place.folder / "own" / "s", patience=10)
        assert _wait_for(client, running)["serves"] == ["hello", "allocate"]
        free = [slot.number for slot in place.trial.made.slots]
        assert client.choose("01-001", ("HIGH",), [], free) in free
        shown = b"".join(
            (Path("/proc") / str(running.pid) / name).read_bytes()
            for name in ("cmdline", "environ")
            if Path("/proc").is_dir()
        )
    finally:
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=20)
        os.close(ours)
        os.close(theirs)
    assert running.returncode == 0
    assert out == b""
    said = err.decode()
    assert "vault of NEW-STUDY listens on" in said
    assert "vault stopped" in said
    logged = [line for line in said.splitlines() if line.startswith("20")]
    assert [re.sub(r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ ", "", line) for line in logged] == [
        "hello answered",
        "allocate answered",
    ]
    assert not (place.folder / "own" / "s").exists()
    secrets = (PHRASE, SEED.hex(), place.trial.keys["list"].text)
    journal = (place.folder / "own" / "journal").read_bytes()
    for content in (shown, err, journal):
        assert [secret for secret in secrets if secret.encode() in content] == []
    assert [arm for arm in (b"ACT", b"PBO") if arm in err + journal] == []


@pytest.fixture
def unprotected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the process of the tests as it is."""
    monkeypatch.setattr("lupustrial.allocation.vault.protect_process", lambda: None)


@pytest.mark.usefixtures("unprotected")
def test_a_wrong_passphrase_and_a_wrong_key_are_refused(command: Command, place: Place) -> None:
    write_key(place.trial.keys["list"], place.folder / "list.key", PHRASE)
    (place.folder / "phrase").write_text("wrong\n")
    done = command(
        *place.arguments("--key", place.folder / "list.key", "--passphrase-file", place.folder / "phrase")
    )
    assert done.code == 1
    assert "ALLOC-012" in done.err
    write_key(place.trial.keys["code_break"], place.folder / "other.key", None)
    done = command(*place.arguments("--key", place.folder / "other.key"))
    assert done.code == 1
    assert "ALLOC-015" in done.err
    assert not (place.folder / "own" / "journal").exists()


@pytest.mark.usefixtures("unprotected")
def test_shares_open_the_list_and_an_open_folder_is_refused(place: Place) -> None:
    options: list[str | Path] = []
    for share in split_key(place.trial.keys["list"], needed=2, of=3)[:2]:
        path = place.folder / f"share-{share.number}"
        path.write_text(str(share))
        options += ["--share", path]
    (place.folder / "own").chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "lupustrial", *map(str, place.arguments(*options))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "ALLOC-098" in done.stderr  # the list was open by then


@pytest.mark.usefixtures("unprotected")
def test_both_keys_recipients_and_a_ledger_are_taken(
    command: Command, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[tuple[str, ...]] = []
    monkeypatch.setattr(
        "lupustrial.allocation.vault.Server.run", lambda server, _: served.append(server._vault.serves)
    )
    for name in ("list", "code_break"):
        write_key(place.trial.keys[name], place.folder / f"{name}.key", None)
    (place.folder / "people").write_text("ines=age1\n")
    (place.folder / "people").chmod(0o600)
    db = open_database(str(place.folder / "trial.db"), create=True)
    set_up(db, place.trial.study, place.trial.sealed, STATISTICIAN)
    with db.reading() as tx:
        export_ledger(tx, place.folder / "ledger.jsonl")
    db.close()
    options = [
        f"--{name}={place.folder / file}"
        for name, file in (
            ("key", "list.key"),
            ("code-break-key", "code_break.key"),
            ("recipients", "people"),
            ("recover", "ledger.jsonl"),
        )
    ]
    done = command(*place.arguments(*options))
    assert done.code == 0, done.err
    assert served == [("hello", "allocate", "break")]


def test_randomise_allocate_asks_the_vault_that_is_named(command: Command, place: Place) -> None:
    trial, store = place.trial, str(place.folder / "trial.db")
    db = open_database(store, create=True)
    set_up(db, trial.study, trial.sealed, STATISTICIAN)
    known = Candidate(participant="01-001", site="01", consented=True, eligible=True, levels={"pga": "HIGH"})
    screen(db, trial.study, known, INVESTIGATOR)
    db.close()
    path = place.folder / "own" / "s"
    asks = ["randomise", "allocate", place.folder / "study", "01-001", "--store", store, "--by", "ines"]
    asks += ["--role", "investigator", "--vault", path]
    done = command(*asks)
    assert (done.code, "ALLOC-090" in done.err) == (1, True)
    with opened(trial, place.folder) as vault, serving(vault, path):
        done = command(*asks)
    assert done.code == 0, done.err
    assert any(str(slot.number) in done.out for slot in trial.made.slots)


@pytest.mark.usefixtures("unprotected")
def test_options_that_do_not_go_together_are_refused(command: Command, place: Place) -> None:
    for options in (
        (),
        ("--code-break-key", "k"),
        ("--key", "k", "--recipients", "r"),
        ("--code-break-key", "k", "--recipients", "r", "--recover", "l"),
        ("--key", "k", "--share", "s"),
    ):
        done = command(*place.arguments(*options))
        assert done.code == 2, done.err
        assert "USAGE-010" in done.err
