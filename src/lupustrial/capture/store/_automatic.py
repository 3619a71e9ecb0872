"""Queries that edit checks raised: for which value, and whether that value was mended since."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.capture.store._pages import Place
from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Raised:
    """A query of an edit check.

    Attributes:
        number: Number of the query.
        item: The item.
        origin: Id of the check.
        state: ``"open"``, ``"answered"`` or ``"closed"``.
        seen: The value (and unit) for which it was raised.
        mended: Whether it was closed because the value no longer failed; False where a person closed it.
    """

    number: int
    item: str
    origin: str
    state: str
    seen: str
    mended: bool


def raised_on(tx: Transaction, place: Place) -> list[Raised]:
    """Return the queries that checks raised on a page, in order of opening."""
    rows = tx.all(
        "SELECT q.number, q.item, q.origin, q.state, a.seen, a.mended FROM capture_query q "
        "JOIN capture_automatic a ON a.number = q.number "
        "WHERE q.participant = ? AND q.visit = ? AND q.form = ? AND q.repeat = ? ORDER BY q.number",
        place.participant,
        place.visit,
        place.form,
        place.repeat,
    )
    return [
        Raised(
            number=int(row[0]),
            item=row[1],
            origin=row[2],
            state=row[3],
            seen=row[4],
            mended=bool(row[5]),
        )
        for row in rows
    ]


def _opened(tx: Transaction, entry: Entry) -> None:
    if entry.data["origin"]:
        tx.run(
            "INSERT INTO capture_automatic (number, seen, mended) VALUES (?, ?, 0)",
            entry.position,
            entry.data.get("seen", ""),
        )


def _closed(tx: Transaction, entry: Entry) -> None:
    mended = int(entry.kind == "query closed" and bool(entry.data.get("mended", False)))
    tx.run("UPDATE capture_automatic SET mended = ? WHERE number = ?", mended, entry.data["number"])


FAMILY = Family(
    tables={
        "capture_automatic": """CREATE TABLE IF NOT EXISTS capture_automatic (
            number BIGINT PRIMARY KEY, seen TEXT NOT NULL, mended BIGINT NOT NULL)"""
    },
    folds={
        "query opened": _opened,  # {…, origin: id of the check, seen: value and unit}
        "query closed": _closed,  # {number, text, mended?: true where the value no longer fails}
        "query reopened": _closed,
    },
)
