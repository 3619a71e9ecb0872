"""Checking a frame of items and putting its visits in order."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import polars as pl

from lupustrial.errors import Fault, InstrumentError, closest
from lupustrial.instruments._names import KEYS, with_declared_names
from lupustrial.instruments._spec import Input

#: Faults listed for one column; the number of the others is given.
MOST_FAULTS = 1000

# A Boolean column reads "true" and "false" as text.
YES, NO = ("Y", "yes", "true"), ("N", "no", "false")
_RANKS = {"E": 0, "D": 1, "C": 2, "B": 3, "A": 4}
_ROW, _POS, _BASE, _AFTER = "_row", "_pos", "_base", "_after"


def checked(frame: pl.DataFrame, inputs: Sequence[Input]) -> pl.DataFrame:
    """Return the keys and every declared input as integers, null where not done, in the order of `frame`.

    Columns may come under an alias or in other capitals. Y/N becomes 1/0, a grade 4 (A) to 0 (E), a number
    the integer count of its last declared decimal (rounded half up). Inputs that the frame lacks become null.
    A column ``_row`` numbers the rows from 0.

    Raises:
        InstrumentError: all faults at once: INSTR-004 unknown column, INSTR-005 missing column, INSTR-006
            two rows for one visit, INSTR-007 value not permitted, INSTR-008 wrong column type, INSTR-009
            no participant or no visit, INSTR-010 several baselines.
    """
    frame = with_declared_names(frame, inputs)
    faults = [*column_faults(frame, inputs)]
    wrong = {fault.place.removeprefix("column ") for fault in faults}
    present = [each for each in inputs if each.code in frame.columns and each.code not in wrong]
    if "USUBJID" in frame.columns and not {"USUBJID", "VISITNUM", "ADT", "ABLFL"} & wrong:
        faults += key_faults(frame)
        faults += _value_faults(frame, present)
    if faults:
        raise InstrumentError(faults)
    keys = [key for key in frame.columns if key in KEYS]
    absent = [each for each in inputs if each.code not in frame.columns]
    return frame.select(
        *(pl.col(key) for key in keys),
        *(integer(each) for each in present),
        *(_absent(each) for each in absent),
    ).with_row_index(_ROW)


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Sort a checked frame by participant and time, and mark baseline.

    Adds ``_pos`` (0, 1, … within the participant), ``_base`` (the ABLFL = Y row, else the first) and
    ``_after`` (rows after baseline).
    """
    ordered = frame.sort(["USUBJID", *time_of(frame)], maintain_order=True)
    ordered = ordered.with_columns(pl.int_range(pl.len()).over("USUBJID").alias(_POS))
    flagged = pl.col("ABLFL") == "Y" if "ABLFL" in frame.columns else pl.lit(value=False)
    flag_at = pl.col(_POS).filter(flagged).first().over("USUBJID").fill_null(0)
    return ordered.with_columns(
        (pl.col(_POS) == flag_at).alias(_BASE), (pl.col(_POS) > flag_at).alias(_AFTER)
    )


def at_baseline(column: pl.Expr) -> pl.Expr:
    """Return the participant's baseline value of a column on each of his or her rows (ordered frame)."""
    return column.filter(pl.col(_BASE)).first().over("USUBJID")


