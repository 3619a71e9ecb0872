"""Queries: a question on an item, from opening to closing, with everything that was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lupustrial.capture.store._pages import Place
from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction

QueryState = Literal["open", "answered", "closed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A query.

    Attributes:
        number: Its number: the ledger position of its opening.
        place: The page.
        item: The item; empty for a query on the page as a whole.
        site: Site of the participant.
        origin: Id of the edit check that raised it; empty where a person did.
        state: How far it has come.
        text: The question.
        opened: When, UTC.
        opened_by: By which account.
        opened_as: In which role.
        changed: When something last happened to it, UTC.
    """

    number: int
    place: Place
    item: str
    site: str
    origin: str
    state: QueryState
    text: str
    opened: str
    opened_by: str
    opened_as: str
    changed: str


_COLUMNS = (
    "number, participant, visit, form, repeat, item, site, origin, state, text, "
    "opened, opened_by, opened_as, changed"
)


def query_of(tx: Transaction, number: int) -> Query | None:
    """Return a query; None where there is none with this number."""
    row = tx.one(f"SELECT {_COLUMNS} FROM capture_query WHERE number = ?", number)  # noqa: S608 - our columns
    return None if row is None else _query(row)


def queries_on(tx: Transaction, place: Place) -> list[Query]:
    """Return the queries on a page, in order of opening."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM capture_query "  # noqa: S608 - our columns
        "WHERE participant = ? AND visit = ? AND form = ? AND repeat = ? ORDER BY number",
        place.participant,
        place.visit,
        place.form,
        place.repeat,
    )
    return [_query(row) for row in rows]


def queries_in(tx: Transaction, states: Sequence[str]) -> list[Query]:
    """Return the queries that are in one of some states, in order of opening."""
    marks = ", ".join("?" * len(states))
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM capture_query WHERE state IN ({marks}) ORDER BY number",  # noqa: S608 - our columns
        *states,
    )
    return [_query(row) for row in rows]


def _query(row: tuple[Any, ...]) -> Query:
    return Query(
        number=int(row[0]),
        place=Place(participant=row[1], visit=row[2], form=row[3], repeat=int(row[4])),
        item=row[5],
        site=row[6],
        origin=row[7],
        state=row[8],
        text=row[9],
        opened=row[10],
        opened_by=row[11],
        opened_as=row[12],
        changed=row[13],
    )


def _opened(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.run(
        f"INSERT INTO capture_query ({_COLUMNS}) "  # noqa: S608 - our columns
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?)",
        entry.position,
        data["participant"],
        data["visit"],
        data["form"],
        data["repeat"],
        data["item"],
        data["site"],
        data["origin"],
        data["text"],
        entry.at,
        entry.by.id,
        entry.by.role,
        entry.at,
    )


def _moved(tx: Transaction, entry: Entry) -> None:
    state = {"query answered": "answered", "query closed": "closed", "query reopened": "open"}[entry.kind]
    tx.run(
        "UPDATE capture_query SET state = ?, changed = ? WHERE number = ?",
        state,
        entry.at,
        entry.data["number"],
    )


FAMILY = Family(
    tables={
        "capture_query": """CREATE TABLE IF NOT EXISTS capture_query (
            number BIGINT PRIMARY KEY, participant TEXT NOT NULL, visit TEXT NOT NULL, form TEXT NOT NULL,
            repeat BIGINT NOT NULL, item TEXT NOT NULL, site TEXT NOT NULL, origin TEXT NOT NULL,
            state TEXT NOT NULL, text TEXT NOT NULL, opened TEXT NOT NULL, opened_by TEXT NOT NULL,
            opened_as TEXT NOT NULL, changed TEXT NOT NULL)"""
    },
    indexes=(
        "CREATE INDEX IF NOT EXISTS capture_query_at ON capture_query (participant, visit, form, repeat)",
        "CREATE INDEX IF NOT EXISTS capture_query_state ON capture_query (state, site, number)",
    ),
    folds={
        "query opened": _opened,  # {participant, visit, form, repeat, item, site, origin, text}
        "query answered": _moved,  # {number, text}
        "query closed": _moved,  # {number, text}
        "query reopened": _moved,  # {number, text}
    },
)
