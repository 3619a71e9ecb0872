"""A cell as the text to be recorded: numbers with a point, dates as ISO 8601, as the options say."""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.capture.doors.export import give_back
from lupustrial.capture.doors.intake._options import Options, date_in, number_in
from lupustrial.capture.doors.intake._table import Faults, shown
from lupustrial.capture.doors.intake._values import Value, unit_for
from lupustrial.capture.store import Place
from lupustrial.study import Item


def cell_value(item: Item, text: str, at: str, options: Options, faults: Faults) -> str | None:
    """Return the text to be recorded; None, with CAPT-070, where the cell is not written as was said."""
    if options.neutral:
        text = give_back(text)
    if item.type == "date":
        found = date_in(text, options.dates)
        if found is None:
            faults.add("CAPT-070", f"`{shown(text)}` is not a date as {options.dates}", at, _DATE)
        return found
    if item.type in ("integer", "decimal"):
        found = number_in(text, options.decimal)
        if found is None:
            message = f"`{shown(text)}` is not written with a decimal {options.decimal}"
            faults.add("CAPT-070", message, at, _NUMBER)
        return found
    return text


_DATE = "write all dates of the file in one way, and choose that way"
_NUMBER = "write numbers with the decimal sign that is chosen, and without signs between thousands"


def read_value(
    item: Item,
    cells: Mapping[str, str],
    status: tuple[str, str],
    *,
    place: Place,
    at: str,
    row: int,
    column: str,
    ask: str,
    options: Options,
    faults: Faults,
) -> Value | None:
    """Read value and unit of an item from a row that tells them; None, with a fault, where one is not told.

    Args:
        item: The item.
        cells: ``value``, and ``unit`` and ``reason`` where the file has them.
        status: Status, and the reason that stood beside it.
        place: The page.
        at: Where the value stands, for a fault.
        row: Number of the row.
        column: Name of the column, or of the item where it has none of its own.
        ask: How the file can tell the unit.
        options: How the file is read.
        faults: Takes CAPT-070.
    """
    text = cells["value"]
    value = cell_value(item, text, at, options, faults) if text else ""
    unit = unit_for(item, cells.get("unit", "")) if text else ""
    if unit is None:
        faults.add("CAPT-070", "the unit is not given, and several are possible", at, ask)
    if value is None or unit is None:
        return None
    return Value(
        place=place,
        item=item.id,
        value=value,
        unit=unit,
        status=status[0],
        why=cells.get("reason", "") or status[1],
        at=at,
        row=row,
        column=column,
    )
