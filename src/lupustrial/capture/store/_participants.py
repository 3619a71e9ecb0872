"""Participants: registered at a site, never by name; how far each has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Participant:
    """A participant as far as the schedule needs to know.

    Attributes:
        participant: Participant number.
        site: Id of the site.
        registered: When, UTC.
        state: ``"screening"``, ``"enrolled"`` (allocated), ``"completed"``, ``"withdrawn"`` or
            ``"screen failure"``.
        anchor: Date of the baseline visit, ISO 8601; None before it.
        last_visit: Id of the visit with the highest number that has a date; None before the first.
        last_number: Its number (VISITNUM as text, e.g. ``"4"`` or ``"4.1"``).
        last_date: Its date.
    """

    participant: str
    site: str
    registered: str
    state: str
    anchor: str | None
    last_visit: str | None
    last_number: str | None
    last_date: str | None


_COLUMNS = "participant, site, registered, state, anchor, last_visit, last_number, last_date"


def participant_of(tx: Transaction, participant: str) -> Participant | None:
    """Return a participant; None where nobody has this number."""
    row = tx.one(f"SELECT {_COLUMNS} FROM capture_participant WHERE participant = ?", participant)  # noqa: S608 - our columns
    return None if row is None else _participant(row)


def participants_of(tx: Transaction, sites: frozenset[str] | None = None) -> list[Participant]:
    """Return the participants of some sites (None: of all), in order of their numbers."""
    rows = tx.all(f"SELECT {_COLUMNS} FROM capture_participant ORDER BY participant")  # noqa: S608 - our columns
    return [_participant(row) for row in rows if sites is None or row[1] in sites]


def _participant(row: tuple[Any, ...]) -> Participant:
    return Participant(
        participant=row[0],
        site=row[1],
        registered=row[2],
        state=row[3],
        anchor=row[4],
        last_visit=row[5],
        last_number=row[6],
        last_date=row[7],
    )


def _registered(tx: Transaction, entry: Entry) -> None:
    tx.run(
        "INSERT INTO capture_participant (participant, site, registered, state) "
        "VALUES (?, ?, ?, 'screening')",
        entry.data["participant"],
        entry.data["site"],
        entry.at,
    )


def _moved(tx: Transaction, entry: Entry) -> None:
    tx.run(
        "UPDATE capture_participant SET state = ? WHERE participant = ?",
        entry.data["state"],
        entry.data["participant"],
    )


FAMILY = Family(
    tables={
        "capture_participant": """CREATE TABLE IF NOT EXISTS capture_participant (
            participant TEXT PRIMARY KEY, site TEXT NOT NULL, registered TEXT NOT NULL, state TEXT NOT NULL,
            anchor TEXT, last_visit TEXT, last_number TEXT, last_date TEXT)"""
    },
    indexes=(
        "CREATE INDEX IF NOT EXISTS capture_participant_site ON capture_participant (site, participant)",
    ),
    folds={
        "participant registered": _registered,  # {participant, site}
        "participant state": _moved,  # {participant, state}
    },
)
