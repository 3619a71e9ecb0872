"""An export read through a mapping, as the frame that ``score`` takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from lupustrial.cli._mapping import ColumnVisit, Done, ExportMap, read_mapping
from lupustrial.cli._mapping_plan import Plan, Source, affixed, plan_of
from lupustrial.cli._score_items import Items, finished
from lupustrial.cli._score_names import refuse_keep
from lupustrial.cli._score_origin import Origin
from lupustrial.cli._score_table import Table
from lupustrial.cli._score_values import NOT_DONE
from lupustrial.cli._yaml import Tree
from lupustrial.errors import Fault, ScoreError, closest
from lupustrial.instruments import KEYS, Instrument, convert_unit

_ROW, _GROUP = "\0row", "\0group"


def mapped_items(path: Path, table: Table, instrument: Instrument, keep: Sequence[str]) -> Items:
    """Return the items of an export.

    Args:
        path: The mapping file.
        table: The export.
        instrument: The instrument.
        keep: Columns of the export to be passed through.

    Raises:
        ScoreError: SCORE-010 to SCORE-016, the mapping cannot be read or does not fit the export.
    """
    mapping, tree = read_mapping(path)
    faults: list[Fault] = []
    plan = plan_of(mapping, tree, table, instrument, faults)
    faults.extend(refuse_keep(table, instrument, keep))
    faults.extend(_lost_done(plan, tree, table))
    if faults:
        raise ScoreError(dict.fromkeys(faults))
    rows = _rows(mapping, tree, table, faults)
    if not rows.height:
        hint = "look at `only`, `skip` and the numbers of the visits"
        faults.append(Fault(id="SCORE-003", message="no row is left to be read", place=tree.name, hint=hint))
        raise ScoreError(faults)
    parts = [_group(rows, plan, at, table, faults) for at in range(len(plan.groups))]
    frame = pl.concat(parts, how="diagonal").sort(_ROW, _GROUP)
    if mapping.baseline is not None and "VISITNUM" in frame.columns:
        base = pl.col("VISITNUM").cast(pl.Float64, strict=False) == mapping.baseline
        frame = frame.with_columns(ABLFL=pl.when(base).then(pl.lit("Y")))
    origin = Origin(
        table=table,
        rows=frame[_ROW].to_list(),
        groups=frame[_GROUP].to_list(),
        columns=[{**columns, **_key_columns(mapping)} for _, columns in plan.groups],
        units={code: str(each.item.unit) for code, each in plan.sources.items() if each.quantity},
    )
    names = [name for name in dict.fromkeys(keep) if name not in KEYS or name not in frame.columns]
    kept = table.original.select(names)[frame[_ROW]] if names else pl.DataFrame()
    return finished(frame.drop(_ROW, _GROUP), instrument, kept=kept, origin=origin, faults=faults)


def _key_columns(mapping: ExportMap) -> dict[str, str]:
    visit = {"VISITNUM": mapping.visit.column} if mapping.visit is not None else {}
    return {"USUBJID": mapping.participant, **visit}


def _lost_done(plan: Plan, tree: Tree, table: Table) -> Iterator[Fault]:
    """Yield a fault for each status column that the export lacks."""
    for code, source in plan.sources.items():
        own = source.item.done is not None
        for visit, columns in plan.groups:
            if source.done is None or code not in columns:
                continue
            column = affixed(source.done.column, visit)
            if column not in table.frame.columns:
                place = tree.place(("items", code, "done") if own else ("done", "column"))
                hint = closest(column, table.frame.columns) or "name the column without the visit's suffix"
                message = f"{table.name} has no column {column!r}"
                yield Fault(id="SCORE-013", message=message, place=place, hint=hint)


def _rows(mapping: ExportMap, tree: Tree, table: Table, faults: list[Fault]) -> pl.DataFrame:
    """Return the rows that are read, numbered, with USUBJID, and VISITNUM where each visit is a row."""
    frame = table.frame.with_row_index(_ROW)
    for column, allowed in mapping.only.items():
        frame = frame.filter(pl.col(column).fill_null("").is_in(list(allowed)))
    frame = frame.with_columns(USUBJID=pl.col(mapping.participant))
    event = mapping.visit
    if event is None:
        return frame
    frame = frame.filter(~pl.col(event.column).is_in(list(event.skip)).fill_null(value=False))
    if event.numbers is None:
        return frame.with_columns(VISITNUM=pl.col(event.column))
    known = list(event.numbers)
    other = frame.filter(pl.col(event.column).is_not_null() & ~pl.col(event.column).is_in(known))
    for (name,), group in other.group_by(event.column, maintain_order=True):
        message = (
            f"event {name!r} has no number ({group.height} rows, first at {table.place(group[_ROW][0])})"
        )
        hint = closest(str(name), known) or f"give it one, or name it in `skip: [{name}]`"
        place = tree.place(("visit", "numbers"))
        faults.append(Fault(id="SCORE-014", message=message, place=place, hint=hint))
    numbers = {name: f"{number:g}" for name, number in event.numbers.items()}
    number = pl.col(event.column).replace_strict(numbers, default=None, return_dtype=pl.String)
    return frame.with_columns(VISITNUM=number).filter(
        pl.col(event.column).is_null() | pl.col(event.column).is_in(known)
    )


def _group(rows: pl.DataFrame, plan: Plan, at: int, table: Table, faults: list[Fault]) -> pl.DataFrame:
    """Return keys and items of one group of columns, as texts."""
    visit, columns = plan.groups[at]
    keys = [pl.col(name) for name in ("USUBJID", "VISITNUM") if name in rows.columns]
    if visit is not None:
        keys.append(pl.lit(f"{visit.number:g}").alias("VISITNUM"))
    if "ADT" in columns:
        keys.append(pl.col(columns["ADT"]).alias("ADT"))
    values = []
    for code, source in plan.sources.items():
        if source.item.value is not None:
            values.append(pl.lit(source.item.value).alias(code))
        elif code in columns and code != "ADT":
            faults.extend(_uncoded(rows, code, columns[code], source, table))
            values.append(_value(columns[code], source, visit).alias(code))
    return rows.select(_ROW, pl.lit(at).alias(_GROUP), *keys, *values)


def _uncoded(rows: pl.DataFrame, code: str, column: str, source: Source, table: Table) -> Iterator[Fault]:
    """Yield a fault for each value that a code list does not have."""
    if source.values is None:
        return
    text = pl.col(column)
    odd = text.is_not_null() & ~text.is_in(list(source.values)) & ~text.str.to_lowercase().is_in(NOT_DONE)
    for row in rows.filter(odd).iter_rows(named=True):
        message = f"{row[column]!r} is no code of the mapping"
        place = f"{table.place(row[_ROW])}, item {code} (column {column}), participant {row['USUBJID']}"
        hint = f"codes: {', '.join(source.values)}; blank is not done"
        yield Fault(id="SCORE-017", message=message, place=place, hint=hint)


def _value(column: str, source: Source, visit: ColumnVisit | None) -> pl.Expr:
    """Return an item: null where it was not asked, decoded, in the unit of the instrument."""
    value = pl.col(column)
    if source.done is not None:
        value = pl.when(_asked(source.done, visit)).then(value)
    if source.values is not None:
        value = value.replace_strict(dict(source.values), default=None, return_dtype=pl.String)
    if source.quantity is not None and source.declared is not None:
        number = value.cast(pl.Float64, strict=False)
        unit, to = str(source.item.unit), source.declared.unit
        converted = convert_unit(number, source.quantity, unit=unit, to=to)
        value = pl.when(number.is_not_null()).then(converted.cast(pl.String)).otherwise(value)
    return value


def _asked(done: Done, visit: ColumnVisit | None) -> pl.Expr:
    return pl.col(affixed(done.column, visit)).is_in(list(done.values)).fill_null(value=False)
