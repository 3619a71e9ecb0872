"""A file of items as it lies on the disk: columns of text, and where in the file each row stands."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from lupustrial.cli._score_csv import CsvText, read_csv
from lupustrial.errors import Fault, ScoreError

#: Endings that can be read.
ENDINGS = (".csv", ".tsv", ".txt", ".parquet")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file of items.

    Attributes:
        name: Its name in places.
        frame: Every value as text without blanks around it, null where blank; rows without any value are
            left out.
        original: The same rows as the file has them.
        numbers: The number of each row in the file, the first below the header being 1.
        text: The bytes where the file is CSV.
        empty: How many rows without any value were left out.
    """

    name: str
    frame: pl.DataFrame
    original: pl.DataFrame
    numbers: Sequence[int]
    text: CsvText | None = None
    empty: int = 0

    def place(self, *positions: int) -> str:
        """Return where rows of `frame` (counted from 0) stand, e.g. ``items.csv line 3 (row 2)``."""
        rows = [self.numbers[position] for position in positions]
        listed, plural = ", ".join(map(str, rows)), "s" if len(rows) > 1 else ""
        if self.text is None:
            return f"{self.name} row{plural} {listed}"
        lines = ", ".join(str(self.text.lines[row]) for row in rows)
        return f"{self.name} line{plural} {lines} (row{plural} {listed})"

    def header(self, column: str) -> str:
        """Return where the name of a column stands."""
        line = f" line {self.text.lines[0]}" if self.text is not None else ""
        return f"{self.name}{line}, column {column}"


def read_table(path: Path) -> Table:
    """Read a file of items: .csv, .tsv or .parquet; ``-`` is CSV on standard input.

    Raises:
        ScoreError: SCORE-001 the file is missing or has another ending; SCORE-002 not UTF-8; SCORE-003 no
            table, or no rows; SCORE-004 a column stands twice.
    """
    name = "standard input" if path == Path("-") else str(path)
    content = _content(path, name)
    if path.suffix == ".parquet":
        original, text = _parquet(content, name), None
    else:
        text, original = read_csv(name, content, "\t" if path.suffix == ".tsv" else None)
    held = original.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    numbers = pl.int_range(1, original.height + 1, eager=True)
    original = original.filter(held)
    if not original.height:
        hint = "below the header stands one row a participant and visit"
        raise ScoreError(Fault(id="SCORE-003", message="the file has no rows", place=name, hint=hint))
    return Table(
        name=name,
        frame=original.select(_text(original.schema[column], column) for column in original.columns),
        original=original,
        numbers=numbers.filter(held).to_list(),
        text=text,
        empty=held.len() - original.height,
    )


def _content(path: Path, name: str) -> bytes:
    try:
        if path == Path("-"):
            return sys.stdin.buffer.read()
        if path.suffix not in ENDINGS and path.exists():
            message = f"a file that ends in {path.suffix or 'nothing'!r} cannot be read"
            hint = "save it as CSV UTF-8 (.csv), tab-separated (.tsv) or .parquet"
            raise ScoreError(Fault(id="SCORE-001", message=message, place=name, hint=hint))
        return path.read_bytes()
    except FileNotFoundError:
        message, hint = "there is no such file", _beside(path)
    except OSError as error:
        message, hint = f"the file cannot be read: {error.strerror}", "name a file that you may read"
    raise ScoreError(Fault(id="SCORE-001", message=message, place=name, hint=hint))


def _beside(path: Path) -> str:
    """Return the near name of a file beside it, or what can be read."""
    from lupustrial.errors import closest

    try:
        there = [each.name for each in path.parent.iterdir() if each.suffix in ENDINGS]
    except OSError:
        return f"there is no folder {path.parent}"
    return closest(path.name, there) or f"name a file that ends in {', '.join(ENDINGS)}"


def _parquet(content: bytes, name: str) -> pl.DataFrame:
    try:
        return pl.read_parquet(io.BytesIO(content))
    except pl.exceptions.PolarsError as error:
        message = f"the file is not Parquet: {str(error).splitlines()[0]}"
        hint = "write it anew"
        raise ScoreError(Fault(id="SCORE-003", message=message, place=name, hint=hint)) from None


def _text(dtype: pl.DataType, column: str) -> pl.Expr:
    """Return a column as text; midnight of a day is that day."""
    value = pl.col(column)
    if isinstance(dtype, pl.Datetime):
        midnight = (value == value.dt.truncate("1d")).all()
        return pl.when(midnight).then(value.dt.date().cast(pl.String)).otherwise(value.cast(pl.String))
    if dtype.is_nested():
        return pl.lit("a list or record").alias(column)
    text = value.cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(column)
