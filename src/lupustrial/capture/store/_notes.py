"""Notes of reviewers on findings of the audit-trail review, and anchors that monitors took away."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewNote:
    """What a reviewer noted on a finding.

    Attributes:
        position: The ledger entry.
        finding: Key of the finding: its method and what it is about.
        verdict: ``"finding"`` (somebody has to act) or ``"no finding"``.
        text: In words.
        at: When, UTC.
        by: Which account.
        role: In which role.
    """

    position: int
    finding: str
    verdict: str
    text: str
    at: str
    by: str
    role: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptAnchor:
    """An anchor that somebody recorded to have taken away: which head of the ledger, when, who."""

    position: int
    anchor: str
    at: str
    by: str
    role: str


def review_notes(tx: Transaction) -> list[ReviewNote]:
    """Return the notes of reviewers, in order."""
    rows = tx.all(
        "SELECT position, finding, verdict, text, at, person, role FROM capture_review ORDER BY position"
    )
    return [
        ReviewNote(
            position=int(row[0]),
            finding=row[1],
            verdict=row[2],
            text=row[3],
            at=row[4],
            by=row[5],
            role=row[6],
        )
        for row in rows
    ]


def kept_anchors(tx: Transaction) -> list[KeptAnchor]:
    """Return the anchors that were taken away, in order."""
    rows = tx.all("SELECT position, anchor, at, person, role FROM capture_anchor ORDER BY position")
    return [
        KeptAnchor(position=int(row[0]), anchor=row[1], at=row[2], by=row[3], role=row[4]) for row in rows
    ]


def _reviewed(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.run(
        "INSERT INTO capture_review (position, finding, verdict, text, at, person, role) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        entry.position,
        data["finding"],
        data["verdict"],
        data["text"],
        entry.at,
        entry.by.id,
        entry.by.role,
    )


def _anchored(tx: Transaction, entry: Entry) -> None:
    tx.run(
        "INSERT INTO capture_anchor (position, anchor, at, person, role) VALUES (?, ?, ?, ?, ?)",
        entry.position,
        entry.data["anchor"],
        entry.at,
        entry.by.id,
        entry.by.role,
    )


FAMILY = Family(
    tables={
        "capture_review": """CREATE TABLE IF NOT EXISTS capture_review (
            position BIGINT PRIMARY KEY, finding TEXT NOT NULL, verdict TEXT NOT NULL, text TEXT NOT NULL,
            at TEXT NOT NULL, person TEXT NOT NULL, role TEXT NOT NULL)""",
        "capture_anchor": """CREATE TABLE IF NOT EXISTS capture_anchor (
            position BIGINT PRIMARY KEY, anchor TEXT NOT NULL, at TEXT NOT NULL, person TEXT NOT NULL,
            role TEXT NOT NULL)""",
    },
    folds={
        "trail reviewed": _reviewed,  # {finding, verdict, text}
        "anchor kept": _anchored,  # {anchor}
    },
)
