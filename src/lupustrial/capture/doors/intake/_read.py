"""A cell as the text to be recorded: numbers with a point, dates as ISO 8601, as the options say."""

from __future__ import annotations

from lupustrial.capture.doors.export import give_back
from lupustrial.capture.doors.intake._options import Options, date_in, number_in
from lupustrial.capture.doors.intake._table import Faults, shown
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
