"""Visits of a participant: which were begun, when they took place, under which version of the protocol."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitHeld:
    """A visit of which something is held.

    Attributes:
        participant: Of whom.
        visit: Id of the visit.
        number: VISITNUM as text, e.g. ``"4"``, or ``"4.1"`` for an unscheduled one.
        date: When it took place, ISO 8601; None where that is not told (yet).
        version: Version of the protocol under which it is done.
    """

    participant: str
    visit: str
    number: str
    date: str | None
    version: str


_COLUMNS = "participant, visit, number, date, version"


def visits_of(tx: Transaction, participant: str) -> list[VisitHeld]:
    """Return the visits of a participant of which something is held, in order of their numbers."""
    rows = tx.all(f"SELECT {_COLUMNS} FROM capture_visit WHERE participant = ?", participant)  # noqa: S608 - our columns
    return sorted((_held(row) for row in rows), key=lambda held: float(held.number))


def every_visit(tx: Transaction) -> dict[str, list[VisitHeld]]:
    """Return the same of every participant, by participant."""
    rows = tx.all(f"SELECT {_COLUMNS} FROM capture_visit ORDER BY participant, visit")  # noqa: S608 - our columns
    found: dict[str, list[VisitHeld]] = {}
    for row in rows:
        found.setdefault(str(row[0]), []).append(_held(row))
    return found


def visits_among(tx: Transaction, participants: Collection[str]) -> dict[str, list[VisitHeld]]:
    """Return the same of some participants, by participant; who has none is absent."""
    if not participants:
        return {}
    marks = ", ".join("?" for _ in participants)
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM capture_visit WHERE participant IN ({marks}) ORDER BY participant, visit",  # noqa: S608 - our columns
        *participants,
    )
    found: dict[str, list[VisitHeld]] = {}
    for row in rows:
        found.setdefault(str(row[0]), []).append(_held(row))
    return found


def visit_held(tx: Transaction, participant: str, visit: str) -> VisitHeld | None:
    """Return one visit; None where nothing is held of it."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM capture_visit WHERE participant = ? AND visit = ?",  # noqa: S608 - our columns
        participant,
        visit,
    )
    return None if row is None else _held(row)


def _held(row: tuple[Any, ...]) -> VisitHeld:
    return VisitHeld(participant=row[0], visit=row[1], number=row[2], date=row[3], version=row[4])


def _opened(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.run(
        f"INSERT INTO capture_visit ({_COLUMNS}) VALUES (?, ?, ?, NULL, ?)",  # noqa: S608 - our columns
        data["participant"],
        data["visit"],
        data["number"],
        data["version"],
    )


FAMILY = Family(folds={"unscheduled visit opened": _opened})  # {participant, visit, number, version}
