"""Changes behind the guards of the database: found by `verify_store`, and named."""

from __future__ import annotations

import base64
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sealed_trial import COORDINATOR, INVESTIGATOR, MANAGER, SealedTrial, begin, trial

from lupustrial.allocation.sealing import open_envelope
from lupustrial.allocation.store import Verified, allocate, lock, report_unblinding, verify_store
from lupustrial.allocation.store._unblind import sealed_slot
from lupustrial.errors import AllocationError, LupustrialError
from lupustrial.ledger import Anchor, Database, anchor, entries, hash_of, open_database, verify_ledger

#: What is changed in the ledger, the faults that are found, and one that is named.
LEDGER = [
    ("UPDATE {} SET body = replace(body, '01-0001', '01-0009') WHERE position = 5", "010", "entry 5"),
    ("UPDATE {} SET body = replace(body, 'ines', 'carl') WHERE position = 3", "010", "entry 3"),
    ("UPDATE {} SET body = body || ' ' WHERE position = 2", "010", "entry 2"),
    ("UPDATE {} SET body = 'x' WHERE position = 2", "010", "entry 2"),
    ("UPDATE {} SET hash = reverse_of(hash) WHERE position = 2", "010", "entry 2"),
    ("UPDATE {} SET previous = hash WHERE position = 4", "010", "entry 4"),
    ("UPDATE {} SET position = 0 WHERE position = 8", "010 011 012", "entry 0"),
    ("DELETE FROM {} WHERE position = 3", "011", "entry 4"),
    ("DELETE FROM {} WHERE position = 1", "011", "entry 2"),
    ("DELETE FROM {} WHERE position = 8", "012", "ledger head"),
    ("DELETE FROM {}", "012", "ledger head"),
    ("INSERT INTO {} SELECT 9, hash, 'x', body FROM ledger WHERE position = 8", "010 012", "entry 9"),
    ("UPDATE {}_head SET position = position - 1", "012", "ledger head"),
    ("UPDATE {}_head SET hash = 'x'", "012", "ledger head"),
    ("DELETE FROM {}_head", "002", "the database"),
]
#: Changes of the slot of the first participant; {number} is its number.
SLOT = [
    ("UPDATE {} SET leaf = reverse_of(leaf)", "051", "slot {number}"),
    ("UPDATE {} SET leaf = 'x'", "051", "slot {number}"),
    ("UPDATE {} SET envelope = replace(envelope, 'A', 'B')", "051", "slot {number}"),
    ("UPDATE {} SET envelope = '%'", "051", "slot {number}"),
    ("UPDATE {} SET position = 99", "051 053", "slot {number}"),
    ("UPDATE {} SET stratum = 'x'", "051 054", "slot {number}"),
    ("UPDATE {} SET number = 10", "051 052", "slot 10"),
    ("DELETE FROM {}", "051 052", "table allocation_slot"),
    ("UPDATE {} SET participant = '01-0009'", "052", "slot {number}"),
    ("UPDATE {} SET participant = NULL, entry = NULL", "052 053", "slot {number}"),
    ("UPDATE {} SET entry = entry + 1", "052 053", "slot {number}"),
]
ONE_MORE = """INSERT INTO allocation_slot (study, number, stratum, position, leaf, envelope)
    SELECT study, 10, 'x', 9, leaf, envelope FROM allocation_slot LIMIT 1"""
OTHERS = [
    ("UPDATE allocation_list SET public = replace(public, '\"ACT\"', '\"PBO\"')", "055", "allocation_list"),
    ("UPDATE allocation_list SET digest = 'x'", "055", "allocation_list"),
    ("DELETE FROM allocation_list", "055 056", "allocation_list"),
    ("UPDATE allocation_list SET locked = NULL", "056", "allocation_list"),
    ("UPDATE allocation_list SET revealed = 4", "056", "allocation_list"),
    (ONE_MORE, "051", "allocation_slot"),
    ("UPDATE allocation_slot SET participant = 'x', entry = 9 WHERE position = 3", "052", "slot {third}"),
    ("UPDATE allocation_candidate SET eligible = 0", "056", "allocation_candidate, 01-0002"),
    ("UPDATE allocation_candidate SET stratum = 'x'", "056", "allocation_candidate, 01-0001"),
    ("DELETE FROM allocation_candidate", "056", "allocation_candidate, 01-0003"),
    ("UPDATE allocation_stratum SET next = next + 1", "056", "allocation_stratum, all"),
    ("DELETE FROM allocation_stratum", "056", "allocation_stratum, all"),
    ("DELETE FROM allocation_unblinded", "056", "allocation_unblinded, carl"),
    ("UPDATE allocation_unblinded SET person = 'x'", "056", "allocation_unblinded, carl"),
]
CHANGES = [
    *((change.format("ledger"), f"LEDGER-{ids}", named) for change, ids, named in LEDGER),
    *(
        (f"{change.format('allocation_slot')} WHERE participant = '01-0001'", f"ALLOC-{ids}", named)
        for change, ids, named in SLOT
    ),
    *((change, f"ALLOC-{ids}", named) for change, ids, named in OTHERS),
]

