"""The layout of a form: one row a page; ``ITEM``, ``ITEM.unit``, ``ITEM.status`` for each item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lupustrial.capture.doors.intake._options import Options
from lupustrial.capture.doors.intake._people import People
from lupustrial.capture.doors.intake._read import read_value
from lupustrial.capture.doors.intake._table import Faults, Row, Table, shown
from lupustrial.capture.doors.intake._values import Value, form_items, status_in, units_of
from lupustrial.capture.store import Place
from lupustrial.errors import closest
from lupustrial.study import Form, Item

_KEYS = ("participant", "site", "visit", "repeat")
_NEEDED = ("participant", "visit")
_PARTS = ("unit", "status", "reason")


@dataclass(frozen=True, kw_only=True)
class _Columns:
    """Where each item stands: by part (value, unit, status, reason), the place in a row."""

    keys: Mapping[str, int]
    items: Mapping[str, Mapping[str, int]]


def form_values(table: Table, form: Form, people: People, options: Options, faults: Faults) -> list[Value]:
    """Read a table in the layout of a form (CAPT-069 to CAPT-071)."""
    columns = _columns(table, form, faults)
    if columns is None:
        return []
    found: list[Value] = []
    seen: dict[Place, int] = {}
    for row in table.rows:
        keys = {name: row.cells[place] for name, place in columns.keys.items()}
        at = table.place(row.number)
        place = people.place(
            faults,
            at,
            participant=keys["participant"],
            visit=keys["visit"],
            form=form,
            repeat=keys.get("repeat", ""),
            site=keys.get("site", ""),
        )
        if place is None:
            continue
        if place in seen:
            faults.add("CAPT-071", f"the same page stands in row {seen[place]}", at, "keep one row")
            continue
        seen[place] = row.number
        for name, item in form_items(form).items():
            if name in columns.items:
                value = _value(table, row, place, item, columns.items[name], options, faults)
                if value is not None:
                    found.append(value)
    return found


def _columns(table: Table, form: Form, faults: Faults) -> _Columns | None:
    before = len(faults.found)
    items = form_items(form)
    keys: dict[str, int] = {}
    parts: dict[str, dict[str, int]] = {}
    known = [*_KEYS, *(name for item in items for name in (item, *(f"{item}.{part}" for part in _PARTS)))]
    header = table.place(1)
    for place, name in enumerate(table.header):
        item, _, part = name.partition(".")
        if name in _KEYS:
            keys[name] = place
        elif item in items and part in ("", *_PARTS):
            parts.setdefault(item, {})[part or "value"] = place
        else:
            hint = closest(name, known) or f"columns of {form.id}: {', '.join(known[:12])}, …"
            faults.add("CAPT-069", f"form {form.id} has no column `{shown(name)}`", header, hint)
    for name in _NEEDED:
        if name not in keys:
            faults.add("CAPT-069", f"the column `{name}` is missing", header, "add it")
    for item, has in parts.items():
        if "value" not in has:
            faults.add("CAPT-069", f"the column `{item}` is missing", header, f"add it beside {item}.…")
    if not parts and len(faults.found) == before:
        faults.add("CAPT-069", f"there is no column of an item of {form.id}", header, "add one")
    return _Columns(keys=keys, items=parts) if len(faults.found) == before else None


def _value(
    table: Table,
    row: Row,
    place: Place,
    item: Item,
    columns: Mapping[str, int],
    options: Options,
    faults: Faults,
) -> Value | None:
    cells = {part: row.cells[column] for part, column in columns.items()}
    at = table.place(row.number, item.id)
    status = status_in(cells.get("status", ""))
    if status is None:
        hint = "leave it empty, or write not done, unknown or not applicable, and the reason behind a colon"
        where = table.place(row.number, f"{item.id}.status")
        faults.add("CAPT-070", f"`{shown(cells['status'])}` is no status", where, hint)
        return None
    text = cells["value"]
    if status[0] == "entered" and not text:
        return None  # an empty cell says nothing of the item
    if status[0] != "entered" and text:
        faults.add("CAPT-070", f"a value beside the status {status[0]}", at, "remove one of them")
        return None
    return read_value(
        item,
        cells,
        status,
        place=place,
        at=at,
        row=row.number,
        column=item.id,
        ask=f"add a column `{item.id}.unit`: {', '.join(units_of(item))}",
        options=options,
        faults=faults,
    )
