"""A trial that minimises through the vault, from screening to code break, on both databases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sealed_trial import INVESTIGATOR, STATISTICIAN, SealedTrial
from vaults import (
    ARMS,
    PROFILES,
    minimising_trial,
    naive_decisions,
    opened,
    private,
    serving,
    short_folder,
    told,
)

from lupustrial.allocation import vault as room
from lupustrial.allocation.sealing import Recipient, SecretKey, make_key
from lupustrial.allocation.sealing import opened as opened_with
from lupustrial.allocation.store import Candidate, allocate, break_code, screen, set_up, verify_store
from lupustrial.allocation.vault import VaultClient, allocations_in
from lupustrial.errors import AllocationError
from lupustrial.ledger import Actor, Database, export_ledger

NAMES = {
    "LOG",
    "Allocations",
    "Decision",
    "Server",
    "Vault",
    "VaultClient",
    "allocations_in",
    "open_vault",
    "protect_process",
}
DOCTOR = make_key()


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as made:
        yield made


def _recipients(folder: Path, key: SecretKey = DOCTOR) -> Path:
    path = folder / "recipients"
    path.write_text(f"# on call\n\nines={key.public_key}\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def _all(trial: SealedTrial, folder: Path) -> dict[str, Any]:
    return {"code_break_key": trial.keys["code_break"], "recipients": _recipients(folder)}


def _screen(db: Database, trial: SealedTrial, name: str, profile: tuple[str, ...], **more: Any) -> None:
    levels = dict(zip(("sex", "region"), profile, strict=True))
    known: dict[str, Any] = {"site": "01", "consented": True, "eligible": True, "levels": levels, **more}
    screen(db, trial.study, Candidate(participant=name, **known), INVESTIGATOR)


def test_public_names_are_pinned() -> None:
    assert set(room.__all__) == NAMES
    assert len(room.__all__) == len(NAMES)
    assert all(hasattr(room, name) for name in NAMES)


def test_a_trial_minimises_breaks_a_code_and_recovers(database: Database, folder: Path) -> None:
    trial, people = minimising_trial(), [*PROFILES, *PROFILES]
    set_up(database, trial.study, trial.sealed, STATISTICIAN)
    path = private(folder / "own") / "socket"
    numbers = []
    with opened(trial, folder, **_all(trial, folder)) as vault, serving(vault, path) as client:
        for count, profile in enumerate(people):
            name = f"01-{count:03}"
            _screen(database, trial, name, profile)
            done = allocate(database, trial.study, name, INVESTIGATOR, choose=client.choose)
            numbers.append(done.number)
        assert numbers == naive_decisions(trial.made, people)
        to = Recipient(name="ines", purpose="code_break", public_key=DOCTOR.public_key)
        broken = break_code(
            database, trial.study, "01-004", INVESTIGATOR, to=to, key=client.break_code, why="septic shock"
        )
    assert verify_store(database, trial.study).faults == ()
    (slot,) = (one for one in trial.made.slots if one.number == numbers[4])
    answer = opened_with(broken.sealed, DOCTOR, "answer").decode()
    assert f"arm: {slot.arm} ({slot.arm})\n" in answer
    assert f"randomisation number: {slot.number}\n" in answer
    journal = (folder / "vault" / "journal").read_text(encoding="utf-8")
    assert hashlib.sha256(broken.sealed).hexdigest() == broken.entry.data["sealed"]
    assert f'"sealed":"{broken.entry.data["sealed"]}"' in journal.splitlines()[-1]
    with database.reading() as tx:
        export_ledger(tx, folder / "ledger.jsonl")
    assert [one.number for one in allocations_in(folder / "ledger.jsonl", trial.study)] == numbers


def test_a_server_that_crashed_after_the_answer_has_to_finish_that_allocation_first(
    database: Database, folder: Path
) -> None:
    trial = minimising_trial()
    set_up(database, trial.study, trial.sealed, STATISTICIAN)
    for name, profile in (("01-001", PROFILES[0]), ("01-002", PROFILES[4])):
        _screen(database, trial, name, profile)

    class CrashedError(Exception):
        pass

    def crash(*question: Any) -> int:
        answers.append(client.choose(*question))
        raise CrashedError

    answers: list[int] = []
    path = private(folder / "own") / "socket"
    with opened(trial, folder) as vault, serving(vault, path) as client:
        with pytest.raises(CrashedError):
            allocate(database, trial.study, "01-001", INVESTIGATOR, choose=crash)
        with pytest.raises(AllocationError) as error:
            allocate(database, trial.study, "01-002", INVESTIGATOR, choose=client.choose)
        assert told(error) == ["ALLOC-095"]
        assert "begun for 01-001 and" in str(error.value)
        first = allocate(database, trial.study, "01-001", INVESTIGATOR, choose=client.choose)
        assert [first.number] == answers
        second = allocate(database, trial.study, "01-002", INVESTIGATOR, choose=client.choose)
        assert second.number != first.number
    assert verify_store(database, trial.study).faults == ()


def test_who_cannot_be_allocated_is_not_even_asked_for(database: Database, folder: Path) -> None:
    trial = minimising_trial()
    set_up(database, trial.study, trial.sealed, STATISTICIAN)
    _screen(database, trial, "01-001", PROFILES[0], consented=False)
    client = VaultClient(folder / "nobody-listens")
    for participant, fault in (("01-001", "ALLOC-039"), ("01-002", "ALLOC-038")):
        with pytest.raises(AllocationError) as error:
            allocate(database, trial.study, participant, INVESTIGATOR, choose=client.choose)
        assert told(error) == [fault]
    _screen(database, trial, "01-001", PROFILES[0])
    with pytest.raises(AllocationError) as error:
        allocate(database, trial.study, "01-001", INVESTIGATOR, choose=client.choose)
    assert told(error) == ["ALLOC-090"]


def test_a_code_is_broken_only_for_people_who_were_named_and_slots_that_were_sealed(folder: Path) -> None:
    trial, stranger = minimising_trial(), make_key()
    slot, other = trial.sealed.slots[:2]
    ines = Recipient(name="ines", purpose="code_break", public_key=DOCTOR.public_key)
    path = private(folder / "own") / "socket"
    with opened(trial, folder, **_all(trial, folder), list_key=None) as vault, serving(vault, path) as client:
        assert client.hello()["serves"] == ["hello", "break"]
        with pytest.raises(AllocationError) as error:
            client.choose("01-1", PROFILES[0], [], [slot.number])
        assert told(error) == ["ALLOC-092"]
        for to in (
            replace(ines, name="eve"),
            replace(ines, public_key=stranger.public_key),
            replace(ines, public_key="age1"),
        ):
            with pytest.raises(AllocationError) as error:
                client.break_code(slot, "01-1", to)
            assert told(error) == ["ALLOC-099"]
        for forged in (
            replace(slot, envelope=other.envelope),
            replace(slot, envelope=other.envelope, leaf=other.leaf),
            replace(slot, number=other.number),
            replace(slot, number=1),
            replace(slot, envelope=b""),
        ):
            with pytest.raises(AllocationError) as error:
                client.break_code(forged, "01-1", ines)
            assert told(error) == ["ALLOC-099"]
        assert "broken" not in (folder / "vault" / "journal").read_text(encoding="utf-8")
        assert client.break_code(slot, "01-1", ines).startswith(b"age-encryption.org")
        _recipients(folder, stranger)  # read anew: the holder of the key named another
        with pytest.raises(AllocationError) as error:
            client.break_code(slot, "01-1", ines)
        assert told(error) == ["ALLOC-099"]


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_recipients_that_others_can_change_are_refused(mode: int, folder: Path) -> None:
    trial = minimising_trial()
    more = _all(trial, folder)
    more["recipients"].chmod(mode)
    with pytest.raises(AllocationError) as error, opened(trial, folder, **more):
        pass
    assert told(error) == ["ALLOC-099"]


def test_recipients_that_cannot_be_read_and_slots_that_were_changed_are_refused(folder: Path) -> None:
    trial = minimising_trial()
    more = _all(trial, folder)
    with (
        pytest.raises(AllocationError) as error,
        opened(trial, folder, **{**more, "recipients": folder / "none"}),
    ):
        pass
    assert told(error) == ["ALLOC-099"]
    sealed = trial.write(folder / "changed")
    for change in (lambda path: path.write_bytes(path.read_bytes() + b"\n"), Path.unlink):
        change(sealed / "slots.csv")
        with pytest.raises(AllocationError) as error:
            room.open_vault(trial.study, sealed, private(folder / "vault") / "journal", **more)
        assert told(error) == ["ALLOC-050"]


def test_the_local_key_and_the_vault_seal_the_same_text(database: Database, folder: Path) -> None:
    trial = minimising_trial()
    set_up(database, trial.study, trial.sealed, STATISTICIAN)
    _screen(database, trial, "01-001", PROFILES[0])
    to = Recipient(name="ines", purpose="code_break", public_key=DOCTOR.public_key)
    path = private(folder / "own") / "socket"
    by = Actor(id="paula", role="investigator")
    with opened(trial, folder, **_all(trial, folder)) as vault, serving(vault, path) as client:
        allocate(database, trial.study, "01-001", INVESTIGATOR, choose=client.choose)
        texts = [
            opened_with(
                break_code(database, trial.study, "01-001", by, to=to, key=key, why="shock").sealed,
                DOCTOR,
                "x",
            )
            for key in (trial.keys["code_break"], client.break_code)
        ]
    assert texts[0] == texts[1]
    assert sum(arm.encode() in texts[0] for arm in ARMS) == 1


def test_hello_names_study_list_and_format(folder: Path) -> None:
    trial = minimising_trial()
    with opened(trial, folder) as vault:
        assert json.loads(vault.answer(b'{"op":"hello"}\n')) == {
            "format": 1,
            "list": trial.sealed.commitment.digest,
            "serves": ["hello", "allocate"],
            "study": trial.study.id,
        }