Behind = Callable[..., Database]


@pytest.fixture(scope="module")
def sealed() -> SealedTrial:
    """A trial of six slots."""
    return trial(slots=6)


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def original(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sealed: SealedTrial
) -> str:
    """Address of a locked trial of eight entries: two allocated, one not, one person unblinded."""
    if request.param == "sqlite":
        url = str(tmp_path_factory.mktemp("original") / "trial.db")
    else:
        server: str = request.getfixturevalue("postgres_url")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE original")
        url = server.replace("/postgres?", "/original?")
    db = open_database(url, create=True)
    names = begin(db, sealed, 3)
    for name in names[:2]:
        allocate(db, sealed.study, name, INVESTIGATOR)
    report_unblinding(db, sealed.study, names[0], INVESTIGATOR, person=COORDINATOR.id, why="saw a kit")
    lock(db, sealed.study, MANAGER, source={})
    with db.reading() as tx:
        assert anchor(tx).position == 8
    assert verify_store(db, sealed.study).faults == ()
    db.close()
    return url


@pytest.fixture
def behind(original: str, tmp_path: Path) -> Iterator[Behind]:
    """Change a copy of the trial with raw SQL that no guard sees, and open it."""
    opened: list[Database] = []

    def change(*statements: tuple[str, tuple[object, ...]] | str) -> Database:
        asked = [one if isinstance(one, tuple) else (one, ()) for one in statements]
        url = (_changed_server if "postgresql" in original else _changed_file)(original, tmp_path, asked)
        opened.append(open_database(url))
        return opened[-1]

    yield change
    for db in opened:
        db.close()


Asked = list[tuple[str, tuple[object, ...]]]


def _changed_file(original: str, folder: Path, asked: Asked) -> str:
    copy = folder / "changed.db"
    shutil.copy(original, copy)
    connection = sqlite3.connect(copy, isolation_level=None)
    connection.create_function("reverse_of", 1, lambda text: text[::-1])
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    for statement, parameters in asked:
        connection.execute(statement, parameters)
    for _, guard in guards:
        connection.execute(guard)
    connection.close()
    return str(copy)


def _changed_server(original: str, folder: Path, asked: Asked) -> str:
    del folder
    server = original.replace("/original?", "/postgres?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS changed WITH (FORCE)")
        connection.execute("CREATE DATABASE changed TEMPLATE original")
    url = original.replace("/original?", "/changed?")
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")  # no trigger runs
        for statement, parameters in asked:
            connection.execute(
                statement.replace("reverse_of", "reverse").replace("?", "%s"),  # type: ignore[arg-type]
                parameters or None,
            )
    return url


def _found(db: Database, sealed: SealedTrial, folder: Path) -> Verified:
    return verify_store(db, sealed.study, sealed=sealed.write(folder / "sealed"))


@pytest.mark.requirement("REQ-STORE-005")
@pytest.mark.parametrize(("statement", "ids", "named"), CHANGES)
def test_a_change_is_found_and_named(
    statement: str, ids: str, named: str, behind: Behind, sealed: SealedTrial, tmp_path: Path
) -> None:
    db = behind(statement)
    try:
        faults = _found(db, sealed, tmp_path).faults
    except LupustrialError as error:  # there is nothing to be verified
        faults = error.faults
    room, _, numbers = ids.partition("-")
    assert {fault.id for fault in faults} == {f"{room}-{number}" for number in numbers.split()}
    slots = sealed.made.slots
    named = named.format(number=slots[0].number, third=slots[2].number)
    assert any(named in fault.place for fault in faults)
    if room == "ALLOC":  # and without the folder, if less precisely
        assert verify_store(db, sealed.study).faults


