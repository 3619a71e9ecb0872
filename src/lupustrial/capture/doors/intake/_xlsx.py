"""Workbooks as rows of text. A cell that is not plainly a text, a number or a day is refused."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from lupustrial.capture.doors.intake._table import COLUMNS, Faults, Table, table_of
from lupustrial.capture.doors.intake._xlsx_guard import sound

#: Days before this one are a day off in workbooks whose days count from 1900 (a leap day that never was).
_FIRST_SURE = dt.date(1900, 3, 1)
_MAC = 1904
_LAST_ROW = 1_048_576
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_xlsx(content: bytes, name: str, faults: Faults) -> list[Table]:
    """Read the sheets of a workbook (CAPT-067, 068, 070); an empty list where it cannot be read."""
    if not sound(content, name, faults):
        return []
    import openpyxl

    tables = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on parts of workbooks that openpyxl passes over
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            for sheet in book.worksheets:
                place = f"{name}, sheet {sheet.title}"
                sheet.reset_dimensions()  # what the file says of its size need not be so
                rows = _rows(sheet, place, faults, early=book.epoch.year < _MAC)
                tables.append(table_of(name, sheet.title, rows, faults))
    except Exception:  # noqa: BLE001 - a damaged workbook makes openpyxl raise anything; it is refused
        hint = "open it in a spreadsheet and save it as .xlsx again"
        faults.add("CAPT-067", "the workbook cannot be read", name, hint)
        return []
    if not tables:
        faults.add("CAPT-067", "the workbook has no sheet", name, "add one")
    return [table for table in tables if table is not None]


def _rows(sheet: Any, place: str, faults: Faults, *, early: bool) -> Iterator[tuple[int, Sequence[str]]]:
    """Give the rows that are not blank, with their numbers; a row that is too wide ends the sheet."""
    header: list[str] = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > _LAST_ROW:
            return
        if len(cells) > COLUMNS:
            message = f"the row has {len(cells)} columns; at most {COLUMNS} are read"
            hint = "leave out columns, cells far to the right too"
            faults.add("CAPT-068", message, f"{place} row {number}, column {COLUMNS + 1}", hint)
            return
        texts = [_text(cell, place, number, header, faults, early=early) for cell in cells]
        if any(texts):
            header = header or texts
            yield number, texts


def _text(cell: Any, place: str, number: int, header: Sequence[str], faults: Faults, *, early: bool) -> str:
    value = cell.value
    if value is None:
        return ""
    kind = cell.data_type
    if kind in ("s", "inlineStr", "str") and isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    if kind == "n" and isinstance(value, int | float):  # truth values have a kind of their own
        return _number(value)
    where = f"{place} row {number}, column {_column(cell, header)}"
    if kind == "d" and isinstance(value, dt.datetime) and value.time() == dt.time():
        if not early or value.date() >= _FIRST_SURE:
            return value.date().isoformat()
        hint = "write it as text, as YYYY-MM-DD"
        faults.add("CAPT-070", "days before 1 March 1900 are uncertain in a workbook", where, hint)
    elif kind == "f":
        hint = "paste the values in its place (in a spreadsheet: paste special, values)"
        faults.add("CAPT-070", "the cell holds a formula; formulas are not computed", where, hint)
    elif kind == "e":
        faults.add("CAPT-070", f"the cell holds the error {str(value)[:20]}", where, "mend or empty it")
    elif kind == "d":
        faults.add("CAPT-070", "the cell holds a time, where a day is read", where, "write a day alone")
    else:
        faults.add("CAPT-070", "the cell holds neither text, number nor day", where, "write it as text")
    return ""


def _number(value: float) -> str:
    """Return a number as a person writes it: the shortest decimal that is the stored one, no exponent."""
    if abs(value) < 1e15 and value == int(value):  # noqa: PLR2004 - below, every whole number is exact
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def _column(cell: Any, header: Sequence[str]) -> str:
    place = int(cell.column) - 1
    named = header[place] if place < len(header) else ""
    return named or str(cell.column_letter)
