"""``lupustrial verify``: what raw SQL does to ledger and current values is refused, or found and named."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from command import Command, Told
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lupustrial.allocation.store import create_store
from lupustrial.capture.store import (
    TABLES,
    Answer,
    Place,
    create_tables,
    page_at,
    payload_of,
    save_page,
    values_of,
    write,
)
from lupustrial.ledger import Actor, Database, anchor, now

ROOT = Path(__file__).resolve().parents[4]
STUDY = ROOT / "studies" / "il2-sle"
BY = Actor(id="investigator", role="investigator")
HERE = Place(participant="01-001", visit="SCR", form="vitals")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def fill(db: Database) -> None:
    """Put a row into every table of the projection that this part keeps, and into those of pages."""
    study = "IL2-SLE"
    public = KEY.public_key().public_bytes_raw().hex()
    with db.writing() as tx:
        create_tables(tx)
        create_store(tx)
        write(tx, study=study, kind="signing key made", by=BY, data={"account": BY.id, "public": public})
        write(
            tx,
            study=study,
            kind="participant registered",
            by=BY,
            data={"participant": "01-001", "site": "01"},
        )
        save_page(
            tx, study=study, place=HERE, site="01", version="1.0", state="complete", by=BY, revision=0,
            answers={"WEIGHT": Answer(value="58.2"), "TEMP": Answer(value="36.6")},
        )  # fmt: skip
        page = page_at(tx, HERE)
        assert page is not None
        where = {"participant": "01-001", "visit": "SCR", "form": "vitals", "repeat": 1}
        asked = where | {"item": "TEMP", "site": "01", "origin": "", "text": "Fever?"}
        write(tx, study=study, kind="query opened", by=BY, data=asked)
        items = [["SCR", "vitals", 1, "TEMP", page.revision]]
        verified = {"participant": "01-001", "site": "01", "items": items, "sampling": "0"}
        write(tx, study=study, kind="verified", by=BY, data=verified)
        at = now()
        payload = payload_of(
            study=study, version="1.0", digest="d", who=BY.id, name="I.", role=BY.role, meaning="review",
            at=at, scope=HERE, pages=[HERE], left_out=[], values=values_of([page]),
        )  # fmt: skip
        given = where | {"site": "01", "payload": payload, "public": public}
        given["signature"] = KEY.sign(payload.encode()).hex()
        write(tx, study=study, kind="signed", by=BY, data=given, at=at)
        every = {"site": "", "participant": "", "visit": "", "form": "", "repeat": 0}
        lock = write(tx, study=study, kind="hold set", by=BY, data=every | {"hold": "locked"}, why="End.")
        write(tx, study=study, kind="hold lifted", by=BY, data={"position": lock.position}, why="A death.")
        write(
            tx, study=study, kind="hold set", by=BY, data=where | {"site": "", "hold": "frozen"}, why="Clean."
        )
        note = {"finding": "burst:x", "verdict": "no finding", "text": "A monitor's training."}
        write(tx, study=study, kind="trail reviewed", by=BY, data=note)
        write(tx, study=study, kind="anchor kept", by=BY, data={"anchor": str(anchor(tx))})


OURS = [
    "capture_page",
    "capture_query",
    "capture_query_note",
    "capture_verified",
    "capture_signature",
    "capture_signed",
    "capture_change",
    "capture_hold",
    "capture_unlocked",
    "capture_review",
    "capture_anchor",
]


def _verify(command: Command, url: str, *options: str) -> Told:
    return command("verify", url, "--study", str(STUDY), *options)


@pytest.mark.requirement("REQ-QUAL-016")
def test_a_whole_database_verifies_and_is_exported(
    database: Database, database_url: str, tmp_path: Path, command: Command
) -> None:
    fill(database)
    with database.reading() as tx:
        kept = str(anchor(tx))
    done = _verify(command, database_url, "--anchor", kept, "--export", str(tmp_path / "proofs"))
    assert done.code == 0, done.err
    assert "current values: what the ledger says, row by row" in done.out
    assert "no list was sealed yet" in done.out
    files = [str(tmp_path / "proofs" / name) for name in ("signatures.jsonl", "ledger.jsonl")]
    script = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "verify_signatures.py"), *files],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert script.stdout == "1 signatures hold, and so does the ledger\n"


def test_every_table_of_the_projection_is_known() -> None:
    assert set(OURS) <= set(TABLES)


@pytest.mark.requirement("REQ-QUAL-016")
def test_rows_that_are_changed_or_removed_by_raw_sql_are_found_and_named(database: Database) -> None:
    from lupustrial.capture.store import rebuild, verify_projection

    fill(database)
    assert verify_projection(database, "IL2-SLE") == []
    with database.reading() as tx:
        columns = {table: _text_column(tx.all(f"SELECT * FROM {table}")) for table in OURS}  # noqa: S608 - our tables
    assert all(row is not None for row in columns.values())
    for table in OURS:
        for attack in (_delete, _change):
            with database.writing() as tx:
                attack(tx, table)
            faults = verify_projection(database, "IL2-SLE")
            assert faults, (table, attack)
            assert {fault.id for fault in faults} == {"CAPT-009"}
            assert all(fault.place.startswith(table) for fault in faults), (table, attack)
            rebuild(database, "IL2-SLE")
            assert verify_projection(database, "IL2-SLE") == []


def _text_column(rows: list[tuple[object, ...]]) -> tuple[object, ...] | None:
    return rows[0] if rows else None


def _delete(tx: object, table: str) -> None:
    tx.run(f"DELETE FROM {table}")  # type: ignore[attr-defined] # noqa: S608 - our tables


#: A column of each table that is no key.
_COLUMN = {
    "capture_page": "state",
    "capture_query": "text",
    "capture_query_note": "text",
    "capture_verified": "person",
    "capture_signature": "name",
    "capture_signed": "form",
    "capture_change": "person",
    "capture_hold": "why",
    "capture_unlocked": "at",
    "capture_review": "verdict",
    "capture_anchor": "anchor",
}


def _change(tx: object, table: str) -> None:
    tx.run(f"UPDATE {table} SET {_COLUMN[table]} = 'forged'")  # type: ignore[attr-defined] # noqa: S608 - our tables


@pytest.mark.requirement("REQ-QUAL-016", "REQ-QUAL-013")
@pytest.mark.parametrize(
    "statement", ["UPDATE ledger SET body = '{}'", "DELETE FROM ledger WHERE position > 3"]
)
def test_the_ledger_refuses_update_and_delete(database: Database, statement: str) -> None:
    fill(database)
    before = _rows(database)
    errors: tuple[type[Exception], ...] = (sqlite3.IntegrityError,)
    if database.dialect == "postgresql":
        import psycopg

        errors = (psycopg.errors.RaiseException,)
    with pytest.raises(errors, match="never changed or removed"):
        _run(database, statement)
    assert _rows(database) == before


def _run(db: Database, statement: str) -> None:
    with db.writing() as tx:
        tx.run(statement)


def _rows(db: Database) -> list[tuple[object, ...]]:
    with db.reading() as tx:
        return tx.all("SELECT * FROM ledger ORDER BY position")


@pytest.mark.requirement("REQ-QUAL-016")
def test_the_command_names_each_fault_and_builds_anew(
    database: Database, database_url: str, command: Command
) -> None:
    fill(database)
    _run(database, "UPDATE capture_page SET items = '{}'")
    _run(database, "DELETE FROM capture_signature")
    found = _verify(command, database_url, "--json")
    assert found.code == 1
    told = json.loads(found.out)["faults"]
    assert {fault["place"].split(",")[0] for fault in told} == {"capture_page", "capture_signature"}
    assert "CAPT-009" in found.err
    mended = _verify(command, database_url, "--rebuild")
    assert mended.code == 0, mended.err
    assert "built anew from" in mended.out
    assert _verify(command, database_url).code == 0


def test_a_table_that_is_gone_is_named(database: Database, database_url: str, command: Command) -> None:
    fill(database)
    _run(database, "DROP TABLE capture_review")
    found = _verify(command, database_url)
    assert found.code == 1
    assert "capture_review" in found.err
    assert _verify(command, database_url, "--rebuild").code == 0


def test_an_anchor_finds_a_ledger_that_was_rewritten(
    database: Database, database_url: str, command: Command
) -> None:
    fill(database)
    found = _verify(command, database_url, "--anchor", f"3:{'0' * 64}")
    assert found.code == 1
    assert "LEDGER-013" in found.err
    assert _verify(command, database_url, "--anchor", "nonsense").code == 1
