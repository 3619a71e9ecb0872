"""The projection made anew from the ledger, and compared with what the database holds."""

from __future__ import annotations

import tempfile
from pathlib import Path

from lupustrial.capture.store._families import FOLDS, TABLES, create_tables
from lupustrial.errors import Fault
from lupustrial.ledger import Database, Transaction, entries, open_database


def rebuild(db: Database, study: str) -> int:
    """Empty the projection and make it anew from the ledger; return how many entries were folded.

    What an upgrade that changes the tables calls, and the way back after damage to the projection.
    """
    with db.writing() as tx:
        for table in TABLES:
            tx.run(f"DROP TABLE IF EXISTS {table}")
        create_tables(tx)
        return _fold_all(tx, tx, study)


def verify_projection(db: Database, study: str) -> list[Fault]:
    """Return every row of the projection that is not what the ledger says; empty when all is well."""
    with (
        tempfile.TemporaryDirectory(prefix="lupustrial-verify-") as folder,
        open_database(str(Path(folder) / "projection.db"), create=True) as scratch,
        scratch.writing() as anew,
        db.reading() as held,
    ):
        create_tables(anew)
        _fold_all(anew, held, study)
        return [fault for table in TABLES for fault in _differences(table, anew, held)]


def _fold_all(into: Transaction, source: Transaction, study: str) -> int:
    count = 0
    for entry in entries(source):
        fold = FOLDS.get(entry.kind)
        if fold is not None and entry.study == study:
            fold(into, entry)
            count += 1
    return count


def _differences(table: str, anew: Transaction, held: Transaction) -> list[Fault]:
    if not _exists(held, table):
        hint = "build the current values anew with `lupustrial verify --rebuild`"
        message = "a table of the current values is missing"
        return [Fault(id="CAPT-009", message=message, place=table, hint=hint)]
    expected = set(anew.all(f"SELECT * FROM {table}"))  # noqa: S608 - our tables
    found = set(held.all(f"SELECT * FROM {table}"))  # noqa: S608 - our tables
    hint = "restore a backup, or build the projection anew with `lupustrial verify --rebuild`"
    faults = []
    for row in sorted(expected ^ found, key=str):
        what = "is lacking or was changed" if row in expected else "does not follow from the ledger"
        faults.append(
            Fault(
                id="CAPT-009",
                message=f"a row of the current values {what}",
                place=f"{table}, {_key(row)}",
                hint=hint,
            )
        )
    return faults


def _exists(tx: Transaction, table: str) -> bool:
    if tx.dialect == "sqlite":
        return tx.one("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", table) is not None
    row = tx.one("SELECT to_regclass(?) IS NOT NULL", table)
    return row is not None and bool(row[0])


def _key(row: tuple[object, ...]) -> str:
    return " / ".join(str(part) for part in row[:4])
