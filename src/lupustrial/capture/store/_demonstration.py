"""Whether the database holds the demonstration; only then are the doors of the demonstration there."""

from __future__ import annotations

from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction


def demonstration_of(tx: Transaction) -> str | None:
    """Return where the made-up data came from, one sentence; None where the database is no demonstration."""
    row = tx.one("SELECT origin FROM capture_demonstration WHERE id = 1")
    return None if row is None else str(row[0])


def _begun(tx: Transaction, entry: Entry) -> None:
    tx.run(
        "INSERT INTO capture_demonstration (id, origin, at) VALUES (1, ?, ?) ON CONFLICT (id) DO NOTHING",
        entry.data["origin"],
        entry.at,
    )


FAMILY = Family(
    tables={
        "capture_demonstration": """CREATE TABLE IF NOT EXISTS capture_demonstration (
            id BIGINT PRIMARY KEY, origin TEXT NOT NULL, at TEXT NOT NULL)"""
    },
    folds={"demonstration begun": _begun},  # {origin}
)
