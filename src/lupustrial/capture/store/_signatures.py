"""Signatures as they are kept: what was signed, by whom, in which meaning, and whether it still holds.

The row tells what the ledger entry says; whether the signature is genuine is told by its bytes
(``_signed.py``). A change of a signed value, a signed page that is struck out, and a page that is added where
everything was signed, each break the signature: the row stays and names the entry that broke it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from lupustrial.capture.store._pages import Place
from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction, canonical

Scope = Literal["page", "visit", "participant"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """A signature.

    Attributes:
        number: Its number: the ledger position of its entry.
        place: What was signed: a page; a visit (form empty, repeat 0); a participant (visit empty too).
        site: Site of the participant.
        by: Which account signed.
        name: The printed name of the signer.
        role: The role in which was signed.
        meaning: What the signature means, in words.
        at: When, UTC.
        payload: The canonical JSON over which the signature was made.
        signature: Its 64 bytes, hexadecimal.
        public: The key that verifies it, hexadecimal.
        broken: Ledger position of the change that broke it; None while it holds.
    """

    number: int
    place: Place
    site: str
    by: str
    name: str
    role: str
    meaning: str
    at: str
    payload: str
    signature: str
    public: str
    broken: int | None

    @property
    def scope(self) -> Scope:
        """How much was signed."""
        return "page" if self.place.form else "visit" if self.place.visit else "participant"


_COLUMNS = (
    "number, participant, visit, form, repeat, site, person, name, role, meaning, at, payload, signature, "
    "public, broken"
)


def signature_of(tx: Transaction, number: int) -> Signature | None:
    """Return a signature; None where there is none with this number."""
    row = tx.one(f"SELECT {_COLUMNS} FROM capture_signature WHERE number = ?", number)  # noqa: S608 - our columns
    return None if row is None else _signature(row)


def signatures_on(tx: Transaction, place: Place) -> list[Signature]:
    """Return the signatures that cover a page, broken ones among them, in order of signing.

    Signatures of a visit or participant cover the pages that they name.
    """
    rows = tx.all(
        f"SELECT {', '.join('s.' + name for name in _COLUMNS.split(', '))} "  # noqa: S608 - our columns
        "FROM capture_signed AS p JOIN capture_signature AS s ON s.number = p.number "
        "WHERE p.participant = ? AND p.visit = ? AND p.form = ? AND p.repeat = ? ORDER BY s.number",
        place.participant,
        place.visit,
        place.form,
        place.repeat,
    )
    return [_signature(row) for row in rows]


def signatures_of(tx: Transaction, participant: str | None = None) -> list[Signature]:
    """Return the signatures of a participant's data, or all, in order of signing."""
    where, parameters = ("", ()) if participant is None else ("WHERE participant = ? ", (participant,))
    rows = tx.all(f"SELECT {_COLUMNS} FROM capture_signature {where}ORDER BY number", *parameters)  # noqa: S608 - our columns
    return [_signature(row) for row in rows]


def pages_signed(tx: Transaction, number: int) -> list[Place]:
    """Return the pages that a signature covers, in order."""
    rows = tx.all(
        "SELECT participant, visit, form, repeat FROM capture_signed WHERE number = ? "
        "ORDER BY visit, form, repeat",
        number,
    )
    return [Place(participant=row[0], visit=row[1], form=row[2], repeat=int(row[3])) for row in rows]


def every_page_signed(tx: Transaction) -> set[Place]:
    """Return every page that a signature covers which still holds."""
    rows = tx.all(
        "SELECT p.participant, p.visit, p.form, p.repeat FROM capture_signed AS p "
        "JOIN capture_signature AS s ON s.number = p.number WHERE s.broken IS NULL"
    )
    return {Place(participant=row[0], visit=row[1], form=row[2], repeat=int(row[3])) for row in rows}


def _signature(row: tuple[Any, ...]) -> Signature:
    return Signature(
        number=int(row[0]),
        place=Place(participant=row[1], visit=row[2], form=row[3], repeat=int(row[4])),
        site=row[5],
        by=row[6],
        name=row[7],
        role=row[8],
        meaning=row[9],
        at=row[10],
        payload=row[11],
        signature=row[12],
        public=row[13],
        broken=None if row[14] is None else int(row[14]),
    )


def _signed(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    payload = json.loads(data["payload"])
    tx.run(
        f"INSERT INTO capture_signature ({_COLUMNS}, left_out) "  # noqa: S608 - our columns
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
        entry.position,
        data["participant"],
        data["visit"],
        data["form"],
        data["repeat"],
        data["site"],
        entry.by.id,
        payload["name"],
        entry.by.role,
        payload["meaning"],
        entry.at,
        data["payload"],
        data["signature"],
        data["public"],
        canonical(payload["left_out"]),
    )
    tx.many(
        "INSERT INTO capture_signed (number, participant, visit, form, repeat) VALUES (?, ?, ?, ?, ?)",
        [(entry.position, data["participant"], *page) for page in payload["pages"]],
    )


def _touched(tx: Transaction, entry: Entry) -> None:
    """Break what a change of a page breaks."""
    data = entry.data
    if entry.kind == "page saved" and not data["changes"]:
        return
    key = (data["participant"], data["visit"], data["form"], data["repeat"])
    tx.run(
        "UPDATE capture_signature SET broken = ? WHERE broken IS NULL AND number IN (SELECT number "
        "FROM capture_signed WHERE participant = ? AND visit = ? AND form = ? AND repeat = ?)",
        entry.position,
        *key,
    )
    wider = tx.all(
        "SELECT number, left_out FROM capture_signature "
        "WHERE participant = ? AND visit IN (?, '') AND form = '' AND broken IS NULL",
        data["participant"],
        data["visit"],
    )
    for number, left_out in wider:
        if data["form"] not in json.loads(left_out):  # a page that was not there when all was signed
            tx.run("UPDATE capture_signature SET broken = ? WHERE number = ?", entry.position, number)


FAMILY = Family(
    tables={
        "capture_signature": """CREATE TABLE IF NOT EXISTS capture_signature (
            number BIGINT PRIMARY KEY, participant TEXT NOT NULL, visit TEXT NOT NULL, form TEXT NOT NULL,
            repeat BIGINT NOT NULL, site TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL,
            role TEXT NOT NULL, meaning TEXT NOT NULL, at TEXT NOT NULL, payload TEXT NOT NULL,
            signature TEXT NOT NULL, public TEXT NOT NULL, broken BIGINT, left_out TEXT NOT NULL)""",
        "capture_signed": """CREATE TABLE IF NOT EXISTS capture_signed (
            participant TEXT NOT NULL, visit TEXT NOT NULL, form TEXT NOT NULL, repeat BIGINT NOT NULL,
            number BIGINT NOT NULL, PRIMARY KEY (participant, visit, form, repeat, number))""",
    },
    indexes=(
        "CREATE INDEX IF NOT EXISTS capture_signature_of ON capture_signature (participant, visit, form)",
        "CREATE INDEX IF NOT EXISTS capture_signed_by ON capture_signed (number)",
    ),
    folds={
        # {participant, site, visit, form, repeat, payload, signature, public}; empty = all, repeat 0
        "signed": _signed,
        "page saved": _touched,
        "page struck": _touched,
        "page restored": _touched,
    },
)
