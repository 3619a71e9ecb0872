"""A long table of laboratory results, checked whole and brought to the units in which they are compared."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lupustrial.errors import Fault, InstrumentError, closest
from lupustrial.instruments._frame import MOST_FAULTS
from lupustrial.instruments._lab_text import EXACT, answer_of, end_of, number_of, sign_of
from lupustrial.instruments._sledai_labs_inputs import ANSWERS, INPUTS
from lupustrial.instruments._sledai_labs_rules import DECIMALS
from lupustrial.instruments._tables import read_table
from lupustrial.instruments._units import UNITS, convert_unit

_UNITS = read_table("sledai_lab_units")
_DECLARED = {each.code: each for each in INPUTS}

#: Kinds of result, as the column ``test`` names them.
TESTS: tuple[str, ...] = (*dict.fromkeys(row["test"] for row in _UNITS), *ANSWERS)

_REQUIRED = ("USUBJID", "test", "value", "date")
_OPTIONAL = ("unit", "low", "high", "excluded", "factor")
_LONG = 1e15
_COUNTS, _EXCLUDED = ("n", "no", "false"), ("y", "yes", "true")


def read_long(results: pl.DataFrame) -> pl.DataFrame:
    """Return the results that have a value, in the units in which they are compared.

    Columns: ``USUBJID``, ``code``, ``value`` and ``end`` (scaled), ``sign``, ``low``, ``high``, ``date``,
    ``why`` (what it is attributed to; null where it counts).

    Raises:
        InstrumentError: all at once: INSTR-004, INSTR-005 columns; INSTR-007 a value, date or limit that
            cannot be read, or a value out of range; INSTR-013 a test or a unit that is not known.
    """
    frame = _columns(results)
    text = frame.select(_text(name, frame) for name in (*_REQUIRED, *_OPTIONAL)).with_row_index("_n", 1)
    text = text.with_columns(pl.col("test").str.to_lowercase())
    faults = list(_row_faults(text))
    text = text.filter(pl.col("value").is_not_null())
    read, unread = _converted(text)
    faults += unread
    faults += _out_of_range(read)
    if faults:
        raise InstrumentError(faults)
    return read


def _columns(results: pl.DataFrame) -> pl.DataFrame:
    """Return the table with every column by its declared name; optional ones that are absent are null."""
    known = {name.casefold(): name for name in (*_REQUIRED, *_OPTIONAL)}
    frame = results.rename({name: known.get(name.casefold(), name) for name in results.columns})
    faults = [
        Fault(
            id="INSTR-004",
            message="is not known here",
            place=f"results, column {name}",
            hint=closest(name, list(known.values())) or "leave it out",
        )
        for name in frame.columns
        if name not in known.values()
    ]
    faults += [
        Fault(id="INSTR-005", message="is missing", place=f"results, column {name}", hint="it must be there")
        for name in _REQUIRED
        if name not in frame.columns
    ]
    if faults:
        raise InstrumentError(faults)
    return frame.with_columns(
        pl.lit(None, dtype=pl.String).alias(name) for name in _OPTIONAL if name not in frame.columns
    )


def _text(name: str, frame: pl.DataFrame) -> pl.Expr:
    """Return a column as text, null where blank; numbers without an exponent."""
    column = pl.col(name)
    if frame.schema[name].is_float():
        # What is too long for a decimal is written as it is, and refused as no result.
        short = pl.when(column.abs() < _LONG).then(column)
        digits = short.cast(pl.Decimal(38, 12)).cast(pl.String)
        whole = pl.coalesce(digits, column.cast(pl.String))
        return (
            pl.when(whole.str.contains(".", literal=True))
            .then(whole.str.strip_chars_end("0").str.strip_chars_end("."))
            .otherwise(whole)
            .alias(name)
        )
    bare = column.cast(pl.String).str.strip_chars()
    return pl.when(bare != "").then(bare).alias(name)


def _row_faults(text: pl.DataFrame) -> Iterator[Fault]:
    """Yield what is wrong with participant, test, value, date, limits and factor, row by row."""
    tried = text.filter(pl.col("value").is_not_null())
    is_answer = pl.col("test").is_in(list(ANSWERS))
    numeric = number_of(pl.col("value")).is_not_null()
    said = answer_of(pl.col("value")).is_in(["Y", "N"])
    known = pl.col("test").is_in(list(TESTS)).fill_null(value=False)
    good = {
        "USUBJID": (pl.col("USUBJID").is_not_null(), "the participant"),
        "value": (
            ~known | pl.when(is_answer).then(said).otherwise(numeric),
            "a number, >number, <number, a range such as 5-10, or for casts and dsdna_positive yes or no",
        ),
        "date": (_day().is_not_null(), "the date of the sample, ISO 8601 (YYYY-MM-DD)"),
        "low": (_is_number("low"), "a number or blank"),
        "high": (_is_number("high"), "a number or blank"),
        "factor": (_is_number("factor", above_zero=True), "a number above 0 or blank"),
    }
    for row in tried.filter(~known).head(MOST_FAULTS).iter_rows(named=True):
        hint = closest(str(row["test"]), TESTS) or f"known: {', '.join(TESTS)}"
        yield Fault(
            id="INSTR-013", message=f"{row['test']!r} is not known", place=_place(row, "test"), hint=hint
        )
    for name, (fine, wanted) in good.items():
        for row in tried.filter(~fine).head(MOST_FAULTS).iter_rows(named=True):
            message = f"{row[name]!r} is not permitted"
            yield Fault(id="INSTR-007", message=message, place=_place(row, name), hint=f"permitted: {wanted}")


def _place(row: dict[str, object], column: str) -> str:
    return f"results row {row['_n']}, participant {row['USUBJID']}, test {row['test']}, column {column}"


def _day() -> pl.Expr:
    return pl.col("date").str.to_date("%Y-%m-%d", strict=False)


def _is_number(name: str, *, above_zero: bool = False) -> pl.Expr:
    value = pl.col(name).cast(pl.Float64, strict=False)
    fine = value.is_finite() & ((value > 0) if above_zero else (value >= 0))
    return pl.col(name).is_null() | fine.fill_null(value=False)


def _converted(text: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Return the results of known test and unit in the declared unit, and a fault for each other unit."""
    parts, faults = [], []
    for (test, unit), part in text.group_by("test", "unit", maintain_order=True):
        if test not in TESTS:
            continue
        row = _reading(str(test), None if unit is None else str(unit))
        if row is None:
            first = part.row(0, named=True)
            message = "has no unit" if unit is None else f"{unit!r} is not a unit of {test}"
            faults.append(
                Fault(
                    id="INSTR-013",
                    message=f"{message} ({part.height} results)",
                    place=_place(first, "unit"),
                    hint=f"known: {', '.join(_known_units(str(test)))}",
                )
            )
        else:
            parts.append(_in_declared_unit(part, row, unit))
    empty = _in_declared_unit(text.clear(), {"input": "casts", "quantity": "", "to": ""}, None)
    return pl.concat(parts or [empty]), faults


