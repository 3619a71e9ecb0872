"""CSV files as text columns, with the row of whatever cannot be read."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl

from lupustrial.errors import Fault

_LISTED = 20


def read_csv(path: Path, name: str, faults: list[Fault]) -> pl.DataFrame | None:
    """Read a CSV file (UTF-8, comma, first row = names); every column is text and empty fields are null.

    Args:
        path: The file.
        name: Its name in places.
        faults: Receives RECORD-002 (not UTF-8) and RECORD-003 (rows of unequal length, no header).

    Returns:
        The columns and ``__row`` (the header is row 1), or ``None`` where the file cannot be read.
    """
    try:
        frame = pl.read_csv(path, infer_schema=False, raise_if_empty=False, glob=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        found = _diagnose(path, name)
        if not found:
            message = f"the file cannot be read: {str(error).splitlines()[0]}"
            found = [Fault(id="RECORD-003", message=message, place=name, hint="write it as UTF-8 CSV")]
        faults += found
        return None
    short = _diagnose_rows(path, name) if _may_be_ragged(frame) else []
    faults += short
    if not frame.columns:
        message = "the file is empty"
        faults.append(
            Fault(id="RECORD-003", message=message, place=f"{name} row 1", hint="begin with a header")
        )
        return None
    doubled = [column for column in frame.columns if "_duplicated_" in column]
    for column in doubled:
        message = f"column `{column.split('_duplicated_')[0]}` stands twice"
        faults.append(Fault(id="RECORD-003", message=message, place=f"{name} row 1", hint="keep one"))
    if short or doubled:
        return None
    blank = [pl.when(pl.col(column) != "").then(column).alias(column) for column in frame.columns]
    return frame.with_columns(blank).with_columns(
        pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("__row")
    )


def _may_be_ragged(frame: pl.DataFrame) -> bool:
    """Short rows are filled with nulls on the right: only then can the last column tell."""
    return bool(frame.columns) and frame[:, -1].null_count() > 0


def _diagnose(path: Path, name: str) -> list[Fault]:
    """Find what stops a file from being read."""
    try:
        content = path.read_bytes()
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        hint = "save it as UTF-8, e.g. in a spreadsheet as 'CSV UTF-8'"
        return [Fault(id="RECORD-002", message="the file is not UTF-8", place=f"{name} row {row}", hint=hint)]
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        return [Fault(id="RECORD-001", message=message, place=name, hint="mend its rights")]
    return _diagnose_rows(path, name)


def _diagnose_rows(path: Path, name: str) -> list[Fault]:
    """Find rows with more or fewer fields than the header."""
    faults: list[Fault] = []
    more = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            width = len(next(rows, []))
            for number, row in enumerate(rows, start=2):
                if row and len(row) != width:
                    if len(faults) >= _LISTED:
                        more += 1
                        continue
                    message = f"the row has {len(row)} fields, the header {width}"
                    hint = "put texts with commas in quotes; end short rows with commas"
                    faults.append(
                        Fault(id="RECORD-003", message=message, place=f"{name} row {number}", hint=hint)
                    )
    except csv.Error as error:
        faults.append(Fault(id="RECORD-003", message=f"the file is not CSV: {error}", place=name))
    if more:
        faults.append(Fault(id="RECORD-003", message=f"and {more} more like these", place=name))
    return faults
