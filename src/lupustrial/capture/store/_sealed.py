"""Encrypted texts beside the clinical data: who a participant is, signed documents.

The ledger says that there is one, of what kind, and the SHA-256 of the encrypted text. The text itself lies
in a table that is not made from the ledger, so that it can be erased when a person may demand that; what was
erased, when and why stays on the ledger.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lupustrial.capture.store._projection import Family, nothing_to_fold
from lupustrial.errors import Fault
from lupustrial.ledger import Actor, Entry, Transaction, canonical, entries

SealedKind = Literal["identifiers", "consent signature", "document"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """An encrypted text.

    Attributes:
        position: The ledger entry that recorded it; its number.
        participant: Of whom.
        kind: What it is.
        about: What may be told of it without opening it; JSON values, never anything identifying.
        digest: SHA-256 of the encrypted text.
        erased: Whether the text was erased.
        at: When, UTC.
        by: By which account.
    """

    position: int
    participant: str
    kind: SealedKind
    about: Mapping[str, Any]
    digest: str
    erased: bool
    at: str
    by: str


_COLUMNS = "position, participant, kind, about, digest, erased, at, by_whom"


def keep_sealed(
    tx: Transaction,
    *,
    study: str,
    participant: str,
    kind: SealedKind,
    body: str,
    about: Mapping[str, Any],
    by: Actor,
    why: str = "",
) -> Entry:
    """Keep an encrypted text and record it.

    Args:
        tx: A transaction of ``Database.writing()``.
        study: Id of the study.
        participant: Of whom.
        kind: What it is.
        body: The encrypted text.
        about: What may be told without opening it.
        by: Who gave it.
        why: The reason of a change.
    """
    from lupustrial.capture.store._families import write

    told = {
        "participant": participant,
        "kind": kind,
        "about": dict(about),
        "digest": hashlib.sha256(body.encode()).hexdigest(),
    }
    entry = write(tx, study=study, kind="sealed text kept", by=by, data=told, why=why)
    tx.run("INSERT INTO capture_sealed_text (position, body) VALUES (?, ?)", entry.position, body)
    return entry


def sealed_of(tx: Transaction, participant: str, kind: SealedKind | None = None) -> list[Sealed]:
    """Return the encrypted texts of a participant, of one kind or of all, in order."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM capture_sealed WHERE participant = ? ORDER BY position",  # noqa: S608 - our columns
        participant,
    )
    return [one for one in map(_sealed, rows) if kind in (None, one.kind)]


def sealed_text(tx: Transaction, position: int) -> str | None:
    """Return an encrypted text; None where there is none, or it was erased."""
    row = tx.one("SELECT body FROM capture_sealed_text WHERE position = ?", position)
    return None if row is None else str(row[0])


def erase_sealed(tx: Transaction, *, study: str, sealed: Sealed, by: Actor, why: str) -> Entry:
    """Erase an encrypted text; that it was there, and why it is gone, stays on the ledger."""
    from lupustrial.capture.store._families import write

    data = {"position": sealed.position, "participant": sealed.participant}
    entry = write(tx, study=study, kind="sealed text erased", by=by, data=data, why=why)
    tx.run("DELETE FROM capture_sealed_text WHERE position = ?", sealed.position)
    return entry


def verify_sealed(tx: Transaction, study: str) -> list[Fault]:
    """Return every encrypted text that is not what the ledger says (CAPT-029); empty when all is well."""
    told: dict[int, str] = {}
    for entry in entries(tx):
        if entry.study == study and entry.kind == "sealed text kept":
            told[entry.position] = entry.data["digest"]
        elif entry.study == study and entry.kind == "sealed text erased":
            told.pop(entry.data["position"], None)
    held = {
        int(position): hashlib.sha256(str(body).encode()).hexdigest()
        for position, body in tx.all("SELECT position, body FROM capture_sealed_text")
    }
    return [
        Fault(
            id="CAPT-029",
            message="an encrypted text is lacking, was changed, or is not on the ledger",
            place=f"capture_sealed_text, ledger entry {position}",
            hint="restore it from a backup",
        )
        for position in sorted(told.keys() | held.keys())
        if told.get(position) != held.get(position)
    ]


def _sealed(row: tuple[Any, ...]) -> Sealed:
    return Sealed(
        position=int(row[0]),
        participant=row[1],
        kind=row[2],
        about=json.loads(row[3]),
        digest=row[4],
        erased=bool(row[5]),
        at=row[6],
        by=row[7],
    )


def _kept(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.run(
        f"INSERT INTO capture_sealed ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, 0, ?, ?)",  # noqa: S608 - our columns
        entry.position,
        data["participant"],
        data["kind"],
        canonical(data["about"]),
        data["digest"],
        entry.at,
        entry.by.id,
    )


def _erased(tx: Transaction, entry: Entry) -> None:
    tx.run("UPDATE capture_sealed SET erased = 1 WHERE position = ?", entry.data["position"])


FAMILY = Family(
    tables={
        "capture_sealed": """CREATE TABLE IF NOT EXISTS capture_sealed (
            position BIGINT PRIMARY KEY, participant TEXT NOT NULL, kind TEXT NOT NULL, about TEXT NOT NULL,
            digest TEXT NOT NULL, erased BIGINT NOT NULL, at TEXT NOT NULL, by_whom TEXT NOT NULL)"""
    },
    kept={
        "capture_sealed_text": """CREATE TABLE IF NOT EXISTS capture_sealed_text (
            position BIGINT PRIMARY KEY, body TEXT NOT NULL)"""
    },
    indexes=("CREATE INDEX IF NOT EXISTS capture_sealed_of ON capture_sealed (participant, position)",),
    folds={
        "sealed text kept": _kept,  # {participant, kind, about, digest}
        "sealed text erased": _erased,  # {position, participant}
        "sealed text seen": nothing_to_fold,  # {position, participant, kind}
    },
)
