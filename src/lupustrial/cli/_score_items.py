"""A file of items as the frame that ``score`` takes, with the way back to the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from lupustrial.cli._score_names import SHORTHAND, grade_inputs, readable, sort_columns
from lupustrial.cli._score_origin import Origin
from lupustrial.cli._score_table import Table
from lupustrial.cli._score_values import NOT_DONE, with_times, with_values
from lupustrial.errors import Fault
from lupustrial.instruments import Instrument

#: Under these names the participant often comes.
_PARTICIPANT = ("subjid", "subject", "subject_id", "participant", "patient", "patient_id", "record_id", "id")


@dataclass(frozen=True, kw_only=True)
class Items:
    """What is to be scored.

    Attributes:
        frame: Keys and items, one row a participant and visit.
        kept: The columns to be passed through, row by row.
        origin: The way back to the file.
        faults: What is wrong so far; the frame has stand-ins there, so that the rest can be checked.
        one_visit: Whether no column orders the visits, so that every participant has one; VISITNUM stands in.
    """

    frame: pl.DataFrame
    kept: pl.DataFrame
    origin: Origin
    faults: list[Fault]
    one_visit: bool


def items_of(table: Table, instrument: Instrument, keep: Sequence[str]) -> Items:
    """Return the items of a file with one row a participant and visit and columns named by code."""
    faults: list[Fault] = []
    columns = sort_columns(table, instrument, keep, faults)
    used = {**columns.keys, **columns.items}
    height = table.frame.height
    return finished(
        table.frame.select(pl.col(column).alias(code) for code, column in used.items()),
        instrument,
        kept=table.original.select(name for name in columns.kept if name in table.frame.columns),
        origin=Origin(table=table, rows=range(height), groups=[0] * height, columns=[used]),
        faults=faults,
    )


def finished(
    frame: pl.DataFrame, instrument: Instrument, *, kept: pl.DataFrame, origin: Origin, faults: list[Fault]
) -> Items:
    """Turn a frame of texts, its columns named by code, into what ``score`` takes.

    Args:
        frame: Keys and items as text.
        instrument: The instrument.
        kept: Columns to be passed through.
        origin: The way back to the file.
        faults: What is wrong so far; receives INSTR-005 no participant or no visit column, INSTR-007 a
            VISITNUM that is no number, SCORE-005 letters that are no grades.
    """
    frame = with_values(frame, readable(instrument))
    frame = _with_grades(frame, instrument, origin, faults)
    number = pl.int_range(1, pl.len() + 1)
    if "USUBJID" not in frame.columns:
        faults.append(_no_participant(origin.table))
        frame = frame.with_columns(USUBJID=number.cast(pl.String))
    one_visit = not {"VISITNUM", "ADT"} & set(frame.columns)
    if one_visit:
        faults.extend(_several_rows(frame, origin))
        frame = frame.with_columns(VISITNUM=number.over("USUBJID").cast(pl.String))
    frame = with_times(frame, origin, faults)
    return Items(frame=frame, kept=kept, origin=origin, faults=faults, one_visit=one_visit)


def _no_participant(table: Table) -> Fault:
    near = [name for name in table.frame.columns if name.casefold() in _PARTICIPANT]
    hint = f"rename {near[0]} to USUBJID" if near else "the participant stands in a column USUBJID"
    place = table.header("USUBJID")
    return Fault(id="INSTR-005", message="is missing", place=place, hint=f"{hint}, or name it in a --mapping")


def _several_rows(frame: pl.DataFrame, origin: Origin) -> Iterator[Fault]:
    """Yield a fault where rows of one participant cannot be told apart."""
    twice = frame.with_row_index("_row").filter(pl.col("USUBJID").is_duplicated())
    for (participant,), group in twice.group_by("USUBJID", maintain_order=True):
        yield Fault(
            id="INSTR-005",
            message=f"participant {participant} has {group.height} rows, and no column orders them",
            place=origin.place(*group["_row"]),
            hint="add VISITNUM (a number) or ADT (a date); without both a participant has one row",
        )


def _with_grades(
    frame: pl.DataFrame, instrument: Instrument, origin: Origin, faults: list[Fault]
) -> pl.DataFrame:
    """Spread the column of letters over the grades of the domains; ``-`` is a grade not known."""
    codes = grade_inputs(instrument)
    if SHORTHAND not in frame.columns or not codes:
        return frame
    given = [code for code in codes if code in frame.columns]
    if given:
        place = origin.table.header(origin.columns[0].get(SHORTHAND, SHORTHAND))
        message = f"stands beside {given[0]}, which it would fill"
        faults.append(Fault(id="SCORE-005", message=message, place=place, hint="give one of the two"))
        return frame.drop(SHORTHAND)
    letters = frame[SHORTHAND].str.to_uppercase().str.replace_all(r"[\s,;/]", "")
    letters = letters.set(letters.str.to_lowercase().is_in(NOT_DONE), None)
    wrong = letters.is_not_null() & ~letters.str.contains(rf"^[A-E-]{{{len(codes)}}}$")
    for row in wrong.arg_true():
        message = f"{frame[SHORTHAND][row]!r} is not {len(codes)} letters A to E"
        place = f"{origin.place(row)}, {origin.item(SHORTHAND, row)}"
        domains = ", ".join(code.removeprefix("grade_") for code in codes)
        hint = f"one letter a domain, - where not known, in the order {domains}"
        faults.append(Fault(id="SCORE-005", message=message, place=place, hint=hint))
    letters = letters.set(wrong, None)
    grades = [
        letters.str.slice(at, 1).replace("-", None).alias(code)  # a dash becomes null
        for at, code in enumerate(codes)
    ]
    return frame.drop(SHORTHAND).with_columns(grades)
