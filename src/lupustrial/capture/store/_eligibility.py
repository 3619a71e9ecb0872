"""Eligibility as an investigator confirmed it, with the digest of the facts that were seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction, canonical


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """A confirmation; the last one of a participant counts.

    Attributes:
        participant: Of whom.
        position: The ledger entry.
        eligible: What was confirmed: eligible, or not.
        version: Version of the protocol whose criteria were judged.
        digest: SHA-256 of the facts and verdicts that were seen.
        verdicts: Verdict on each criterion, by its id.
        at: When, UTC.
        by: By which account.
        role: In which role.
        why: What was remarked.
    """

    participant: str
    position: int
    eligible: bool
    version: str
    digest: str
    verdicts: Mapping[str, str]
    at: str
    by: str
    role: str
    why: str


_COLUMNS = "participant, position, eligible, version, digest, verdicts, at, by_whom, role, why"


def confirmation_of(tx: Transaction, participant: str) -> Confirmation | None:
    """Return the last confirmation of a participant's eligibility; None without one."""
    row = tx.one(f"SELECT {_COLUMNS} FROM capture_eligibility WHERE participant = ?", participant)  # noqa: S608 - our columns
    if row is None:
        return None
    return Confirmation(
        participant=row[0],
        position=int(row[1]),
        eligible=bool(row[2]),
        version=row[3],
        digest=row[4],
        verdicts=json.loads(row[5]),
        at=row[6],
        by=row[7],
        role=row[8],
        why=row[9],
    )


def _confirmed(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.run("DELETE FROM capture_eligibility WHERE participant = ?", data["participant"])
    tx.run(
        f"INSERT INTO capture_eligibility ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our columns
        data["participant"],
        entry.position,
        int(data["eligible"]),
        data["version"],
        data["digest"],
        canonical(data["verdicts"]),
        entry.at,
        entry.by.id,
        entry.by.role,
        entry.why,
    )


FAMILY = Family(
    tables={
        "capture_eligibility": """CREATE TABLE IF NOT EXISTS capture_eligibility (
            participant TEXT PRIMARY KEY, position BIGINT NOT NULL, eligible BIGINT NOT NULL,
            version TEXT NOT NULL, digest TEXT NOT NULL, verdicts TEXT NOT NULL, at TEXT NOT NULL,
            by_whom TEXT NOT NULL, role TEXT NOT NULL, why TEXT NOT NULL)"""
    },
    folds={"eligibility confirmed": _confirmed},  # {participant, eligible, version, digest, verdicts}
)
