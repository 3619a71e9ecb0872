"""Nothing that leaves the vault tells an arm, the seed, a salt or a key."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sealed_trial import SealedTrial
from vaults import (
    ARMS,
    PROFILES,
    ask,
    asked,
    minimising_trial,
    opened,
    private,
    secrets_of,
    serving,
    short_folder,
)

from lupustrial.allocation.sealing import Recipient, make_key
from lupustrial.allocation.sealing import opened as opened_with
from lupustrial.allocation.vault import Vault
from lupustrial.errors import AllocationError


@pytest.fixture
def trial() -> SealedTrial:
    return minimising_trial()


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as made:
        yield made


def _found(trial: SealedTrial, content: bytes) -> list[str]:
    return [what for what, secret in secrets_of(trial).items() if secret in content]


def test_socket_journal_and_logs_hold_no_arm_seed_salt_or_key(
    trial: SealedTrial,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    caplog.set_level(logging.DEBUG)
    traffic: list[bytes] = []
    answer = Vault.answer

    def overheard(vault: Vault, line: bytes) -> bytes:
        traffic.extend((line, answer(vault, line)))
        return traffic[-1]

    monkeypatch.setattr(Vault, "answer", overheard)
    doctor = make_key()
    (folder / "people").write_text(f"ines={doctor.public_key}\n")
    (folder / "people").chmod(0o600)
    keys = {"code_break_key": trial.keys["code_break"], "recipients": folder / "people"}
    to = Recipient(name="ines", purpose="code_break", public_key=doctor.public_key)
    lengths, arms = set(), set()
    with opened(trial, folder, **keys) as vault, serving(vault, private(folder / "own") / "s") as client:
        client.hello()
        before: list[tuple[int, tuple[str, ...]]] = []
        for count in range(12):
            profile = PROFILES[count % len(PROFILES)]
            number = client.choose(f"01-{count}", profile, **asked(trial.made, before))
            before.append((number, profile))
            (slot,) = (one for one in trial.sealed.slots if one.number == number)
            sealed = client.break_code(slot, f"01-{count % 10}", to)
            lengths.add(len(sealed.partition(b"\n--- ")[2].partition(b"\n")[2]))  # a header's is random
            arms |= {arm for arm in ARMS if arm.encode() in opened_with(sealed, doctor, "answer")}
        for line in (b"nonsense\n", b'{"op":"allocate","history":3}\n', b'{"op":"reveal"}\n'):
            assert "faults" in json.loads(vault.answer(line))
        with pytest.raises(AllocationError):
            client.choose("01-99", ("F", "WEST"), **asked(trial.made, before))
        assert _found(trial, repr(vault).encode() + str(vars(vault)).encode()) == []
    assert arms == set(ARMS)
    assert len(lengths) == 1  # arms of different length are sealed alike
    journal = (folder / "vault" / "journal").read_bytes()
    told = caplog.text + "".join(f"{one.__dict__}" for one in caplog.records)
    printed = "".join(capfd.readouterr())
    assert len(traffic) > 50
    assert journal.count(b"decided") == 12
    assert journal.count(b"broken") == 12
    for content in (*traffic, journal, told.encode(), printed.encode()):
        assert _found(trial, content) == []
    assert _found(trial, trial.made.to_json()) != []  # the canary sings where it should


def test_the_log_says_operation_and_time_only(
    trial: SealedTrial, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with opened(trial, folder) as vault:
        ask(vault, "01-1", PROFILES[0], **asked(trial.made, []))
        ask(vault, "01-2", PROFILES[0], **asked(trial.made, []))
        vault.answer(b'{"op":"hello"}\n')
        vault.answer(b'{"op":"01-1 is secret"}\n')
        vault.answer(b"\xff\n")
    said = [record.getMessage() for record in caplog.records if record.name == "lupustrial.vault"]
    assert said == [
        "allocate answered",
        "allocate refused",
        "hello answered",
        "request refused",
        "request refused",
    ]


def test_an_error_inside_the_vault_tells_nothing(
    trial: SealedTrial, folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError(ARMS[0])

    monkeypatch.setattr("lupustrial.allocation.vault._decide.Decider.decide", fail)
    with opened(trial, folder) as vault:
        answer = ask(vault, "01-1", PROFILES[0], **asked(trial.made, []))
    assert answer["faults"][0]["id"] == "ALLOC-092"
    assert _found(trial, json.dumps(answer).encode() + caplog.text.encode()) == []


PROTECTED = """
import ctypes, resource, sys
from lupustrial.allocation.vault import protect_process
protect_process()
dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) if sys.platform == "linux" else 0
print(resource.getrlimit(resource.RLIMIT_CORE), dumpable)
"""


def test_the_process_writes_no_core_and_lets_nobody_look_inside() -> None:
    done = subprocess.run([sys.executable, "-c", PROTECTED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(0, 0) 0"
