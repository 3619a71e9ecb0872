"""Raw SQL behind the back of the application: refused on the ledger, found on what is made from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from lupustrial.capture.store import (
    TABLES,
    Answer,
    Place,
    Visited,
    create_tables,
    rebuild,
    save_page,
    verify_projection,
    write,
)
from lupustrial.ledger import Actor, Database, Transaction

NURSE = Actor(id="nurse", role="coordinator")


@pytest.fixture
def db(database: Database) -> Database:
    with database.writing() as tx:
        create_tables(tx)
        write(
            tx,
            study="T",
            kind="role granted",
            by=NURSE,
            data={"person": "a", "role": "monitor", "sites": ["01"]},
        )
        for number in (1, 2):
            who = {"participant": f"01-00{number}", "site": "01"}
            write(tx, study="T", kind="participant registered", by=NURSE, data=who)
            save_page(
                tx,
                study="T",
                place=Place(participant=who["participant"], visit="W0", form="visit"),
                site="01",
                version="1.0",
                state="complete",
                answers={"VISDAT": Answer(value="2026-01-09")},
                by=NURSE,
                revision=0,
                visited=Visited(date="2026-01-09", number="2", baseline=True),
            )
        place = {"participant": "01-001", "visit": "W0", "form": "visit", "repeat": 1}
        write(tx, study="T", kind="hold set", by=NURSE, data={"hold": "frozen", **place})
        query = {**place, "item": "VISDAT", "site": "01", "origin": "", "text": "Is this right?"}
        write(tx, study="T", kind="query opened", by=NURSE, data=query)
    return database


def test_nothing_is_found_where_nothing_was_done(db: Database) -> None:
    assert verify_projection(db, "T") == []


CHANGES: list[tuple[str, str]] = [
    (
        "capture_page",
        "UPDATE capture_page SET items = replace(items, '01-09', '02-09') WHERE participant = '01-001'",
    ),
    ("capture_page", "UPDATE capture_page SET state = 'started' WHERE participant = '01-001'"),
    ("capture_page", "UPDATE capture_page SET revision = revision + 1 WHERE participant = '01-001'"),
    ("capture_page", "UPDATE capture_page SET removed = 1 WHERE participant = '01-001'"),
    ("capture_page", "DELETE FROM capture_page WHERE participant = '01-002'"),
    (
        "capture_page",
        (
            "INSERT INTO capture_page SELECT participant, 'W2', form, repeat, site, version, state, removed, "
            "revision, items FROM capture_page WHERE participant = '01-001'"
        ),
    ),
    ("capture_visit", "UPDATE capture_visit SET date = '2026-02-09' WHERE participant = '01-001'"),
    ("capture_participant", "UPDATE capture_participant SET site = '02' WHERE participant = '01-001'"),
    ("capture_participant", "UPDATE capture_participant SET anchor = NULL WHERE participant = '01-001'"),
    (
        "capture_grant",
        "INSERT INTO capture_grant (person, role, site, since) VALUES ('eve', 'data_manager', '*', '')",
    ),
    ("capture_grant", "DELETE FROM capture_grant"),
    ("capture_hold", "DELETE FROM capture_hold"),
    ("capture_query", "UPDATE capture_query SET state = 'closed'"),
]


@pytest.mark.requirement("REQ-STORE-005")
@pytest.mark.parametrize(("table", "statement"), CHANGES, ids=[statement[:60] for _, statement in CHANGES])
def test_a_change_of_current_values_is_found_named_and_mended(
    db: Database, table: str, statement: str
) -> None:
    with db.writing() as tx:
        tx.run(statement)
    found = verify_projection(db, "T")
    assert found
    assert {fault.id for fault in found} == {"CAPT-009"}
    assert {fault.place.partition(",")[0] for fault in found} == {table}
    rebuild(db, "T")
    assert verify_projection(db, "T") == []


@pytest.mark.requirement("REQ-STORE-005")
@pytest.mark.parametrize(
    "statement", ["UPDATE ledger SET body = replace(body, '01-09', '02-09')", "DELETE FROM ledger"]
)
def test_a_change_of_the_ledger_is_refused(db: Database, statement: str) -> None:
    import psycopg

    refused: list[Callable[[Transaction], None]] = [lambda tx: tx.run(statement)]
    for change in refused:
        with (
            pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException), match="never changed"),
            db.writing() as tx,
        ):
            change(tx)


def test_a_table_that_is_gone_is_built_anew(db: Database) -> None:
    with db.writing() as tx:
        for table in TABLES:
            tx.run(f"DROP TABLE {table}")
    assert rebuild(db, "T") == 7
    assert verify_projection(db, "T") == []
