"""What was said on each query, from opening to closing, in order."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A step of a query.

    Attributes:
        position: The ledger entry.
        step: ``"opened"``, ``"answered"``, ``"closed"`` or ``"reopened"``.
        at: When, UTC.
        by: Which account.
        role: In which role.
        text: What was said; may be empty where a query is closed.
    """

    position: int
    step: str
    at: str
    by: str
    role: str
    text: str


def notes_of(tx: Transaction, query: int) -> list[Note]:
    """Return everything that was said on a query, in order."""
    rows = tx.all(
        "SELECT position, step, at, person, role, text FROM capture_query_note "
        "WHERE number = ? ORDER BY position",
        query,
    )
    return [
        Note(position=int(row[0]), step=row[1], at=row[2], by=row[3], role=row[4], text=row[5])
        for row in rows
    ]


def _said(tx: Transaction, entry: Entry) -> None:
    number = entry.position if entry.kind == "query opened" else entry.data["number"]
    tx.run(
        "INSERT INTO capture_query_note (position, number, step, at, person, role, text) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        entry.position,
        number,
        entry.kind.removeprefix("query "),
        entry.at,
        entry.by.id,
        entry.by.role,
        entry.data.get("text", ""),
    )


FAMILY = Family(
    tables={
        "capture_query_note": """CREATE TABLE IF NOT EXISTS capture_query_note (
            position BIGINT PRIMARY KEY, number BIGINT NOT NULL, step TEXT NOT NULL, at TEXT NOT NULL,
            person TEXT NOT NULL, role TEXT NOT NULL, text TEXT NOT NULL)"""
    },
    indexes=("CREATE INDEX IF NOT EXISTS capture_query_note_of ON capture_query_note (number, position)",),
    folds=dict.fromkeys(("query opened", "query answered", "query closed", "query reopened"), _said),
)
