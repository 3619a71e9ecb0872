"""A form as a table: one row a page, and for each item its value, unit and status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lupustrial.capture.doors.export._selection import Selection
from lupustrial.capture.store import Held, Page, pages_of, participants_of
from lupustrial.ledger import Transaction
from lupustrial.study import Form, Item, Study

#: What a row is about, before the items.
KEYS = ("participant", "site", "visit", "repeat")


def header(items: Sequence[Item]) -> list[str]:
    """Return the names of the columns: ``ITEM``, ``ITEM.unit`` where it has one, ``ITEM.status``."""
    return [*KEYS, *(name for item in items for name in _columns(item))]


def _columns(item: Item) -> list[str]:
    unit = [f"{item.id}.unit"] if item.unit else []
    return [item.id, *unit, f"{item.id}.status"]


def rows(
    tx: Transaction, study: Study, selection: Selection, form: Form, items: Sequence[Item]
) -> Iterator[list[str]]:
    """Give one row a page, in order of participant, visit and repeat; pages without a value are left out."""
    order = {visit.id: place for place, visit in enumerate(study.visits)}
    for person in participants_of(tx, selection.sites):
        pages = pages_of(tx, person.participant, form=form.id)
        pages.sort(key=lambda page: (order.get(page.place.visit, len(order)), page.place))
        for page in pages:
            if selection.has_visit(page.place.visit) and any(item.id in page.items for item in items):
                yield _row(page, items)


def _row(page: Page, items: Sequence[Item]) -> list[str]:
    place = page.place
    cells = [place.participant, page.site, place.visit, str(place.repeat)]
    for item in items:
        held = page.items.get(item.id)
        unit = [(held.unit if held else "") or ""] if item.unit else []
        cells += [(held.value if held else "") or "", *unit, _status(held)]
    return cells


def _status(held: Held | None) -> str:
    """Return nothing beside a value or a gap, else the status, with its reason behind a colon."""
    if held is None or held.status == "entered":
        return ""
    return f"{held.status}: {held.reason}" if held.reason else held.status
