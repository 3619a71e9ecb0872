"""Who consented to which version of the document, when, how, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction

#: On paper, kept at the site; or on the screen, in front of who takes the consent.
Mode = Literal["paper", "screen"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """A consent that was given, or withdrawn.

    Attributes:
        position: The ledger entry; its number.
        participant: Of whom.
        version: Version of the document; empty for a withdrawal.
        date: When it was given or withdrawn, ISO 8601.
        withdrawn: Whether this is the withdrawal.
        mode: How it was given; empty for a withdrawal.
        signer: ``"participant"`` or ``"representative"``.
        witness: Whether an impartial witness signed too.
        digest: SHA-256 of the text that was shown; empty where the study gives none.
        at: When it was recorded, UTC.
        by: By which account: on the screen, who took the consent.
        why: What was remarked; the reason of a withdrawal, if one was given.
    """

    position: int
    participant: str
    version: str
    date: str
    withdrawn: bool
    mode: str
    signer: str
    witness: bool
    digest: str
    at: str
    by: str
    why: str


_COLUMNS = "position, participant, version, date, withdrawn, mode, signer, witness, digest, at, by_whom, why"


def consents_of(tx: Transaction, participant: str) -> list[Consent]:
    """Return what a participant gave and withdrew, in the order in which it was recorded."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM capture_consent WHERE participant = ? ORDER BY position",  # noqa: S608 - our columns
        participant,
    )
    return [_consent(row) for row in rows]


def _consent(row: tuple[Any, ...]) -> Consent:
    return Consent(
        position=int(row[0]),
        participant=row[1],
        version=row[2],
        date=row[3],
        withdrawn=bool(row[4]),
        mode=row[5],
        signer=row[6],
        witness=bool(row[7]),
        digest=row[8],
        at=row[9],
        by=row[10],
        why=row[11],
    )


def _recorded(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.run(
        f"INSERT INTO capture_consent ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our columns
        entry.position,
        data["participant"],
        data.get("version", ""),
        data["date"],
        int(entry.kind == "consent withdrawn"),
        data.get("mode", ""),
        data.get("signer", ""),
        int(data.get("witness", False)),
        data.get("digest", ""),
        entry.at,
        entry.by.id,
        entry.why,
    )


FAMILY = Family(
    tables={
        "capture_consent": """CREATE TABLE IF NOT EXISTS capture_consent (
            position BIGINT PRIMARY KEY, participant TEXT NOT NULL, version TEXT NOT NULL, date TEXT NOT NULL,
            withdrawn BIGINT NOT NULL, mode TEXT NOT NULL, signer TEXT NOT NULL, witness BIGINT NOT NULL,
            digest TEXT NOT NULL, at TEXT NOT NULL, by_whom TEXT NOT NULL, why TEXT NOT NULL)"""
    },
    indexes=("CREATE INDEX IF NOT EXISTS capture_consent_of ON capture_consent (participant, position)",),
    folds={
        "consent recorded": _recorded,  # {participant, version, date, mode, signer, witness, digest}
        "consent withdrawn": _recorded,  # {participant, date}
    },
)
