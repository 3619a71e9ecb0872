"""Raw SQL against the tables: the database itself refuses to change what was written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import psycopg
import pytest
from sealed_trial import COORDINATOR, INVESTIGATOR, MANAGER, SealedTrial, begin, trial

from lupustrial.allocation.store import allocate, create_store, lock, report_unblinding, verify_store
from lupustrial.ledger import Database, Transaction, anchor, entries, open_database

TABLES = (
    "ledger",
    "ledger_head",
    "allocation_list",
    "allocation_slot",
    "allocation_candidate",
    "allocation_unblinded",
    "allocation_stratum",
)


def _statements(text: str) -> list[str]:
    """Take a text of SQL apart."""
    parts = (" ".join(part.split()) for part in text.replace("ZEROS", "0" * 64).split(";"))
    return [part for part in parts if part]


BOTH = _statements(
    """
    UPDATE ledger SET body = '{}';
    UPDATE ledger SET body = replace(body, 'ines', 'carl') WHERE position = 3;
    UPDATE ledger SET position = position + 100;
    DELETE FROM ledger;
    DELETE FROM ledger WHERE position = (SELECT max(position) FROM ledger);
    INSERT INTO ledger (position, previous, hash, body) VALUES (1, 'ZEROS', 'x', '{}');
    INSERT INTO ledger (position, previous, hash, body) VALUES (99, 'ZEROS', 'x', '{}');
    INSERT INTO ledger (position, previous, hash, body) SELECT position + 1, 'ZEROS', 'x', '{}' FROM
        ledger_head;
    INSERT INTO ledger (position, previous, hash, body) SELECT position + 2, hash, 'x', '{}' FROM
        ledger_head;
    UPDATE ledger_head SET position = 0, hash = 'ZEROS';
    UPDATE ledger_head SET position = position - 1, hash = (SELECT previous FROM ledger ORDER BY
        position DESC LIMIT 1);
    UPDATE ledger_head SET position = position + 1;
    UPDATE ledger_head SET hash = 'x';
    DELETE FROM ledger_head;
    INSERT INTO ledger_head (id, position, hash) VALUES (2, 0, 'ZEROS');
    UPDATE allocation_list SET public = '{}';
    UPDATE allocation_list SET digest = 'x';
    UPDATE allocation_list SET locked = NULL;
    UPDATE allocation_list SET locked = locked + 1;
    UPDATE allocation_list SET revealed = 1;
    DELETE FROM allocation_list;
    UPDATE allocation_slot SET participant = NULL, entry = NULL;
    UPDATE allocation_slot SET participant = NULL WHERE participant IS NOT NULL;
    UPDATE allocation_slot SET participant = '01-0003' WHERE participant = '01-0001';
    UPDATE allocation_slot SET participant = '01-0003', entry = 4 WHERE position = 3;
    UPDATE allocation_slot SET participant = '01-0003', entry = (SELECT position FROM ledger_head) WHERE
        position = 3;
    UPDATE allocation_slot SET position = position + 100;
    UPDATE allocation_slot SET envelope = 'x' WHERE position = 4;
    UPDATE allocation_slot SET leaf = 'x' WHERE position = 4;
    UPDATE allocation_slot SET number = number + 1 WHERE position = 4;
    UPDATE allocation_slot SET stratum = 'another' WHERE position = 4;
    DELETE FROM allocation_slot;
    DELETE FROM allocation_slot WHERE participant IS NULL;
    UPDATE allocation_candidate SET eligible = 1, consented = 1;
    UPDATE allocation_candidate SET stratum = 'another';
    UPDATE allocation_candidate SET participant = '01-0009' WHERE participant = '01-0003';
    DELETE FROM allocation_candidate;
    UPDATE allocation_unblinded SET person = 'somebody else';
    DELETE FROM allocation_unblinded;
    UPDATE allocation_stratum SET next = next + 1;
    UPDATE allocation_stratum SET next = 1;
    UPDATE allocation_stratum SET stratum = 'another';
    DELETE FROM allocation_stratum;
    """
)
#: REPLACE removes the rows that are in its way; SQLite asks no trigger of DELETE about that.
SQLITE = _statements(
    """
    INSERT OR REPLACE INTO ledger SELECT position, previous, hash, '{}' FROM ledger WHERE position = 2;
    INSERT OR REPLACE INTO ledger SELECT h.position + 1, h.hash, l.hash, '{}' FROM ledger_head h, ledger
        l WHERE l.position = 2;
    INSERT OR REPLACE INTO ledger (rowid, position, previous, hash, body) SELECT 2, position + 1, hash,
        'new', '{}' FROM ledger_head;
    INSERT OR REPLACE INTO ledger_head (id, position, hash) VALUES (1, 0, 'ZEROS');
    INSERT OR REPLACE INTO allocation_list SELECT study, public, digest, NULL, NULL FROM
        allocation_list;
    INSERT OR REPLACE INTO allocation_slot SELECT study, number, stratum, position, leaf, envelope,
        NULL, NULL FROM allocation_slot;
    INSERT OR REPLACE INTO allocation_slot SELECT study, 10, stratum, position, leaf, envelope, NULL,
        NULL FROM allocation_slot WHERE position = 1;
    UPDATE OR REPLACE allocation_slot SET participant = '01-0001', entry = 5 WHERE position = 3;
    INSERT OR REPLACE INTO allocation_candidate SELECT study, participant, site, stratum, levels, 1, 1,
        entry FROM allocation_candidate;
    INSERT OR REPLACE INTO allocation_unblinded SELECT study, person, 1 FROM allocation_unblinded;
    REPLACE INTO allocation_unblinded (rowid, study, person, entry) SELECT rowid, 'x', 'y', 1 FROM
        allocation_unblinded;
    """
)
#: A wrong hash is refused at once here; SQLite has no SHA-256, so that there `verify` has to find it.
POSTGRESQL = [f"TRUNCATE {table} CASCADE" for table in TABLES] + _statements(
    """
    INSERT INTO ledger (position, previous, hash, body) SELECT position + 1, hash, repeat('a', 64), '{}'
        FROM ledger_head;
    INSERT INTO allocation_list (study, public, digest) SELECT study, '{}', 'x' FROM allocation_list ON
        CONFLICT (study) DO UPDATE SET public = excluded.public;
    INSERT INTO allocation_unblinded SELECT study, person, 1 FROM allocation_unblinded ON CONFLICT
        (study, person) DO UPDATE SET person = 'somebody else';
    MERGE INTO allocation_slot s USING ledger_head h ON s.position = 1 WHEN MATCHED THEN DELETE;
    WITH gone AS (DELETE FROM ledger RETURNING position) SELECT count(*) FROM gone;
    """
)


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, SealedTrial, list[tuple[object, ...]]]]:
    """A trial that is locked: two allocated, one not, one person unblinded; and all that is written."""
    if request.param == "sqlite":
        url = str(tmp_path_factory.mktemp("guards") / "trial.db")
    else:
        server: str = request.getfixturevalue("postgres_url")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE guards")
        url = server.replace("/postgres?", "/guards?")
    database = open_database(url, create=True)
    sealed = trial(slots=6)
    names = begin(database, sealed, 3)
    for name in names[:2]:
        allocate(database, sealed.study, name, INVESTIGATOR)
    report_unblinding(
        database, sealed.study, names[0], INVESTIGATOR, person=COORDINATOR.id, why="saw the packing list"
    )
    lock(database, sealed.study, MANAGER, source={})
    yield database, sealed, _content(database)
    database.close()


def _content(database: Database) -> list[tuple[object, ...]]:
    with database.reading() as tx:
        return [row for table in TABLES for row in sorted(_rows(tx, table), key=str)]


def _rows(tx: Transaction, table: str) -> list[tuple[object, ...]]:
    return tx.all(f"SELECT * FROM {table}")  # noqa: S608 - one of TABLES


@pytest.mark.requirement("REQ-STORE-005")
@pytest.mark.parametrize("statement", [*BOTH, *SQLITE, *POSTGRESQL])
def test_the_database_refuses(
    statement: str, running: tuple[Database, SealedTrial, list[tuple[object, ...]]]
) -> None:
    database, _, written = running
    if statement in (POSTGRESQL if database.dialect == "sqlite" else SQLITE):
        return  # not a statement of this database
    with pytest.raises((sqlite3.IntegrityError, psycopg.Error)) as raised:
        database.alone().run(statement)
    if isinstance(raised.value, psycopg.Error):  # a guard or a key, not a mistake of the test
        assert isinstance(raised.value, (psycopg.errors.RaiseException, psycopg.errors.IntegrityError))
    assert _content(database) == written


def test_all_holds_after_all_that(
    running: tuple[Database, SealedTrial, list[tuple[object, ...]]],
) -> None:
    database, sealed, _ = running
    assert verify_store(database, sealed.study).faults == ()


def test_tables_and_guards_may_be_made_again(
    running: tuple[Database, SealedTrial, list[tuple[object, ...]]],
) -> None:
    database, _, written = running
    with database.writing() as tx:
        create_store(tx)
        create_store(tx)
    assert _content(database) == written


def test_who_reads_sees_one_state_while_others_write(database: Database, database_url: str) -> None:
    sealed = trial(slots=6)
    (name,) = begin(database, sealed, 1)
    other = open_database(database_url)
    with other.reading() as tx:
        before = anchor(tx)
        allocate(database, sealed.study, name, INVESTIGATOR)
        assert anchor(tx) == before
        assert len(list(entries(tx))) == before.position
    with other.reading() as tx:
        assert anchor(tx).position == before.position + 1
    other.close()


def test_what_an_error_leaves_is_undone(database: Database) -> None:
    sealed = trial(slots=6)
    (name,) = begin(database, sealed, 1)
    written = _content(database)

    def half(tx: Transaction) -> None:
        tx.run("DELETE FROM allocation_answer" if tx.dialect == "postgresql" else "SELECT 1")
        tx.many(
            "INSERT INTO allocation_unblinded (study, person, entry) VALUES (?, ?, ?)",
            [(sealed.study.id, who, 1) for who in ("one", "two")],
        )
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), database.writing() as tx:
        half(tx)
    assert _content(database) == written
    assert allocate(database, sealed.study, name, INVESTIGATOR).number == sealed.made.slots[0].number
