"""A file as tables of text: every cell a text, with the place from which it came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lupustrial.errors import CaptureError, Fault

#: Limits of one file. More is brought in in parts.
BYTES = 10 * 1024 * 1024
ROWS = 50_000
COLUMNS = 500
CELLS = 500_000
LETTERS = 10_000  # of one cell
LISTED = 200  # faults that are listed; the others are counted


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row: its number as a spreadsheet counts (the header is 1), and its cells, as many as columns."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a file.

    Attributes:
        name: Name of the file as it was given, and of the sheet in it.
        sheet: Name of the sheet; empty for CSV.
        header: Names of the columns.
        rows: Rows with at least one cell that is not empty.
    """

    name: str
    sheet: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]

    def place(self, row: int, column: str = "") -> str:
        """Say where something stands."""
        return f"{self.name} row {row}" + (f", column {column}" if column else "")


@dataclass(kw_only=True)
class Faults:
    """The faults found so far, of which no more than `LISTED` are kept."""

    found: list[Fault] = field(default_factory=list)
    more: int = 0

    def add(self, id: str, message: str, place: str, hint: str = "") -> None:  # noqa: A002 - as in Fault
        """Add a fault, or count it."""
        if len(self.found) < LISTED:
            self.found.append(Fault(id=id, message=message, place=place, hint=hint))
        else:
            self.more += 1

    def listed(self, name: str) -> tuple[Fault, ...]:
        """Return the faults, and a last one that tells how many more there are."""
        if not self.more:
            return tuple(self.found)
        rest = Fault(id=self.found[-1].id, message=f"and {self.more} more", place=name)
        return (*self.found, rest)

    def refuse(self, name: str) -> None:
        """Raise what was found, if anything was."""
        if self.found:
            raise CaptureError(self.listed(name))


def table_of(
    name: str, sheet: str, rows: Iterator[tuple[int, Sequence[str]]], faults: Faults
) -> Table | None:
    """Read rows into a table: a header of distinct names, and rows that are not longer than it.

    Faults: CAPT-068 (limits, no header, ragged rows), CAPT-069 (header), CAPT-070 (signs that are no text).

    Returns:
        The table, or None where its header cannot be used.
    """
    place = f"{name}, sheet {sheet}" if sheet else name
    first = next(rows, None)
    header = _header(place, first, faults)
    if header is None:
        return None
    found: list[Row] = []
    cells = 0
    for number, row in rows:
        texts = [text.strip() for text in row]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        cells += len(header)
        if len(found) >= ROWS or cells > CELLS:
            message = f"the table is too long: at most {ROWS} rows and {CELLS} cells are read"
            faults.add("CAPT-068", message, f"{place} row {number}", "bring it in in parts")
            return None
        if len(texts) > len(header):
            message = f"the row has {len(texts)} cells, the header {len(header)}"
            hint = "put texts that hold the delimiter in quotes, or choose the delimiter of the file"
            faults.add("CAPT-068", message, f"{place} row {number}, column {len(header) + 1}", hint)
            continue
        _check_texts(place, number, header, texts, faults)
        found.append(Row(number=number, cells=(*texts, *[""] * (len(header) - len(texts)))))
    return Table(name=place, sheet=sheet, header=header, rows=tuple(found))


def _header(place: str, first: tuple[int, Sequence[str]] | None, faults: Faults) -> tuple[str, ...] | None:
    names = [text.strip() for text in first[1]] if first is not None else []
    while names and not names[-1]:
        names.pop()
    number = first[0] if first is not None else 1
    if not names:
        faults.add(
            "CAPT-068", "there is no header", f"{place} row {number}", "begin with the names of columns"
        )
        return None
    if len(names) > COLUMNS:
        message = f"the table has {len(names)} columns; at most {COLUMNS} are read"
        faults.add("CAPT-068", message, f"{place} row {number}, column {COLUMNS + 1}", "leave out columns")
        return None
    before = len(faults.found)
    seen: set[str] = set()
    for column, text in enumerate(names, start=1):
        if not text:
            faults.add(
                "CAPT-069", "a column has no name", f"{place} row {number}, column {column}", "name it"
            )
        elif text in seen:
            hint = "keep one, or give the other its own name"
            faults.add("CAPT-069", f"column `{shown(text)}` stands twice", f"{place} row {number}", hint)
        seen.add(text)
    return tuple(names) if len(faults.found) == before else None


def _check_texts(
    place: str, number: int, header: Sequence[str], texts: Sequence[str], faults: Faults
) -> None:
    for column, text in zip(header, texts, strict=False):
        where = f"{place} row {number}, column {shown(column)}"
        if len(text) > LETTERS:
            faults.add("CAPT-070", f"a text of {len(text)} signs is too long", where, f"at most {LETTERS}")
        elif any((ord(sign) < 32 and sign not in "\n\t") or 0xD800 <= ord(sign) < 0xE000 for sign in text):  # noqa: PLR2004 - control signs of Unicode, surrogates
            faults.add("CAPT-070", "a cell holds a control sign", where, "remove it: it is no text")


def shown(text: str) -> str:
    """Return a text of the file as a message shows it: one line, not long."""
    plain = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return plain if len(plain) <= 60 else f"{plain[:60]}…"  # noqa: PLR2004 - fits a line
