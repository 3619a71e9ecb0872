"""Records as whole numbers: participants, visits and items by their place in a list, keys packed into one."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lupustrial.study._check_sdtm import target_of
from lupustrial.study._model import Form, Item, Study


@dataclass(frozen=True, kw_only=True)
class ItemEntry:
    """An item of the study with its form and their places."""

    form: Form
    item: Item
    form_index: int
    index: int

    @property
    def name(self) -> str:
        """``form.ITEM``."""
        return f"{self.form.id}.{self.item.id}"

    @property
    def variable(self) -> str:
        """SDTM domain and variable, e.g. ``DM.BRTHDTC``; empty where the item has none."""
        target = target_of(self.form, self.item)
        return f"{target.domain}.{target.variable}" if target is not None and target.variable else ""


def entries_of(study: Study) -> tuple[ItemEntry, ...]:
    """Return every item of the study, in order of forms."""
    entries: list[ItemEntry] = []
    for place, form in enumerate(study.forms):
        entries += [
            ItemEntry(form=form, item=item, form_index=place, index=len(entries) + position)
            for position, item in enumerate(form.items)
        ]
    return tuple(entries)


def dated_by(entries: tuple[ItemEntry, ...], variable: str, item: str) -> ItemEntry | None:
    """Return the date item annotated with an SDTM variable, or else the one with a usual name."""
    dates = [entry for entry in entries if entry.item.type == "date"]
    named = [entry for entry in dates if entry.variable == variable]
    named += [entry for entry in dates if entry.item.id == item]
    return named[0] if named else None


def code_records(study: Study, records: pl.DataFrame, entries: tuple[ItemEntry, ...]) -> pl.DataFrame:
    """Return the records whose visit, form, item and participant are known, as numbers.

    Columns: ``__index`` (row), ``p`` participant, ``v`` visit, ``f`` form, ``i`` item, ``r`` repeat (from 0),
    ``group`` (one value per participant, visit, form and repeat), ``key`` (one per group and item),
    ``unit``, ``value`` (null unless the status is ``entered``).
    """
    items = pl.DataFrame(
        {
            "form": [entry.form.id for entry in entries],
            "item": [entry.item.id for entry in entries],
            "f": [entry.form_index for entry in entries],
            "i": [entry.index for entry in entries],
        },
        schema={"form": pl.String, "item": pl.String, "f": pl.UInt32, "i": pl.UInt32},
    ).lazy()
    visits = pl.LazyFrame(
        {"visit": [visit.id for visit in study.visits], "v": range(len(study.visits))},
        schema={"visit": pl.String, "v": pl.UInt32},
    )
    people = (
        records.lazy().select(participant=pl.col("participant").unique()).drop_nulls().sort("participant")
    )
    coded = (
        records.lazy()
        .select("__index", "participant", "visit", "form", "item", "repeat", "unit", "value", "status")
        .join(items, on=["form", "item"], how="inner")
        .join(visits, on="visit", how="inner")
        .join(people.with_row_index("p"), on="participant", how="inner")
        .filter(pl.col("repeat") >= 1)
        .select(
            "__index",
            "p",
            "v",
            "f",
            "i",
            (pl.col("repeat") - 1).cast(pl.UInt32).alias("r"),
            "unit",
            pl.when(pl.col("status") == "entered").then("value").alias("value"),
        )
        .collect()
    )
    return coded.with_columns(_packed(coded, ["p", "v", "f", "r"], "group")).with_columns(
        _packed(coded, ["p", "v", "i", "r"], "key")
    )


def _packed(coded: pl.DataFrame, columns: list[str], name: str) -> pl.Expr:
    """Pack numbers into one; where their ranges are too wide for 64 bits, hash them."""
    sizes = [int(coded[column].max() or 0) + 1 for column in columns]  # type: ignore[arg-type]  # they are integers
    product = 1
    for size in sizes:
        product *= size
    if product >= 2**63:
        return pl.struct(columns).hash(seed=1).alias(name)
    packed = pl.lit(0, dtype=pl.UInt64)
    for column, size in zip(columns, sizes, strict=True):
        packed = packed * size + pl.col(column).cast(pl.UInt64)
    return packed.alias(name)
