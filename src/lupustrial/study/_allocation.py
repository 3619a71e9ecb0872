"""The allocation: known participants, known arms, nobody and no slot twice."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from lupustrial.errors import Fault, closest
from lupustrial.study._model import Study
from lupustrial.study._record_faults import LISTED
from lupustrial.study._records import ALLOCATION_SCHEMA


def check_allocation(
    study: Study, frame: pl.DataFrame, records: pl.DataFrame | None, name: str
) -> list[Fault]:
    """Return the faults of an allocation read from CSV.

    Args:
        study: The study.
        frame: Text columns and ``__row``.
        records: The source records, if they could be read, to know the participants.
        name: Name of the file, for places.
    """
    faults = [
        Fault(
            id="RECORD-005",
            message=f"column `{column}` is missing",
            place=name,
            hint=f"add column `{column}`",
        )
        for column in ALLOCATION_SCHEMA
        if column not in frame.columns
    ]
    for column in frame.columns:
        if column not in (*ALLOCATION_SCHEMA, "__row"):
            hint = closest(column, list(ALLOCATION_SCHEMA)) or f"known: {', '.join(ALLOCATION_SCHEMA)}"
            faults.append(Fault(id="RECORD-004", message=f"unknown column `{column}`", place=name, hint=hint))
    if faults:
        return faults
    arms = [arm.id for arm in study.arms]
    faults += _rows(
        frame.filter(~pl.col("arm").is_in(arms) | pl.col("arm").is_null()),
        name,
        "RECORD-050",
        lambda row: f"`{row['arm']}` is no arm",
        lambda row: closest(row["arm"] or "", arms) or f"arms: {', '.join(arms)}",
    )
    if records is not None:
        people = sorted(set(records["participant"].drop_nulls().to_list()))
        faults += _rows(
            frame.filter(~pl.col("participant").is_in(people) | pl.col("participant").is_null()),
            name,
            "RECORD-051",
            lambda row: f"participant `{row['participant']}` has no records",
            lambda row: closest(row["participant"] or "", people) or "add the records, or remove the row",
        )
    for column in ("participant", "slot"):
        twice = pl.col(column).is_duplicated() & pl.col(column).is_not_null()
        faults += _rows(
            frame.filter(twice & ~pl.col(column).is_first_distinct()),
            name,
            "RECORD-052",
            lambda row, column=column: f"{column} {row[column]} is allocated twice",  # type: ignore[misc]  # bound now
            lambda _: "keep the row that is right",
        )
    slot = pl.col("slot").cast(pl.Int32, strict=False)
    faults += _rows(
        frame.filter(slot.is_null() | (slot < 1)),
        name,
        "RECORD-053",
        lambda row: f"slot `{row['slot']}` is not a whole number from 1",
        lambda _: "write the randomisation number",
    )
    return faults


def _rows(
    bad: pl.DataFrame,
    name: str,
    fault_id: str,
    message: Callable[[dict[str, str]], str],
    hint: Callable[[dict[str, str]], str],
) -> list[Fault]:
    faults = [
        Fault(id=fault_id, message=message(row), place=f"{name} row {row['__row']}", hint=hint(row))
        for row in bad.head(LISTED).iter_rows(named=True)
    ]
    if bad.height > LISTED:
        faults.append(Fault(id=fault_id, message=f"and {bad.height - LISTED} more like these", place=name))
    return faults