def _reading(test: str, unit: str | None) -> dict[str, str] | None:
    """Return the row of the table by which a test in that unit is read; None where there is none."""
    if test in ANSWERS:
        return {"input": test, "quantity": "", "to": ""}
    for row in _UNITS:
        if row["test"] == test and _fits(row, unit):
            return row
    return None


def _fits(row: dict[str, str], unit: str | None) -> bool:
    if row["units"] == "any":
        return True
    if unit is None:
        return False
    if not row["quantity"]:
        return _spelled(unit) in [_spelled(one) for one in row["units"].split(";")]
    try:
        convert_unit(1.0, row["quantity"], unit=unit, to=row["to"])
    except InstrumentError:
        return False
    return True


def _spelled(unit: str) -> str:
    return "".join(unit.casefold().split()).replace("µ", "u").replace("\N{GREEK SMALL LETTER MU}", "u")


def _known_units(test: str) -> list[str]:
    rows = [row for row in _UNITS if row["test"] == test]
    listed = [unit for row in rows for unit in row["units"].split(";") if unit]
    listed += [unit for row in rows if row["quantity"] for unit in UNITS[row["quantity"]]]
    return list(dict.fromkeys(listed))


def _in_declared_unit(part: pl.DataFrame, row: dict[str, str], unit: object) -> pl.DataFrame:
    answers = row["input"] in ANSWERS
    value, end = number_of(pl.col("value")).cast(pl.Float64), end_of(pl.col("value"))
    if row["quantity"]:
        value, end = (
            convert_unit(one, row["quantity"], unit=str(unit), to=row["to"]) for one in (value, end)
        )
    code = pl.lit(row["input"])
    if row["input"].endswith("_ul"):
        factor = pl.col("factor").cast(pl.Float64)
        value, end = value * factor.fill_null(1.0), end * factor.fill_null(1.0)
        code = pl.when(factor.is_null()).then(code).otherwise(pl.lit(row["test"]))
    said = (answer_of(pl.col("value")) == "Y").cast(pl.Int64)
    bare = pl.col("excluded").str.to_lowercase()
    return part.select(
        "_n",
        "USUBJID",
        "test",
        code=code,
        value=said if answers else _scaled(value),
        end=pl.lit(None, dtype=pl.Int64) if answers else _scaled(end),
        sign=pl.lit(EXACT, dtype=pl.Int32) if answers else sign_of(pl.col("value")),
        low=_scaled(pl.col("low").cast(pl.Float64, strict=False)),
        high=_scaled(pl.col("high").cast(pl.Float64, strict=False)),
        date=_day(),
        why=pl.when(bare.is_in(_EXCLUDED))
        .then(pl.lit(""))
        .when(~bare.is_in(_COUNTS))
        .then(pl.col("excluded")),
    )


def _scaled(value: pl.Expr) -> pl.Expr:
    return (value * float(10**DECIMALS) + 0.5).floor().cast(pl.Int64, strict=False)


def _out_of_range(read: pl.DataFrame) -> Iterator[Fault]:
    for code in read["code"].unique().sort():
        each = _DECLARED[code]
        inside = pl.all_horizontal(
            pl.col(name).is_null() | pl.col(name).is_between(each.low, each.high) for name in ("value", "end")
        )
        for row in read.filter((pl.col("code") == code) & ~inside).head(MOST_FAULTS).iter_rows(named=True):
            unit = 10**each.decimals
            hint = f"permitted: {each.low / unit:g} to {each.high / unit:g} {each.unit}"
            yield Fault(
                id="INSTR-007",
                message=f"{row['value'] / unit:g} is not permitted",
                place=_place(row, "value"),
                hint=hint + (f"; {each.lookalike}" if each.lookalike else ""),
            )
