"""Pages: a form filled in for a participant at a visit, with what each item holds now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction, canonical

#: ``"started"``: saved with gaps; ``"complete"``: everything that is asked has an answer.
State = Literal["started", "complete"]


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Place:
    """Where a page belongs."""

    participant: str
    visit: str
    form: str
    repeat: int = 1

    def __str__(self) -> str:
        """Render for a message."""
        repeat = f" no. {self.repeat}" if self.repeat > 1 else ""
        return f"participant {self.participant}, visit {self.visit}, form {self.form}{repeat}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What an item holds: a source record without its keys.

    Attributes:
        value: The text as recorded; None unless `status` is ``entered``.
        unit: The unit in which it was recorded; None where there is none.
        status: One of ``lupustrial.study.STATUSES``.
        at: When, UTC.
        by: Which account.
        reason: Why it is not done, or why it was changed.
        position: The ledger entry that says so.
    """

    value: str | None
    unit: str | None
    status: str
    at: str
    by: str
    reason: str
    position: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page.

    Attributes:
        place: Where it belongs.
        site: Site of the participant.
        version: Version of the protocol under which the visit was done.
        state: Whether something is lacking.
        removed: Whether the repeat was struck out; its values stay.
        revision: Ledger position of its last change; somebody who changes it says from which revision.
        items: What each item holds, by item id. An item that was never answered is absent.
    """

    place: Place
    site: str
    version: str
    state: State
    removed: bool
    revision: int
    items: Mapping[str, Held]


_COLUMNS = "participant, visit, form, repeat, site, version, state, removed, revision, items"


def page_at(tx: Transaction, place: Place) -> Page | None:
    """Return a page; None where nothing was saved."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM capture_page "  # noqa: S608 - our columns
        "WHERE participant = ? AND visit = ? AND form = ? AND repeat = ?",
        place.participant,
        place.visit,
        place.form,
        place.repeat,
    )
    return None if row is None else _page(row)


def pages_of(
    tx: Transaction,
    participant: str,
    *,
    visit: str | None = None,
    form: str | None = None,
    removed: bool = False,
) -> list[Page]:
    """Return the pages of a participant, of one visit and form or of all; struck ones where asked for."""
    conditions, parameters = ["participant = ?"], [participant]
    for column, wanted in (("visit", visit), ("form", form)):
        if wanted is not None:
            conditions.append(f"{column} = ?")
            parameters.append(wanted)
    if not removed:
        conditions.append("removed = 0")
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM capture_page WHERE {' AND '.join(conditions)} "  # noqa: S608 - our columns
        "ORDER BY visit, form, repeat",
        *parameters,
    )
    return [_page(row) for row in rows]


def pages_since(tx: Transaction, form: str, revision: int) -> list[Page]:
    """Return the pages of a form, struck ones among them, that were changed after a ledger position."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM capture_page WHERE form = ? AND revision > ? ORDER BY revision",  # noqa: S608 - our columns
        form,
        revision,
    )
    return [_page(row) for row in rows]


def _page(row: tuple[Any, ...]) -> Page:
    place = Place(participant=row[0], visit=row[1], form=row[2], repeat=int(row[3]))
    return Page(
        place=place,
        site=row[4],
        version=row[5],
        state=row[6],
        removed=bool(row[7]),
        revision=int(row[8]),
        items={
            item: Held(
                value=held[0],
                unit=held[1],
                status=held[2],
                at=held[3],
                by=held[4],
                reason=held[5],
                position=held[6],
            )
            for item, held in json.loads(row[9]).items()
        },
    )


def _saved(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    key = (data["participant"], data["visit"], data["form"], data["repeat"])
    row = tx.one(
        "SELECT items FROM capture_page WHERE participant = ? AND visit = ? AND form = ? AND repeat = ?", *key
    )
    items: dict[str, list[Any]] = {} if row is None else json.loads(row[0])
    for item, change in data["changes"].items():
        to = change["to"]
        if to is None:
            items.pop(item, None)
            continue
        items[item] = [
            to["value"], to["unit"], to["status"], entry.at, entry.by.id, change["why"], entry.position
        ]  # fmt: skip
    tx.run(
        "INSERT INTO capture_page "
        "(participant, visit, form, repeat, site, version, state, removed, revision, items) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?) ON CONFLICT (participant, visit, form, repeat) DO UPDATE SET "
        "version = excluded.version, state = excluded.state, removed = 0, revision = excluded.revision, "
        "items = excluded.items",
        *key,
        data["site"],
        data["version"],
        data["state"],
        entry.position,
        canonical(items),
    )
    _dated(tx, data)


def _dated(tx: Transaction, data: Mapping[str, Any]) -> None:
    """Keep the date of the visit, where the page tells it: `visited` = {date, number, baseline}."""
    visited = data.get("visited")
    if visited is None:
        return
    participant, visit = data["participant"], data["visit"]
    tx.run(
        "INSERT INTO capture_visit (participant, visit, number, date, version) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (participant, visit) DO UPDATE SET date = excluded.date, version = excluded.version",
        participant,
        visit,
        visited["number"],
        visited["date"],
        data["version"],
    )
    if visited["baseline"]:
        tx.run(
            "UPDATE capture_participant SET anchor = ? WHERE participant = ?", visited["date"], participant
        )
    rows = tx.all(
        "SELECT visit, number, date FROM capture_visit WHERE participant = ? AND date IS NOT NULL",
        participant,
    )
    last = max(rows, key=lambda row: float(row[1]), default=(None, None, None))
    tx.run(
        "UPDATE capture_participant SET last_visit = ?, last_number = ?, last_date = ? WHERE participant = ?",
        *last,
        participant,
    )


def _struck(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.run(
        "UPDATE capture_page SET removed = ?, revision = ? "
        "WHERE participant = ? AND visit = ? AND form = ? AND repeat = ?",
        int(entry.kind == "page struck"),
        entry.position,
        data["participant"],
        data["visit"],
        data["form"],
        data["repeat"],
    )


FAMILY = Family(
    tables={
        "capture_page": """CREATE TABLE IF NOT EXISTS capture_page (
            participant TEXT NOT NULL, visit TEXT NOT NULL, form TEXT NOT NULL, repeat BIGINT NOT NULL,
            site TEXT NOT NULL, version TEXT NOT NULL, state TEXT NOT NULL, removed BIGINT NOT NULL,
            revision BIGINT NOT NULL, items TEXT NOT NULL,
            PRIMARY KEY (participant, visit, form, repeat))""",
        "capture_visit": """CREATE TABLE IF NOT EXISTS capture_visit (
            participant TEXT NOT NULL, visit TEXT NOT NULL, number TEXT NOT NULL, date TEXT,
            version TEXT NOT NULL, PRIMARY KEY (participant, visit))""",
    },
    indexes=(
        "CREATE INDEX IF NOT EXISTS capture_page_form ON capture_page (form, visit, site)",
        "CREATE INDEX IF NOT EXISTS capture_page_since ON capture_page (form, revision)",
    ),
    folds={
        # {participant, site, visit, form, repeat, version, state, changes: {ITEM: {from, to, why}}, visited?}
        "page saved": _saved,
        "page struck": _struck,  # {participant, visit, form, repeat}
        "page restored": _struck,
    },
)