def test_envelopes_that_were_exchanged(behind: Behind, sealed: SealedTrial, tmp_path: Path) -> None:
    one, two = sealed.sealed.slots[:2]
    put = "UPDATE allocation_slot SET envelope = ? WHERE number = ?"
    swap = [
        (put, (base64.b64encode(other.envelope).decode(), slot.number))
        for slot, other in ((one, two), (two, one))
    ]
    db = behind(*swap)
    places = [fault.place for fault in _found(db, sealed, tmp_path).faults]
    assert places == [f"slot {number} in the database" for number in (one.number, two.number)]
    with db.reading() as tx, pytest.raises(AllocationError) as raised:
        open_envelope(sealed_slot(tx, sealed.study, "01-0001"), sealed.keys["code_break"])
    assert [fault.id for fault in raised.value.faults] == ["ALLOC-021"]


def test_slots_that_were_exchanged_with_leaf_and_envelope(
    behind: Behind, sealed: SealedTrial, tmp_path: Path
) -> None:
    """Whoever wants another arm gives the participant the content of another slot: the code break tells."""
    first, other = sealed.sealed.slots[0], sealed.sealed.slots[3]
    forged = replace(other, number=first.number)
    with pytest.raises(AllocationError) as raised:
        open_envelope(forged, sealed.keys["code_break"])
    assert [fault.id for fault in raised.value.faults] == ["ALLOC-021"]
    exchange = "UPDATE allocation_slot SET position = ? WHERE number = ?"
    db = behind((exchange, (99, first.number)), (exchange, (1, other.number)), (exchange, (4, first.number)))
    assert {fault.id for fault in _found(db, sealed, tmp_path).faults} == {"ALLOC-051", "ALLOC-053"}


def _kept(db: Database) -> tuple[Anchor, Anchor]:
    with db.reading() as tx:
        known = list(entries(tx))
    return tuple(Anchor(position=known[place].position, hash=known[place].hash) for place in (4, 7))  # type: ignore[return-value]


def test_the_end_cut_off_is_found_by_an_anchor_alone(
    behind: Behind, original: str, sealed: SealedTrial
) -> None:
    db = open_database(original)
    early, late = _kept(db)
    db.close()
    cut = behind(
        "DELETE FROM ledger WHERE position > 5",
        "UPDATE ledger_head SET position = 5, hash = (SELECT hash FROM ledger WHERE position = 5)",
    )
    with cut.reading() as tx:
        assert verify_ledger(tx) == []  # it is whole in itself
        assert verify_ledger(tx, [early]) == []
        (fault,) = verify_ledger(tx, [early, late])
    assert (fault.id, fault.place) == ("LEDGER-013", "anchor 8")
    assert "is not in the ledger" in fault.message
    faults = verify_store(cut, sealed.study).faults  # and here by the tables that were not cut with it
    assert {fault.id for fault in faults} == {"ALLOC-052", "ALLOC-056"}


def test_a_ledger_that_was_written_anew_is_found_by_an_anchor(behind: Behind, original: str) -> None:
    db = open_database(original)
    early, late = _kept(db)
    with db.reading() as tx:
        rows = tx.all("SELECT position, body FROM ledger ORDER BY position")
    db.close()
    previous, anew = "0" * 64, []
    for position, body in rows:
        changed = body.replace("01-0002", "01-0003") if position > 5 else body
        digest = hash_of(position, previous, changed)
        anew.append(("INSERT INTO ledger VALUES (?, ?, ?, ?)", (position, previous, digest, changed)))
        previous = digest
    db = behind("DELETE FROM ledger", *anew, ("UPDATE ledger_head SET hash = ?", (previous,)))
    with db.reading() as tx:
        assert verify_ledger(tx, [early]) == []
        (fault,) = verify_ledger(tx, [late])
    assert (fault.id, "has another hash" in fault.message) == ("LEDGER-013", True)


@pytest.mark.parametrize("original", ["sqlite"], indirect=True)
def test_bytes_of_the_file_itself(original: str, sealed: SealedTrial, tmp_path: Path) -> None:
    """Flip single bytes of an SQLite file: it is found, or what is stored is the same."""
    bits = Path(original).read_bytes()
    before = _content(open_database(original))
    unnoticed = 0
    for place in range(0, len(bits), max(1, len(bits) // 150)):
        copy = tmp_path / f"flipped-{place}.db"
        copy.write_bytes(bits[:place] + bytes([bits[place] ^ 0x11]) + bits[place + 1 :])
        try:
            db = open_database(str(copy))
            if verify_store(db, sealed.study).faults == ():
                unnoticed += 1
                assert _content(db) == before
            db.close()
        except LupustrialError:
            pass
    assert unnoticed < 150  # empty pages and the like


def _content(db: Database) -> list[object]:
    with db.reading() as tx:
        return [
            tx.all(f"SELECT * FROM {table} ORDER BY 1, 2")  # noqa: S608 - named here
            for table in ("ledger", "allocation_slot", "allocation_candidate", "allocation_list")
        ]
