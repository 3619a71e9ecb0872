"""A CSV file as columns of text, and the line of the file on which each row begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from lupustrial.errors import Fault, ScoreError

_LISTED = 20
_SAVE_AS = "save it as UTF-8, in a spreadsheet as 'CSV UTF-8'"


@dataclass(frozen=True, kw_only=True)
class CsvText:
    """The bytes of a CSV file.

    Attributes:
        name: Its name in places.
        content: The bytes, UTF-8 with or without a byte order mark.
        separator: What stands between two fields.
    """

    name: str
    content: bytes
    separator: str

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the line on which each record begins, and its fields; an empty line has none."""
        text = io.TextIOWrapper(io.BytesIO(self.content), encoding="utf-8-sig", newline="")
        reader = csv.reader(text, delimiter=self.separator, strict=True)
        line = 1
        for record in reader:
            yield line, record
            line = reader.line_num + 1

    @cached_property
    def lines(self) -> list[int]:
        """The lines of the header and of every record after it, empty lines among them."""
        found = [line for line, record in self.records()]
        blank = next(number for number, (_, record) in enumerate(self.records()) if record)
        return found[blank:]


def read_csv(name: str, content: bytes, separator: str | None) -> tuple[CsvText, pl.DataFrame]:
    """Read a CSV file whose first record names the columns; every value is text, a blank one null.

    Args:
        name: Its name in places.
        content: Its bytes.
        separator: What stands between two fields; None takes a comma, or where the header has none a
            semicolon or a tab.

    Raises:
        ScoreError: SCORE-002 not UTF-8; SCORE-003 no table; SCORE-004 a column stands twice.
    """
    _refuse_encoding(name, content)
    if not content.strip():
        raise ScoreError(_no_table("the file is empty", name, "begin with a header that names the columns"))
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")  # lines of an old Macintosh
    text = CsvText(name=name, content=content, separator=separator or _separator(content))
    header = _header(text)
    try:
        frame = pl.read_csv(content, separator=text.separator, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise ScoreError(_diagnosed(text) or [_unreadable(name, str(error))]) from None
    # Short records are filled with nulls on the right, so only then can the last column tell.
    if frame.height and frame[:, -1].null_count() and (faults := _diagnosed(text)):
        raise ScoreError(faults)
    if frame.width != len(header):
        raise ScoreError(_unreadable(name, "its lines end in several ways"))
    frame.columns = header
    blank = [pl.when(pl.col(column).str.strip_chars() != "").then(column).alias(column) for column in header]
    return text, _without_unnamed(name, frame.with_columns(blank))


def _refuse_encoding(name: str, content: bytes) -> None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ScoreError(_not_utf8("it is UTF-16", name, 1))
    if content.startswith(b"PK\x03\x04"):
        raise ScoreError(_not_utf8("it looks like a spreadsheet (.xlsx)", name, 1))
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise ScoreError(_not_utf8("byte 0x00", name, line))
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ScoreError(_not_utf8(f"byte 0x{content[error.start]:02x}", name, line)) from None


def _not_utf8(what: str, name: str, line: int) -> Fault:
    message = f"the file is not UTF-8 text: {what}"
    return Fault(id="SCORE-002", message=message, place=f"{name} line {line}", hint=_SAVE_AS)


def _no_table(message: str, place: str, hint: str) -> Fault:
    return Fault(id="SCORE-003", message=message, place=place, hint=hint)


def _unreadable(name: str, error: str) -> Fault:
    return _no_table(f"the file is not CSV: {error.splitlines()[0]}", name, "write it as CSV UTF-8")


def _separator(content: bytes) -> str:
    first = content.lstrip().split(b"\n", 1)[0]
    return "," if b"," in first else ";" if b";" in first else "\t" if b"\t" in first else ","


def _header(text: CsvText) -> list[str]:
    """Return the names of the columns, unique; a column without one gets a name that no file has."""
    try:
        line, header = next(((line, record) for line, record in text.records() if record), (1, []))
    except csv.Error as error:
        raise ScoreError(_no_table(f"the file is not CSV: {error}", f"{text.name} line 1", _QUOTES)) from None
    if not header:
        raise ScoreError(_no_table("the file is empty", text.name, "begin with a header"))
    names = [name.strip() or f"\0{number}" for number, name in enumerate(header)]
    place = f"{text.name} line {line}"
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise ScoreError(
            Fault(id="SCORE-004", message=f"column {name} stands twice", place=place, hint="keep one")
            for name in twice
        )
    return names


def _without_unnamed(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out columns without a name and without a value, as spreadsheets write them."""
    unnamed = [column for column in frame.columns if column.startswith("\0")]
    held = [column for column in unnamed if frame[column].null_count() < frame.height]
    if held:
        numbers = ", ".join(str(int(column[1:]) + 1) for column in held)
        message = f"no name stands above column {numbers}, which holds values"
        raise ScoreError(_no_table(message, f"{name} line 1", "name the column, or leave it out"))
    return frame.drop(unnamed)


_QUOTES = "close every quote; put a text that holds a quote in quotes and double the quote inside"


def _diagnosed(text: CsvText) -> list[Fault]:
    """Find the records that have more or fewer fields than the header, or a quote that does not close."""
    faults: list[Fault] = []
    width = more = line = 0
    try:
        for line, record in text.records():
            if not record:
                continue
            width = width or len(record)
            if len(record) == width or not "".join(record).strip():
                continue
            if len(faults) == _LISTED:
                more += 1
                continue
            message = f"the line has {len(record)} fields, the header {width}"
            hint = "put a text that holds the separator in quotes; end a short line with separators"
            faults.append(_no_table(message, f"{text.name} line {line}", hint))
    except csv.Error as error:
        faults.append(_no_table(f"the file is not CSV: {error}", f"{text.name} after line {line}", _QUOTES))
    if more:
        faults.append(_no_table(f"and {more} more like these", text.name, "mend them all"))
    return faults
