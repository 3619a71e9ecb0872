"""Source-data verification: which value of which item was compared with its source, by whom.

What is verified is a value, not an item: the row keeps the ledger position of the value that was seen. A
later change of it leaves the row and marks it lost, so that everybody sees that the comparison has to be made
again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lupustrial.capture.store._pages import Place
from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """A comparison with source.

    Attributes:
        place: The page.
        item: The item.
        position: Ledger position of the value that was compared.
        entry: The ledger entry of the comparison.
        at: When, UTC.
        by: By which account.
        lost: Ledger position of the change by which it was lost; None while it holds.
    """

    place: Place
    item: str
    position: int
    entry: int
    at: str
    by: str
    lost: int | None


_COLUMNS = "participant, visit, form, repeat, item, position, entry, at, person, lost"


def verifications_of(tx: Transaction, participant: str, place: Place | None = None) -> list[Verification]:
    """Return the comparisons of a participant's items, of one page or of all; lost ones among them."""
    where: str = ""
    of: tuple[Any, ...] = ()
    if place is not None:
        where, of = " AND visit = ? AND form = ? AND repeat = ?", (place.visit, place.form, place.repeat)
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM capture_verified WHERE participant = ?{where} "  # noqa: S608 - our columns
        "ORDER BY visit, form, repeat, item",
        participant,
        *of,
    )
    return [_verification(row) for row in rows]


def _verification(row: tuple[Any, ...]) -> Verification:
    return Verification(
        place=Place(participant=row[0], visit=row[1], form=row[2], repeat=int(row[3])),
        item=row[4],
        position=int(row[5]),
        entry=int(row[6]),
        at=row[7],
        by=row[8],
        lost=None if row[9] is None else int(row[9]),
    )


def _verified(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.many(
        f"INSERT INTO capture_verified ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL) "  # noqa: S608 - our columns
        "ON CONFLICT (participant, visit, form, repeat, item) DO UPDATE SET position = excluded.position, "
        "entry = excluded.entry, at = excluded.at, person = excluded.person, lost = NULL",
        [
            (data["participant"], visit, form, repeat, item, position, entry.position, entry.at, entry.by.id)
            for visit, form, repeat, item, position in data["items"]
        ],
    )


def _withdrawn(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    keys = [(data["participant"], visit, form, repeat, item) for visit, form, repeat, item in data["items"]]
    _each(
        tx,
        "DELETE FROM capture_verified "
        "WHERE participant = ? AND visit = ? AND form = ? AND repeat = ? AND item = ?",
        keys,
    )


def _changed(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    page = (data["participant"], data["visit"], data["form"], data["repeat"])
    seen = tx.all(
        "SELECT item FROM capture_verified "
        "WHERE participant = ? AND visit = ? AND form = ? AND repeat = ? AND lost IS NULL",
        *page,
    )
    keys = [(entry.position, *page, item) for (item,) in seen if item in data["changes"]]
    _each(
        tx,
        "UPDATE capture_verified SET lost = ? "
        "WHERE participant = ? AND visit = ? AND form = ? AND repeat = ? AND item = ?",
        keys,
    )


def _each(tx: Transaction, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        tx.many(statement, rows)


FAMILY = Family(
    tables={
        "capture_verified": """CREATE TABLE IF NOT EXISTS capture_verified (
            participant TEXT NOT NULL, visit TEXT NOT NULL, form TEXT NOT NULL, repeat BIGINT NOT NULL,
            item TEXT NOT NULL, position BIGINT NOT NULL, entry BIGINT NOT NULL, at TEXT NOT NULL,
            person TEXT NOT NULL, lost BIGINT, PRIMARY KEY (participant, visit, form, repeat, item))"""
    },
    folds={
        "verified": _verified,  # {participant, site, sampling, items: [[visit, form, repeat, item, at]]}
        "verification withdrawn": _withdrawn,  # {participant, site, items: [[visit, form, repeat, item]]}
        "page saved": _changed,
    },
)
