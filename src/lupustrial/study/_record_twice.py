"""What is recorded twice, and what a form that was filled in lacks."""

from __future__ import annotations

from typing import Any

import polars as pl

from lupustrial.study._record_faults import LISTED, RecordFaults, whereabouts
from lupustrial.study._record_frame import ItemEntry

_NAMED = 6  # items of a form that one fault names


def check_duplicates(coded: pl.DataFrame, entries: tuple[ItemEntry, ...], faults: RecordFaults) -> None:
    """RECORD-030: one fault for each form of a visit that was recorded twice, with its items."""
    if coded["key"].n_unique() == coded.height:
        return
    twice = coded.filter(pl.col("key").is_duplicated()).sort("__index")
    forms = twice.group_by("group", maintain_order=True).agg(
        pl.col("__index").first(),
        pl.col("__index").last().alias("last"),
        pl.col("i").unique(maintain_order=True),
    )
    for index, last, items in forms.head(LISTED).select("__index", "last", "i").iter_rows():
        row = faults.records.row(index, named=True)
        other = faults.records.row(last, named=True)
        names = [entries[item].item.id for item in items]
        listed = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
        message = f"visit {row['visit']}, form {row['form']} is recorded twice: {_count(names)} ({listed})"
        place = faults.place({**row, "item": None})
        hint = f"the other record: {faults.place(other).split(', ')[0]}; keep one, or number the repeats"
        faults.add("RECORD-030", message, place, hint)
    faults.count("RECORD-030", max(0, forms.height - LISTED))


def _count(names: list[str]) -> str:
    return "1 item" if len(names) == 1 else f"{len(names)} items"


def check_required(coded: pl.DataFrame, entries: tuple[ItemEntry, ...], faults: RecordFaults) -> None:
    """RECORD-041 (warning): a form that was filled in lacks a required item that is always asked.

    Items with a condition are judged with it, in `check_conditions_met`.
    """
    asked = [entry for entry in entries if entry.item.required and entry.item.when is None]
    wanted: dict[int, int] = {}
    for entry in asked:
        wanted[entry.form_index] = wanted.get(entry.form_index, 0) + 1
    if not wanted:
        return
    counted = (
        coded.lazy()
        .with_columns(pl.col("i").is_in([entry.index for entry in asked]).alias("asked"))
        .group_by("group")
        .agg(
            pl.col("f").first(),
            pl.col("__index").min(),
            pl.when("asked").then("i").drop_nulls().n_unique().alias("found"),
        )
        .with_columns(
            pl.col("f").replace_strict(wanted, default=0, return_dtype=pl.UInt32).alias("wanted"),
        )
        .filter(pl.col("found") < pl.col("wanted"))
        .sort("__index")
        .collect()
    )
    if counted.is_empty():
        return
    lacking = int((counted["wanted"] - counted["found"]).sum())
    shown = counted.head(LISTED)
    present = coded.join(shown.select("group"), on="group", how="semi").group_by("group").agg("i")
    have = dict(present.iter_rows())
    listed = 0
    for group, form, index in shown.select("group", "f", "__index").iter_rows():
        row = faults.records.row(index, named=True)
        for entry in asked:
            if entry.form_index == form and entry.index not in have[group] and listed < LISTED:
                listed += 1
                add_lacking(entry, row, faults)
    faults.count("RECORD-041", lacking - listed)


def add_lacking(entry: ItemEntry, row: dict[str, Any], faults: RecordFaults) -> None:
    """Add RECORD-041 for an item that a form lacks; `row` is another record of the same form."""
    place = f"{row.get('__file') or faults.origin}, {whereabouts({**row, 'item': entry.item.id})}"
    hint = "record it, or the reason why not: not done, unknown, not applicable"
    faults.add("RECORD-041", f"required item `{entry.item.id}` is missing", place, hint, severity="warning")
