"""The journal of the vault survives crashes, and is refused where anything in it was changed."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sealed_trial import SealedTrial
from vaults import (
    PROFILES,
    ask,
    asked,
    decide,
    minimising_trial,
    naive_decisions,
    opened,
    private,
    process,
    short_folder,
    told,
)

from lupustrial.allocation.vault import Decision, VaultClient, allocations_in, open_vault
from lupustrial.allocation.vault._journal import JournalLostError
from lupustrial.errors import AllocationError, LedgerError
from lupustrial.ledger import Actor, append, create_ledger, export_ledger, open_database

PEOPLE = PROFILES[:4]


@pytest.fixture
def trial() -> SealedTrial:
    return minimising_trial()


@pytest.fixture
def short() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


def _journal(folder: Path) -> Path:
    return folder / "vault" / "journal"


def _written(trial: SealedTrial, folder: Path) -> bytes:
    """Let a vault decide for all of `PEOPLE` and return its journal."""
    with opened(trial, folder) as vault:
        decide(vault, trial.made, PEOPLE)
    return _journal(folder).read_bytes()


def _history(trial: SealedTrial, count: int) -> list[tuple[int, tuple[str, ...]]]:
    return list(zip(naive_decisions(trial.made, PEOPLE), PEOPLE, strict=True))[:count]


def test_a_last_line_that_was_torn_is_dropped_and_decided_again(trial: SealedTrial, tmp_path: Path) -> None:
    whole = _written(trial, tmp_path)
    start = whole[:-1].rfind(b"\n") + 1
    for cut in range(start, len(whole), 13):
        _journal(tmp_path).write_bytes(whole[:cut])
        with opened(trial, tmp_path) as vault:
            assert _journal(tmp_path).read_bytes() == whole[:start]
            # The line was never answered, so another participant may be next.
            answer = ask(vault, "01-77", PEOPLE[3], **asked(trial.made, _history(trial, 3)))
            assert answer["number"] == _history(trial, 4)[3][0]


def test_a_torn_first_line_is_begun_again(trial: SealedTrial, tmp_path: Path) -> None:
    whole = _written(trial, tmp_path)
    _journal(tmp_path).write_bytes(whole[:40])
    with opened(trial, tmp_path):
        assert _journal(tmp_path).read_bytes() == whole[: whole.find(b"\n") + 1]


def test_any_byte_that_was_changed_is_found(trial: SealedTrial, tmp_path: Path) -> None:
    whole = _written(trial, tmp_path)
    for place in range(0, len(whole) - 1, 17):
        changed = bytearray(whole)
        changed[place] ^= 1
        _journal(tmp_path).write_bytes(changed)
        with pytest.raises(AllocationError) as error, opened(trial, tmp_path):
            pass
        assert told(error) == ["ALLOC-097"], place


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_line_that_was_taken_out_or_doubled_is_found(line: int, trial: SealedTrial, tmp_path: Path) -> None:
    lines = _written(trial, tmp_path).splitlines(keepends=True)
    for changed in (lines[:line] + lines[line + 1 :], [*lines[: line + 1], *lines[line:]]):
        _journal(tmp_path).write_bytes(b"".join(changed))
        with pytest.raises(AllocationError) as error, opened(trial, tmp_path):
            pass
        assert told(error) == ["ALLOC-097"]


def test_a_journal_that_others_can_read_or_that_is_no_file_is_refused(
    trial: SealedTrial, tmp_path: Path
) -> None:
    _written(trial, tmp_path)
    _journal(tmp_path).chmod(0o640)
    with pytest.raises(AllocationError) as error, opened(trial, tmp_path):
        pass
    assert told(error) == ["ALLOC-097"]
    _journal(tmp_path).rename(tmp_path / "elsewhere")
    _journal(tmp_path).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AllocationError) as error, opened(trial, tmp_path):
        pass
    assert told(error) == ["ALLOC-097"]


def test_two_vaults_cannot_share_a_journal(trial: SealedTrial, tmp_path: Path) -> None:
    with opened(trial, tmp_path):
        with pytest.raises(AllocationError) as error, opened(trial, tmp_path):
            pass
        assert "another vault has it open" in str(error.value)
    with opened(trial, tmp_path):
        pass  # once the first was closed


def test_the_journal_of_another_list_is_refused(trial: SealedTrial, tmp_path: Path) -> None:
    _written(trial, tmp_path)
    other = minimising_trial(38)
    with pytest.raises(AllocationError) as error:
        open_vault(other.study, other.write(tmp_path / "o"), _journal(tmp_path), list_key=other.keys["list"])
    assert told(error) == ["ALLOC-097"]
    assert "another list" in str(error.value)


def test_a_journal_whose_chain_was_made_anew_with_another_slot_is_found(
    trial: SealedTrial, tmp_path: Path
) -> None:
    from lupustrial.allocation.vault._journal import Journal

    _written(trial, tmp_path)
    with opened(trial, tmp_path) as vault:
        free = asked(trial.made, _history(trial, 4))["free"]
        decided = {"kind": "decided", "number": free[-1], "participant": "01-5", "profile": list(PROFILES[4])}
        vault._journal.append(decided)
    with pytest.raises(AllocationError) as error, opened(trial, tmp_path):
        pass
    assert "allocation 5 is not what this list gives" in str(error.value)
    assert isinstance(vault._journal, Journal)


def test_a_record_that_is_none_is_refused(trial: SealedTrial, tmp_path: Path) -> None:
    with opened(trial, tmp_path) as vault:
        vault._journal.append({"kind": "decided", "participant": "01-1"})
    with pytest.raises(AllocationError) as error, opened(trial, tmp_path):
        pass
    assert told(error) == ["ALLOC-097"]


def test_an_answer_that_cannot_be_written_down_is_not_given(
    trial: SealedTrial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with opened(trial, tmp_path) as vault:
        with monkeypatch.context() as patched:
            patched.setattr("lupustrial.allocation.vault._journal.os.fsync", full)
            with pytest.raises(JournalLostError) as error:
                ask(vault, "01-1", PEOPLE[0], **asked(trial.made, []))
        assert told(error) == ["ALLOC-097"]
    with opened(trial, tmp_path) as vault:  # the line had reached the file: it counts
        answer = ask(vault, "01-1", PEOPLE[0], **asked(trial.made, []))
    assert answer["number"] == _history(trial, 1)[0][0]


def test_killed_between_journal_and_answer_the_same_participant_gets_the_same_slot(
    trial: SealedTrial, short: Path
) -> None:
    client = VaultClient(short / "vault" / "socket", patience=10)
    with process(trial, short, killed=3) as running:
        given = []
        for count in (1, 2):
            known = asked(trial.made, _history(trial, count - 1))
            given.append(client.choose(f"01-{count}", PEOPLE[count - 1], **known))
        with pytest.raises(AllocationError) as error:
            client.choose("01-3", PEOPLE[2], **asked(trial.made, _history(trial, 2)))
        assert told(error) == ["ALLOC-091"]
        running.join(10)
        assert running.exitcode == -signal.SIGKILL
    assert (short / "vault" / "socket").is_socket()  # a killed vault leaves it, and the next one removes it
    with pytest.raises(AllocationError) as error:
        client.hello()
    assert told(error) == ["ALLOC-090"]
    with process(trial, short):
        with pytest.raises(AllocationError) as error:
            client.choose("01-4", PEOPLE[3], **asked(trial.made, _history(trial, 2)))
        assert told(error) == ["ALLOC-095"]
        for count in (3, 4):
            known = asked(trial.made, _history(trial, count - 1))
            given.append(client.choose(f"01-{count}", PEOPLE[count - 1], **known))
    assert given == naive_decisions(trial.made, PEOPLE)


def _decisions(trial: SealedTrial, count: int) -> list[Decision]:
    return [
        Decision(participant=f"01-{place}", profile=profile, number=number)
        for place, (number, profile) in enumerate(_history(trial, count), start=1)
    ]


def test_a_lost_journal_is_made_again_from_the_ledger(trial: SealedTrial, tmp_path: Path) -> None:
    _written(trial, tmp_path)
    _journal(tmp_path).unlink()
    sealed = tmp_path / "sealed"
    vault, allocations = open_vault(trial.study, sealed, _journal(tmp_path), list_key=trial.keys["list"])
    assert allocations is not None
    after = asked(trial.made, _history(trial, 4))
    assert ask(vault, "01-5", PROFILES[4], **after)["faults"][0]["id"] == "ALLOC-093"
    allocations.recover(_decisions(trial, 4))
    number = ask(vault, "01-5", PROFILES[4], **after)["number"]
    vault.close()
    assert number == naive_decisions(trial.made, PROFILES[:5])[4]
    with opened(trial, tmp_path) as again:
        assert ask(again, "01-5", PROFILES[4], **after)["number"] == number


def test_an_allocation_that_cannot_be_finished_is_given_up_by_the_holder_of_the_key(
    trial: SealedTrial, tmp_path: Path
) -> None:
    _written(trial, tmp_path)  # the ledger has three of these four: consent of 01-4 was withdrawn since
    vault, allocations = open_vault(
        trial.study, tmp_path / "sealed", _journal(tmp_path), list_key=trial.keys["list"]
    )
    assert allocations is not None
    known = asked(trial.made, _history(trial, 3))
    assert ask(vault, "01-5", PROFILES[5], **known)["faults"][0]["id"] == "ALLOC-095"
    allocations.recover(_decisions(trial, 3))
    number = ask(vault, "01-5", PROFILES[5], **known)["number"]
    vault.close()
    assert number == naive_decisions(trial.made, [*PEOPLE[:3], PROFILES[5]])[3]
    with opened(trial, tmp_path) as again:
        assert ask(again, "01-5", PROFILES[5], **known)["number"] == number


def test_a_ledger_that_tells_otherwise_is_not_taken(trial: SealedTrial, tmp_path: Path) -> None:
    _written(trial, tmp_path)
    right = _decisions(trial, 4)
    swapped = [
        *right[:2],
        Decision(participant="01-3", profile=PROFILES[5], number=right[2].number),
        right[3],
    ]
    invented = [*right, Decision(participant="01-5", profile=PROFILES[0], number=right[0].number)]
    for ledger in (swapped, invented):
        vault, allocations = open_vault(
            trial.study, tmp_path / "sealed", _journal(tmp_path), list_key=trial.keys["list"]
        )
        assert allocations is not None
        with pytest.raises(AllocationError) as error:
            allocations.recover(ledger)
        vault.close()
        assert told(error) == ["ALLOC-093"]


def test_allocations_are_read_from_an_exported_ledger(trial: SealedTrial, tmp_path: Path) -> None:
    db = open_database(str(tmp_path / "t.db"), create=True)
    who = Actor(id="ines", role="investigator")
    with db.writing() as tx:
        create_ledger(tx)
        for study, kind in (
            ("OTHER", "allocated"),
            (trial.study.id, "screened"),
            (trial.study.id, "allocated"),
        ):
            data = {"number": 10017, "participant": "01-1", "profile": ["F", "EAST"]}
            append(tx, study=study, kind=kind, by=who, data=data, why="line\u2028separator")
        export_ledger(tx, tmp_path / "ledger.jsonl")
    db.close()
    found = allocations_in(tmp_path / "ledger.jsonl", trial.study)
    assert found == [Decision(participant="01-1", profile=("F", "EAST"), number=10017)]
    content = (tmp_path / "ledger.jsonl").read_bytes()
    (tmp_path / "ledger.jsonl").write_bytes(content.replace(b"10017", b"10018"))
    with pytest.raises(LedgerError):
        allocations_in(tmp_path / "ledger.jsonl", trial.study)


def test_the_journal_is_made_for_its_owner_alone(trial: SealedTrial, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        _written(trial, tmp_path)
    finally:
        os.umask(before)
    assert _journal(tmp_path).stat().st_mode & 0o777 == 0o600
    with pytest.raises(AllocationError) as error:
        open_vault(
            trial.study,
            tmp_path / "sealed",
            private(tmp_path / "v") / "missing" / "journal",
            list_key=trial.keys["list"],
        )
    assert told(error) == ["ALLOC-097"]
