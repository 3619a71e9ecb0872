"""Freezes and locks: what may not be changed, from one page up to the whole database.

A freeze is lifted while the trial runs; a lock is lifted with a reason that the ledger keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from lupustrial.capture.store._pages import Place
from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction

Kind = Literal["frozen", "locked"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A freeze or a lock.

    Attributes:
        position: The ledger entry that set it; its number.
        kind: Which.
        participant: Of whom; empty for everybody.
        visit: Of which visit; empty for all.
        form: Of which form; empty for all.
        repeat: Of which repeat; 0 for all.
    """

    position: int
    kind: Kind
    participant: str
    visit: str
    form: str
    repeat: int


_COLUMNS = "position, kind, participant, visit, form, repeat"


def hold_on(tx: Transaction, place: Place) -> Hold | None:
    """Return what keeps a page from being changed, a lock before a freeze; None where it can be changed."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM capture_hold WHERE participant IN (?, '') "  # noqa: S608 - our columns
        "AND visit IN (?, '') AND form IN (?, '') AND repeat IN (?, 0) ORDER BY kind DESC, position LIMIT 1",
        place.participant,
        place.visit,
        place.form,
        place.repeat,
    )
    return None if row is None else _hold(row)


def holds(tx: Transaction, participant: str | None = None) -> list[Hold]:
    """Return the holds on a participant's data (those on everybody's among them), or all of them."""
    rows = tx.all(f"SELECT {_COLUMNS} FROM capture_hold ORDER BY position")  # noqa: S608 - our columns
    found = [_hold(row) for row in rows]
    return [hold for hold in found if participant is None or hold.participant in ("", participant)]


def _hold(row: tuple[Any, ...]) -> Hold:
    return Hold(
        position=int(row[0]), kind=row[1], participant=row[2], visit=row[3], form=row[4], repeat=int(row[5])
    )


def _set(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.run(
        f"INSERT INTO capture_hold ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - our columns
        entry.position,
        data["hold"],
        data["participant"],
        data["visit"],
        data["form"],
        data["repeat"],
    )


def _lifted(tx: Transaction, entry: Entry) -> None:
    tx.run("DELETE FROM capture_hold WHERE position = ?", entry.data["position"])


FAMILY = Family(
    tables={
        "capture_hold": """CREATE TABLE IF NOT EXISTS capture_hold (
            position BIGINT PRIMARY KEY, kind TEXT NOT NULL, participant TEXT NOT NULL, visit TEXT NOT NULL,
            form TEXT NOT NULL, repeat BIGINT NOT NULL)"""
    },
    indexes=(
        "CREATE INDEX IF NOT EXISTS capture_hold_of ON capture_hold (participant, visit, form, repeat)",
    ),
    folds={
        "hold set": _set,  # {hold: frozen | locked, participant, visit, form, repeat}; empty = all
        "hold lifted": _lifted,  # {position}
    },
)
