"""The layout of source records: one row an item value (``lupustrial.study.RECORD_SCHEMA``)."""

from __future__ import annotations

from lupustrial.capture.doors.intake._options import Options
from lupustrial.capture.doors.intake._people import People
from lupustrial.capture.doors.intake._read import read_value
from lupustrial.capture.doors.intake._table import Faults, Row, Table, shown
from lupustrial.capture.doors.intake._values import Value, form_items, status_in, units_of
from lupustrial.capture.store import Place
from lupustrial.errors import closest
from lupustrial.study import RECORD_SCHEMA, Form, Item, Study

_NEEDED = ("participant", "visit", "form", "item", "value")


def record_values(table: Table, people: People, options: Options, faults: Faults) -> list[Value]:
    """Read a table of source records (CAPT-069 to CAPT-071).

    When, by whom and at which position of a ledger a record was made is not taken over: whoever brings the
    file in answers for it, now.
    """
    columns = {name: place for place, name in enumerate(table.header)}
    header = table.place(1)
    for name in table.header:
        if name not in RECORD_SCHEMA:
            hint = closest(name, list(RECORD_SCHEMA)) or f"known: {', '.join(RECORD_SCHEMA)}"
            faults.add("CAPT-069", f"source records have no column `{shown(name)}`", header, hint)
    for name in _NEEDED:
        if name not in columns:
            faults.add("CAPT-069", f"the column `{name}` is missing", header, "add it")
    if any(name not in RECORD_SCHEMA for name in table.header) or not set(_NEEDED) <= set(columns):
        return []
    found: list[Value] = []
    seen: dict[tuple[Place, str], int] = {}
    for row in table.rows:
        value = _value(table, row, columns, people, options, faults)
        if value is None:
            continue
        key = (value.place, value.item)
        if key in seen:
            message = f"the same item of the same page stands in row {seen[key]}"
            faults.add("CAPT-071", message, value.at, "keep one row")
            continue
        seen[key] = row.number
        found.append(value)
    return found


def _value(
    table: Table, row: Row, columns: dict[str, int], people: People, options: Options, faults: Faults
) -> Value | None:
    cells = {name: row.cells[place] for name, place in columns.items()}
    known = _named(table, row, cells, people.study, faults)
    if known is None:
        return None
    form, item = known
    repeat = cells.get("repeat", "") or ("" if form.repeating else "1")
    place = people.place(
        faults,
        table.place(row.number),
        participant=cells["participant"],
        visit=cells["visit"],
        form=form,
        repeat=repeat,
        site=cells.get("site", ""),
    )
    at = table.place(row.number, "value")
    status = status_in(cells.get("status", ""))
    if status is None:
        where = table.place(row.number, "status")
        faults.add("CAPT-070", f"`{shown(cells['status'])}` is no status", where, "see the codebook")
    if place is None or status is None:
        return None
    text = cells["value"]
    if bool(text) != (status[0] == "entered"):
        message = f"a value beside the status {status[0]}" if text else "there is no value"
        faults.add("CAPT-070", message, at, "write a value, or a status that says why there is none")
        return None
    return read_value(
        item,
        cells,
        status,
        place=place,
        at=at,
        row=row.number,
        column=f"{form.id}.{item.id}",
        ask=f"write {' or '.join(units_of(item))} in column `unit`",
        options=options,
        faults=faults,
    )


def _named(
    table: Table, row: Row, cells: dict[str, str], study: Study, faults: Faults
) -> tuple[Form, Item] | None:
    """Return the form and item of a record; None, with CAPT-071, where study, form or item is unknown."""
    if cells.get("study", study.id) not in ("", study.id):
        at = table.place(row.number, "study")
        faults.add("CAPT-071", f"`{shown(cells['study'])}` is another study", at, f"this one is {study.id}")
        return None
    forms = {form.id: form for form in study.forms}
    form = forms.get(cells["form"])
    if form is None:
        at, message = table.place(row.number, "form"), f"there is no form `{shown(cells['form'])}`"
        faults.add("CAPT-071", message, at, closest(cells["form"], list(forms)))
        return None
    item = form_items(form).get(cells["item"])
    if item is None:
        at, known = table.place(row.number, "item"), list(form_items(form))
        message = f"form {form.id} has no item `{shown(cells['item'])}`"
        faults.add(
            "CAPT-071", message, at, closest(cells["item"], known) or f"known: {', '.join(known[:12])}"
        )
        return None
    return form, item
