"""``lupustrial kits`` as a pharmacist types it, from the packager's file to reconciliation."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import kit_trial as trial
import pytest
from command import Command

from lupustrial.allocation.kits import pack, read_kits
from lupustrial.allocation.store import create_store
from lupustrial.cli._kits import COMMANDS
from lupustrial.ledger import open_database
from lupustrial.study import Study, load_study

ROOT = Path(__file__).resolve().parents[3]
STUDY = ROOT / "studies" / "il2-sle"
SPONSOR = ("--by", "sam", "--role", "sponsor")
PHARMACIST = ("--by", "petra", "--role", "pharmacist")
SLOTS, NTH = (2011, 2003, 2027), (1, 2, 3, 4)


def number(slot: int, nth: int) -> int:
    return trial.number(slot, nth)


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study(STUDY)


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch, study: Study) -> None:
    """Reading the study folder is tested elsewhere."""
    monkeypatch.setattr("lupustrial.study.load_study", lambda _: study)


@pytest.fixture
def store(tmp_path: Path, study: Study) -> Path:
    """A database of the IL-2 study with three slots, the first of which is of participant 01-001."""
    path = tmp_path / "trial.db"
    database = open_database(str(path), create=True)
    with database.writing() as tx:
        create_store(tx)
        for position, slot in enumerate(SLOTS, start=1):
            tx.run(
                "INSERT INTO allocation_slot (study, number, stratum, position, leaf, envelope) "
                "VALUES (?, ?, 'all', ?, '', '')",
                study.id,
                slot,
                position,
            )
        pack(
            tx,
            study,
            [(number(slot, nth), slot, "CYCLE", nth) for slot in SLOTS for nth in NTH],
            trial.SPONSOR,
        )
        trial.enrol(tx, study, "01-001", "01", SLOTS[0])
    database.close()
    return path


@pytest.fixture
def delivered(store: Path, study: Study) -> Path:
    """All kits released; those of the first slot lie at the site."""
    database = open_database(str(store))
    with database.writing() as tx:
        trial.release_all(tx, study, expiry=dt.date(2026, 3, 31), by=trial.SPONSOR)
        trial.deliver(tx, study, "01", [number(SLOTS[0], nth) for nth in NTH])
    database.close()
    return store


def test_a_wave_is_released_shipped_and_received(command: Command, store: Path, tmp_path: Path) -> None:
    wave, ship = tmp_path / "wave1.csv", tmp_path / "ship.txt"
    rows = [f"{number(slot, nth)},W01,2026-03\n" for slot in SLOTS for nth in NTH]
    wave.write_text("kit,batch,expiry\n" + "".join(rows))
    ship.write_text("".join(f"{number(SLOTS[0], nth)}\n" for nth in NTH))
    told = command("kits", "release", STUDY, wave, "--store", store, *SPONSOR)
    assert told.out == "released 12 kits\n", told.err
    on = ("--on", "2025-01-06")
    told = command("kits", "ship", STUDY, "--store", store, "--to", "01", "--kits", ship, *on, *SPONSOR)
    assert told.out == "shipment 1: 4 kits to 01\n", told.err
    log = ("--low", "3", "--high", "5", "--on", "2025-01-08")
    missing = ("--missing", str(number(SLOTS[0], 4)))
    told = command("kits", "receive", STUDY, "1", "--store", store, *log, *missing, *PHARMACIST)
    assert told.out.splitlines()[0] == "shipment 1: 3 kits in stock", told.err
    assert f"missing     kit {number(SLOTS[0], 4)}" in told.out
    why = ("--reason", "was in bay 2")
    told = command(
        "kits", "find", STUDY, "--store", store, "--kit", str(number(SLOTS[0], 4)), *why, *PHARMACIST
    )
    assert "found 1 kit, now in quarantine" in told.out, told.err


def test_every_command_has_help_with_an_example(command: Command) -> None:
    for name, _, example in COMMANDS:
        told = command("kits", name, "--help")
        assert told.code == 0
        assert "Example: lupustrial" in told.out
        assert example.startswith(f"kits {name} ")


def test_a_kit_goes_its_way(command: Command, delivered: Path) -> None:
    kit = number(2011, 1)
    on = ("--on", "2025-01-10")
    out = command(
        "kits",
        "dispense",
        STUDY,
        "01-001",
        "W0",
        "--store",
        delivered,
        "--kit",
        f"IL2-SLE:{kit}",
        *on,
        *PHARMACIST,
    )
    assert out.code == 0, out.err
    assert f"{kit:,}".replace(",", " ") in out.out
    assert "last dose    2025-01-22" in out.out  # the seventh, twelve days after the first
    counts = ("--used", "6", "--unused", "0", "--lost", "1", "--on", "2025-02-07")
    back = command("kits", "return", STUDY, str(kit), "--store", delivered, *counts, *PHARMACIST)
    assert back.code == 0, back.err
    accounts = command("kits", "accounts", STUDY, "--store", delivered, "--json")
    assert json.loads(accounts.out) == [
        {"of": "01-001", "kits": 1, "dispensed": 7, "used": 6, "unused": 0, "lost": 1, "outstanding": 0}
    ]
    assert "no difference" in command("kits", "reconcile", STUDY, "--store", delivered).out
    gone = command(
        "kits", "destroy", STUDY, "--store", delivered, "--kit", str(kit), "--reason", "returned", *PHARMACIST
    )
    assert gone.code == 0, gone.err
    assert "12 kits" in command("kits", "verify", STUDY, "--store", delivered).out


def test_a_refusal_names_reason_and_remedy_and_leaves_status_1(command: Command, delivered: Path) -> None:
    told = command(
        "kits",
        "dispense",
        STUDY,
        "01-001",
        "W0",
        "--store",
        delivered,
        "--kit",
        str(number(2003, 1)),
        *PHARMACIST,
    )
    assert told.code == 1
    assert "ALLOC-065" in told.err
    assert "put it back" in told.err
    assert told.out == ""


def test_quarantine_and_its_lifting(command: Command, delivered: Path) -> None:
    kit = ("--kit", str(number(2011, 1)))
    put = command(
        "kits", "quarantine", STUDY, "--store", delivered, *kit, "--low", "4", "--high", "14",
        "--reason", "fridge failed", *PHARMACIST,
    )  # fmt: skip
    assert put.code == 0, put.err
    told = command("kits", "dispense", STUDY, "01-001", "W0", "--store", delivered, *kit, *PHARMACIST)
    assert "ALLOC-069" in told.err
    assert command("kits", "lift", STUDY, "--store", delivered, *kit, *SPONSOR).code == 1  # no reason
    lifted = command("kits", "lift", STUDY, "--store", delivered, *kit, "--reason", "stable", *SPONSOR)
    assert lifted.code == 0, lifted.err
    listed = command(
        "kits", "list", STUDY, "--store", delivered, "--site", "01", "--state", "received", "--json"
    )
    assert len(json.loads(listed.out)) == 4


def test_stock_counts_and_warns(command: Command, delivered: Path) -> None:
    words = ("kits", "stock", STUDY, "--store", delivered, "--on", "2026-03-15", "--within", "5")
    told = json.loads(command(*words, "--json").out)
    assert told["stock"] == [
        {"site": None, "type": "CYCLE", "state": "released", "kits": 8, "units": 56},
        {"site": "01", "type": "CYCLE", "state": "received", "kits": 4, "units": 28},
    ]
    # 31 March less the twelve days of a cycle is the 19th
    assert {one["hand_out_by"] for one in told["expiring"]} == {"2026-03-19"}
    assert len(told["expiring"]) == 12
    table = command(*words)
    assert "hand out by" in table.out


def test_resupply_writes_what_ship_reads(command: Command, delivered: Path, tmp_path: Path) -> None:
    out = tmp_path / "to-ship.csv"
    words = (
        "kits",
        "resupply",
        STUDY,
        "--store",
        delivered,
        "--days",
        "14",
        "--rate",
        "01=1",
        "--on",
        "2025-01-09",
    )
    told = command(*words, "--out", out)
    assert told.code == 0, told.err
    # a month has 30.4 days: 0.46 are expected in 14, at most 2 with 0.95
    plain = json.loads(command(*words, "--json").out)
    assert [(one["upper"], one["free"]) for one in plain["recruits"]] == [(2, 2)]
    rows = list(csv.reader(out.read_text().splitlines()))
    assert rows[0] == ["kit", "site"]
    assert sorted(row[0] for row in rows[1:]) == sorted(str(number(slot, 1)) for slot in (2003, 2027))
    sent = command(
        "kits",
        "ship",
        STUDY,
        "--store",
        delivered,
        "--kits",
        out,
        "--to",
        "01",
        "--on",
        "2025-01-09",
        *SPONSOR,
    )
    assert "shipment 2: 2 kits to 01" in sent.out, sent.err
    assert command(*words, "--rate", "x").code == 2


def test_labels_are_written_once(command: Command, delivered: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels.pdf"
    words = ("kits", "labels", STUDY, "--store", delivered, "--batch", "W01", "--out", out)
    told = command(*words)
    assert told.code == 0, told.err
    assert "labels of 12 kits" in told.out
    assert "ALLOC-084" in told.err  # no telephone number
    assert out.read_bytes().startswith(b"%PDF-")
    again = command(*words)
    assert again.code == 1
    assert "ALLOC-022" in again.err
    assert (
        command(
            "kits", "labels", STUDY, "--store", delivered, "--kit", "17", "--out", tmp_path / "x.pdf"
        ).code
        == 1
    )


def test_a_changed_table_is_found_and_mended(command: Command, delivered: Path) -> None:
    database = open_database(str(delivered))
    with database.writing() as tx:
        tx.run("DROP TRIGGER kit_no_update")
        tx.run("UPDATE kit SET batch = 'W09' WHERE number = ?", number(2003, 1))
    found = command("kits", "verify", STUDY, "--store", delivered)
    assert found.code == 1
    assert "differs from the ledger in batch" in found.err
    mended = command(
        "kits", "verify", STUDY, "--store", delivered, "--rebuild", "--reason", "after a raw update", *SPONSOR
    )
    assert "1 had differed" in mended.out, mended.err
    assert command("kits", "verify", STUDY, "--store", delivered).code == 0
    with database.reading() as tx:
        assert read_kits(tx, "IL2-SLE")[number(2003, 1)].batch == "W01"
    database.close()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("quarantine", STUDY, "--kit", "12x", "--reason", "x"), "ALLOC-060"),
        (("quarantine", STUDY, "--kit", "201112", "--low", "warm", "--reason", "x"), "ALLOC-0"),
        (("destroy", STUDY, "--kit", "{kit}", "--on", "yesterday", "--reason", "x"), "ALLOC-082"),
        (("find", STUDY, "--kits", "none.txt", "--reason", "x"), "USAGE-012"),
    ],
)
def test_what_cannot_be_read_is_refused(
    command: Command, delivered: Path, words: tuple[str, ...], expected: str
) -> None:
    filled = [str(word).format(kit=number(2011, 1)) for word in words]
    told = command("kits", *filled, "--store", delivered, *PHARMACIST)
    assert told.code in (1, 2)
    assert expected in told.err