def in_given_order(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return the keys and `columns` with the rows as the caller gave them."""
    keys = [key for key in frame.columns if key in KEYS]
    return frame.sort(_ROW).select(*keys, *columns)


def time_of(frame: pl.DataFrame) -> list[str]:
    """Return the columns of time by which visits are put in order, the deciding one first."""
    dated = "ADT" in frame.columns and frame["ADT"].null_count() == 0
    names = ("ADT", "VISITNUM") if dated else ("VISITNUM", "ADT")
    return [name for name in names if name in frame.columns]


def column_faults(frame: pl.DataFrame, inputs: Sequence[Input]) -> Iterator[Fault]:
    """Tell which columns are unknown, missing or of a wrong type."""
    names, schema = [each.code for each in inputs], frame.schema
    for column in schema:
        if column not in KEYS and column not in names:
            hint = closest(column, [*names, *KEYS]) or "leave out columns that the instrument does not read"
            yield Fault(id="INSTR-004", message="is not known here", place=f"column {column}", hint=hint)
    required = ["USUBJID", *(each.code for each in inputs if each.required)]
    for column in required:
        if column not in schema:
            yield Fault(
                id="INSTR-005", message="is missing", place=f"column {column}", hint="the frame must have it"
            )
    if not {"VISITNUM", "ADT"} & set(schema):
        yield Fault(
            id="INSTR-005",
            message="are both missing",
            place="columns VISITNUM and ADT",
            hint="the frame must have one",
        )
    if not any(each.code in schema for each in inputs if each.item):
        yield Fault(
            id="INSTR-005",
            message="there is no item column",
            place="frame",
            hint=f"the items are {', '.join(names[:4])} …",
        )
    kinds = {"USUBJID": "text", "VISITNUM": "numeric type", "ADT": "date", "ABLFL": "text"}
    kinds |= {each.code: _wanted(each) for each in inputs}
    for column, wanted in kinds.items():
        if column in schema and not _fits(schema[column], wanted):
            yield Fault(
                id="INSTR-008",
                message=f"holds {schema[column]}, a {wanted} is needed",
                place=f"column {column}",
                hint="convert the column",
            )


def _wanted(each: Input) -> str:
    if each.kind in ("yn", "flag"):
        return "Y/N text or Boolean"
    if each.kind in ("grade", "sex"):
        return "text"
    return "date" if each.kind == "date" else "number"


def _fits(dtype: pl.DataType, wanted: str) -> bool:
    if dtype == pl.Null:
        return True
    if wanted == "Y/N text or Boolean":
        return dtype in (pl.Boolean, pl.String, pl.Categorical, pl.Enum)
    if wanted == "text":
        return dtype in (pl.String, pl.Categorical, pl.Enum)
    if wanted == "date":
        return dtype in (pl.Date, pl.String)
    return dtype.is_numeric() or (dtype == pl.String and wanted == "number")


def key_faults(frame: pl.DataFrame) -> Iterator[Fault]:
    """Tell which rows have no participant, no visit or that of another row, and wrong dates and flags."""
    times = [name for name in ("VISITNUM", "ADT") if name in frame.columns]
    rows = frame.select("USUBJID", *times, *(["ABLFL"] if "ABLFL" in frame.columns else [])).with_row_index(
        _ROW
    )
    # One column of time must be whole, or the visits could not be put in order.
    whole = not times or any(rows[name].null_count() == 0 for name in times)
    nowhere = pl.lit(value=False) if whole else pl.col(times[0]).is_null()
    for row in rows.filter(pl.col("USUBJID").is_null() | nowhere).head(MOST_FAULTS).iter_rows(named=True):
        yield Fault(
            id="INSTR-009",
            message="has no participant or no visit",
            place=f"row {row[_ROW] + 1}",
            hint="give USUBJID, and VISITNUM (or ADT) on every row",
        )
    if times:
        visit = pl.coalesce(pl.col(name).cast(pl.String) for name in times).alias("visit")
        seen = rows.select(_ROW, "USUBJID", visit).filter(pl.col("visit").is_not_null())
        twice = seen.filter(pl.struct("USUBJID", "visit").is_duplicated())
        for (participant, at), group in twice.group_by("USUBJID", "visit", maintain_order=True):
            listed = ", ".join(str(row + 1) for row in group[_ROW])
            yield Fault(
                id="INSTR-006",
                message=f"{group.height} rows for one visit",
                place=f"rows {listed}, participant {participant}, visit {at}",
                hint="keep one",
            )
    if "ADT" in times:
        undated = pl.col("ADT").is_not_null() & ~is_iso_date(pl.col("ADT"))
        for row in rows.filter(undated).head(MOST_FAULTS).iter_rows(named=True):
            yield _bad(row, "ADT", row["ADT"], "an ISO 8601 date (YYYY-MM-DD) or blank")
    if "ABLFL" in frame.columns:
        flagged = rows.filter(pl.col("ABLFL") == "Y").group_by("USUBJID").len().filter(pl.col("len") > 1)
        for participant, size in flagged.sort("USUBJID").iter_rows():
            yield Fault(
                id="INSTR-010",
                message=f"{size} rows have ABLFL = Y",
                place=f"participant {participant}",
                hint="flag one baseline",
            )
        other = rows.filter(~pl.col("ABLFL").cast(pl.String).is_in(["Y", "N"]))
        for row in other.head(MOST_FAULTS).iter_rows(named=True):
            yield _bad(row, "ABLFL", row["ABLFL"], "Y or blank")


def _value_faults(frame: pl.DataFrame, inputs: Sequence[Input]) -> Iterator[Fault]:
    wrong = {each.code: _wrong(each) for each in inputs}
    counts = frame.select(_count_wrong(each) for each in inputs)
    for each in inputs:
        found = int(counts[each.code].item() or 0) if frame.height else 0
        if not found:
            continue
        rows = frame.with_row_index(_ROW).filter(wrong[each.code])
        for row in rows.head(MOST_FAULTS).iter_rows(named=True):
            yield _bad(row, each.code, row[each.code], _permits(each), each.lookalike)
        if found > MOST_FAULTS:
            yield Fault(
                id="INSTR-007",
                message=f"{found - MOST_FAULTS} further values are not permitted",
                place=f"item {each.code}",
                hint=f"permitted: {_permits(each)}",
            )


# Expressions are made once an input: making them takes longer than evaluating them on a few rows.
@functools.cache
def _wrong(each: Input) -> pl.Expr:
    return pl.col(each.code).is_not_null() & ~permitted(each).fill_null(value=False)


@functools.cache
def _count_wrong(each: Input) -> pl.Expr:
    return _wrong(each).sum().alias(each.code)


def _bad(row: dict[str, object], code: str, value: object, permitted: str, lookalike: str = "") -> Fault:
    visit = row.get("VISITNUM") if row.get("VISITNUM") is not None else row.get("ADT")
    place = f"row {int(str(row[_ROW])) + 1}, item {code}, participant {row['USUBJID']}, visit {visit}"
    hint = f"permitted: {permitted}" + (f"; {lookalike}" if lookalike else "")
    return Fault(id="INSTR-007", message=f"{value!r} is not permitted", place=place, hint=hint)


def _permits(each: Input) -> str:
    match each.kind:
        case "yn" | "flag":
            return "Y, N, yes, no or blank (not done)"
        case "grade":
            return "A, B, C, D, E or blank"
        case "sex":
            return "F, M or blank"
        case "date":
            return "an ISO 8601 date (YYYY-MM-DD) or blank"
        case "ord" if each.values:
            return f"{', '.join(map(str, each.values))} or blank"
        case _:
            unit = 10**each.decimals
            whole = "whole numbers " if each.kind == "ord" else ""
            return f"{whole}{each.low / unit:g} to {each.high / unit:g} {each.unit}".rstrip()


def is_iso_date(column: pl.Expr) -> pl.Expr:
    """Return where a date, or a text, is a date as ISO 8601 writes it; only such texts sort by time."""
    text = column.cast(pl.String)
    return (text.str.to_date("%Y-%m-%d", strict=False).cast(pl.String) == text).fill_null(value=False)


@functools.cache
def permitted(each: Input) -> pl.Expr:
    """Return where the column of an input holds a permitted value; false or null elsewhere."""
    column = pl.col(each.code)
    match each.kind:
        case "yn" | "flag":
            return column.cast(pl.String).is_in([*YES, *NO])
        case "grade":
            return column.cast(pl.String).is_in(list(_RANKS))
        case "sex":
            return column.cast(pl.String).is_in(["F", "M"])
        case "date":
            return is_iso_date(column)
        case "ord" if each.values:
            return column.cast(pl.Float64, strict=False).is_in([float(one) for one in each.values])
        case _:
            value, unit = column.cast(pl.Float64, strict=False), 10**each.decimals
            inside: pl.Expr = value.is_between(each.low / unit, each.high / unit)
            return inside & (value == value.floor()) if each.kind == "ord" else inside


@functools.cache
def integer(each: Input) -> pl.Expr:
    """Return the column of an input as ``checked`` gives it; its values must be permitted."""
    column = pl.col(each.code)
    match each.kind:
        case "yn" | "flag":
            return column.cast(pl.String).is_in(YES).cast(pl.Int32)
        case "grade":
            return column.cast(pl.String).replace_strict(_RANKS, return_dtype=pl.Int32)
        case "sex":
            return (column.cast(pl.String) == "F").cast(pl.Int32)
        case "date":
            return column.cast(pl.String).str.to_date("%Y-%m-%d")
        case "ord":
            return column.cast(pl.Float64).cast(pl.Int32)
        case _:
            scaled: pl.Expr = column.cast(pl.Float64) * float(10**each.decimals) + 0.5
            return scaled.floor().cast(pl.Int64)


@functools.cache
def _absent(each: Input) -> pl.Expr:
    return pl.lit(None, dtype=_dtype(each)).alias(each.code)


def _dtype(each: Input) -> pl.DataType:
    match each.kind:
        case "num":
            return pl.Int64()
        case "date":
            return pl.Date()
        case _:
            return pl.Int32()
