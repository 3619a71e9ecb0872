"""Values in records: in their codelist, numbers of the right kind and within the plausible range, dates."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from lupustrial.errors import closest
from lupustrial.study._model import Item, Study
from lupustrial.study._record_faults import RecordFaults, Row
from lupustrial.study._record_frame import ItemEntry

_INTEGER = r"^[+-]?\d{1,18}$"
_DECIMAL = r"^[+-]?\d{1,30}(\.\d{1,30})?$"
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_LISTED = 12


def check_values(
    study: Study, coded: pl.DataFrame, entries: tuple[ItemEntry, ...], faults: RecordFaults
) -> None:
    """RECORD-020 to RECORD-023 and RECORD-026, found among the distinct values of each item."""
    typed = [entry.index for entry in entries if entry.item.type != "text"]
    distinct = (
        coded.lazy()
        .filter(pl.col("value").is_not_null() & pl.col("i").is_in(typed))
        .select("i", "unit", "value")
        .unique()
        .collect(engine="streaming")
        .with_columns(pl.col("i").replace_strict({e.index: e.item.type for e in entries}).alias("type"))
    )
    bad = {
        "RECORD-020": _codes(study, distinct, entries),
        "RECORD-021": _not_numbers(distinct),
        "RECORD-022": _too_fine(distinct, entries),
        "RECORD-023": _out_of_range(distinct, entries),
        "RECORD-026": _not_dates(distinct),
    }
    items = {entry.name: entry.item for entry in entries}
    for fault_id, found in bad.items():
        if not found.is_empty():
            rows = coded.join(found, on=["i", "unit", "value"], how="semi", nulls_equal=True).select(
                "__index"
            )
            faults.add_rows(
                fault_id,
                rows,
                lambda row, fault_id=fault_id: _message(fault_id, row, items),  # type: ignore[misc]  # bound now
                lambda row, fault_id=fault_id: _hint(fault_id, row, items, study),  # type: ignore[misc]  # bound now
            )


def numbers_of(entry: ItemEntry) -> pl.Expr:
    """Return the value of a numeric item in its standard unit as Float64; null where it is no number."""
    number = pl.col("value").str.strip_chars().cast(pl.Float64, strict=False)
    factors = {unit.unit: float(unit.factor) for unit in entry.item.units}
    if not factors:
        return number
    return number * pl.col("unit").replace_strict(factors, default=1.0, return_dtype=pl.Float64)


def _codes(study: Study, distinct: pl.DataFrame, entries: tuple[ItemEntry, ...]) -> pl.DataFrame:
    allowed = [
        (entry.index, value.value)
        for entry in entries
        if entry.item.type == "code"
        for value in study.codelists[entry.item.codelist or ""]
    ]
    known = pl.DataFrame(allowed, schema={"i": pl.UInt32, "value": pl.String}, orient="row")
    return distinct.filter(pl.col("type") == "code").join(known, on=["i", "value"], how="anti")


def _numeric() -> pl.Expr:
    return pl.col("type").is_in(["integer", "decimal"])


def _is_number() -> pl.Expr:
    value = pl.col("value")
    whole = value.str.contains(_INTEGER)
    return pl.when(pl.col("type") == "integer").then(whole).otherwise(value.str.contains(_DECIMAL))


def _not_numbers(distinct: pl.DataFrame) -> pl.DataFrame:
    return distinct.filter(_numeric() & ~_is_number())


def _too_fine(distinct: pl.DataFrame, entries: tuple[ItemEntry, ...]) -> pl.DataFrame:
    """More digits after the point than are recorded; zeros at the end do not count.

    Only values in the standard unit: a value in another unit has the digits of that unit.
    """
    most = {e.index: e.item.decimals for e in entries if e.item.decimals is not None}
    standard = {e.index: e.item.unit for e in entries if e.item.decimals is not None}
    if not most:
        return distinct.clear()
    digits = pl.col("value").str.extract(r"\.(\d+)$").str.strip_chars_end("0").str.len_chars()
    limit = pl.col("i").replace_strict(most, default=None, return_dtype=pl.UInt32)
    unit = pl.col("i").replace_strict(standard, default=None, return_dtype=pl.String)
    return distinct.filter(_numeric() & _is_number() & pl.col("unit").eq_missing(unit) & (digits > limit))


def _out_of_range(distinct: pl.DataFrame, entries: tuple[ItemEntry, ...]) -> pl.DataFrame:
    """Outside the plausible range, compared as decimals in the standard unit."""
    ranges = {e.index: e.item for e in entries if e.item.range is not None}
    numbers = distinct.filter(_numeric() & _is_number() & pl.col("i").is_in(list(ranges)))
    outside = [
        not _within(Decimal(value), unit, ranges[index])
        for index, unit, value in numbers.select("i", "unit", "value").iter_rows()
    ]
    return numbers.filter(pl.Series(outside, dtype=pl.Boolean))


def _within(value: Decimal, unit: str | None, item: Item) -> bool:
    if item.range is None:
        return True
    if unit is not None and unit != item.unit:
        factors = {other.unit: other.factor for other in item.units}
        if unit not in factors:
            return True  # the unit itself is at fault
        value *= factors[unit]
    return item.range[0] <= value <= item.range[1]


def _not_dates(distinct: pl.DataFrame) -> pl.DataFrame:
    parsed = pl.col("value").str.to_date("%Y-%m-%d", strict=False)
    dates = distinct.filter(pl.col("type") == "date")
    return dates.filter(~pl.col("value").str.contains(_DATE) | parsed.is_null())


def _message(fault_id: str, row: Row, items: Mapping[str, Item]) -> str:
    name, value = f"{row['form']}.{row['item']}", row["value"]
    item = items[name]
    unit = f" {row['unit']}" if row["unit"] else ""
    if fault_id == "RECORD-020":
        return f"`{value}` is not in codelist {item.codelist}"
    if fault_id == "RECORD-021":
        return f"`{value}` is not {'a whole number' if item.type == 'integer' else 'a number'}"
    if fault_id == "RECORD-022":
        return f"{value} has more than {item.decimals} digits after the point"
    if fault_id == "RECORD-023":
        return f"{value}{unit} is outside the plausible range of {name}"
    return f"`{value}` is not a date"


def _hint(fault_id: str, row: Row, items: Mapping[str, Item], study: Study) -> str:
    item = items[f"{row['form']}.{row['item']}"]
    if fault_id == "RECORD-020":
        values = [entry.value for entry in study.codelists[item.codelist or ""]]
        return closest(row["value"], values) or f"choose {', '.join(values[:_LISTED])}"
    if fault_id == "RECORD-023" and item.range is not None:
        unit = f" {item.unit}" if item.unit else ""
        return f"plausible are {item.range[0]} to {item.range[1]}{unit}: mend the value or its unit"
    return {
        "RECORD-021": "write digits with a point, no comma, blank, `<` or unit; else use a status",
        "RECORD-022": "round as the form asks, or change its `decimals`",
        "RECORD-026": "write a day that exists, as YYYY-MM-DD",
    }[fault_id]
