"""What went in and out: exports, imports and prints, each with the SHA-256 of its file."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """Something that went in or out.

    Attributes:
        number: Ledger position of its entry.
        kind: ``"exported"``, ``"imported"``, ``"import refused"`` or ``"printed"``.
        by: Account.
        role: Role in which it acted.
        at: When, UTC.
        file: Name of a file that went out; only the kind of one that came in: its name may tell of a person.
        digest: SHA-256 of the file; empty where there is none.
        rows: How many rows were written or read.
    """

    number: int
    kind: str
    by: str
    role: str
    at: str
    file: str
    digest: str
    rows: int


def transfers_of(tx: Transaction, person: str, *, limit: int) -> list[Transfer]:
    """Return what somebody last brought in or took out, the latest first."""
    rows = tx.all(
        "SELECT number, kind, person, role, at, file, digest, size FROM capture_transfer "
        "WHERE person = ? ORDER BY number DESC LIMIT ?",
        person,
        limit,
    )
    return [
        Transfer(
            number=int(row[0]),
            kind=row[1],
            by=row[2],
            role=row[3],
            at=row[4],
            file=row[5],
            digest=row[6],
            rows=int(row[7]),
        )
        for row in rows
    ]


def _kept(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.run(
        "INSERT INTO capture_transfer (number, kind, person, role, at, file, digest, size) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        entry.position,
        entry.kind,
        entry.by.id,
        entry.by.role,
        entry.at,
        data["file"],
        data["sha256"],
        data["rows"],
    )


FAMILY = Family(
    tables={
        "capture_transfer": """CREATE TABLE IF NOT EXISTS capture_transfer (
            number BIGINT PRIMARY KEY, kind TEXT NOT NULL, person TEXT NOT NULL, role TEXT NOT NULL,
            at TEXT NOT NULL, file TEXT NOT NULL, digest TEXT NOT NULL, size BIGINT NOT NULL)"""
    },
    indexes=("CREATE INDEX IF NOT EXISTS capture_transfer_of ON capture_transfer (person, number)",),
    folds={
        "exported": _kept,  # {format, filters: {sites, visits, forms}, rows, sha256, file, state}
        "imported": _kept,  # {layout, rows, pages: {new, changed, same}, sha256, file}
        "import refused": _kept,  # {file, sha256, rows, faults: how many, first: id of the first}
        "printed": _kept,  # {what, form, participant, annotated, rows: pages, sha256, file}
    },
)
