"""CSV files as rows of text."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

from lupustrial.capture.doors.intake._options import Options
from lupustrial.capture.doors.intake._table import COLUMNS, Faults, Table, table_of

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_QUOTED = 10  # places in a message


def read_csv(content: bytes, name: str, options: Options, faults: Faults) -> list[Table]:
    """Read a CSV file; a list of one table, or an empty one where it cannot be read (CAPT-068)."""
    text = _decoded(content, name, options, faults)
    if text is None:
        return []
    table = table_of(name, "", _rows(text, name, options, faults), faults)
    return [] if table is None else [table]


def _decoded(content: bytes, name: str, options: Options, faults: Faults) -> str | None:
    marked = next((kind for mark, kind in _MARKS.items() if content.startswith(mark)), None)
    if marked is not None and marked != options.encoding:
        message = (
            f"the file says at its beginning that it is {marked.upper()}, not {options.encoding.upper()}"
        )
        faults.add("CAPT-068", message, f"{name} row 1", f"choose the encoding {marked.upper()}")
        return None
    encoding = "utf-8-sig" if options.encoding == "utf-8" else options.encoding
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        column = content[: error.start].rsplit(b"\n", 1)[-1].count(options.separator.encode()) + 1
        message = f"the file is not {options.encoding.upper()}"
        hint = "choose the encoding in which it was saved; Chinese files are often GB18030"
        faults.add("CAPT-068", message, f"{name} row {row}, column {column}", hint)
        return None
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        hint = "it is no CSV, or its encoding is UTF-16: save it as UTF-8"
        faults.add("CAPT-068", "the file holds zero bytes", f"{name} row {row}, column 1", hint)
        return None
    return text


def _rows(text: str, name: str, options: Options, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=options.separator, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            yield number, row[: COLUMNS + 2] if number > 1 else row
    except csv.Error as error:
        place = f"{name} row {number + 1}, column 1"
        hint = 'close every quote ("), write a quote inside a text twice, choose the delimiter of the file'
        faults.add("CAPT-068", f"the row cannot be read: {error}", place, hint)
