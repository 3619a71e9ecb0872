"""Sealed answers of code breaks, and who has read which notice of an unblinding.

The unblinding itself is an entry of ``lupustrial.allocation``. An answer is an age file: whoever is not its
recipient cannot open it.
"""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedAnswer:
    """The answer of a code break.

    Attributes:
        of: Ledger position of the code break; its number.
        participant: Whose code.
        recipient: Account that can open it.
        executor: Account that broke the code, and may hand the file on.
        at: When, UTC.
        sealed: The age file, base64.
    """

    of: int
    participant: str
    recipient: str
    executor: str
    at: str
    sealed: str


_COLUMNS = "position, participant, recipient, executor, at, sealed"


def answers_for(tx: Transaction, person: str) -> list[SealedAnswer]:
    """Return the answers that somebody may take: as recipient or as who broke the code; the latest first."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM capture_answer WHERE recipient = ? OR executor = ? "  # noqa: S608 - our columns
        "ORDER BY position DESC",
        person,
        person,
    )
    return [
        SealedAnswer(
            of=int(row[0]), participant=row[1], recipient=row[2], executor=row[3], at=row[4], sealed=row[5]
        )
        for row in rows
    ]


def notices_read(tx: Transaction, person: str) -> frozenset[int]:
    """Return the unblindings (ledger positions) of which somebody has acknowledged the notice."""
    rows = tx.all("SELECT position FROM capture_notice_read WHERE person = ?", person)
    return frozenset(int(row[0]) for row in rows)


def _kept(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.run(
        f"INSERT INTO capture_answer ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - our columns
        data["of"],
        data["participant"],
        data["recipient"],
        entry.by.id,
        entry.at,
        data["sealed"],
    )


def _read(tx: Transaction, entry: Entry) -> None:
    tx.run(
        "INSERT INTO capture_notice_read (person, position, at) VALUES (?, ?, ?) "
        "ON CONFLICT (person, position) DO NOTHING",
        entry.by.id,
        entry.data["of"],
        entry.at,
    )


FAMILY = Family(
    tables={
        "capture_answer": """CREATE TABLE IF NOT EXISTS capture_answer (
            position BIGINT PRIMARY KEY, participant TEXT NOT NULL, recipient TEXT NOT NULL,
            executor TEXT NOT NULL, at TEXT NOT NULL, sealed TEXT NOT NULL)""",
        "capture_notice_read": """CREATE TABLE IF NOT EXISTS capture_notice_read (
            person TEXT NOT NULL, position BIGINT NOT NULL, at TEXT NOT NULL,
            PRIMARY KEY (person, position))""",
    },
    indexes=(
        "CREATE INDEX IF NOT EXISTS capture_answer_to ON capture_answer (recipient)",
        "CREATE INDEX IF NOT EXISTS capture_answer_by ON capture_answer (executor)",
    ),
    folds={
        "code break answer kept": _kept,  # {of, participant, recipient, sealed: age file in base64}
        "unblinding notice read": _read,  # {of}
    },
)
