"""Source records as numbers: one row a participant, one column whatever can be read off the records.

Columns are made without any knowledge of arms (docs/allocation/blinding.md, "What is looked at").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lupustrial.blinding._readings import course_of, dates_of, entries_of, values_of
from lupustrial.study import Study

#: Columns in which fewer participants have a value tell nothing.
_OBSERVED = 5


@dataclass(frozen=True, kw_only=True)
class Features:
    """What was looked at.

    Attributes:
        values: Float64, participants x columns; NaN where a participant has no value.
        items: The item that each column belongs to, ``form.ITEM``.
        wheres: What each column is of its item, e.g. ``"W12"``, ``"W12: Y"``, ``"entries: FEVER"``.
    """

    values: NDArray[np.float64]
    items: tuple[str, ...]
    wheres: tuple[str, ...]


def features_of(study: Study, records: pl.DataFrame, participants: Sequence[str]) -> Features:
    """Read every column off the records of some participants.

    Args:
        study: The study.
        records: Source records that may be looked at.
        participants: Ids; the rows of the result have their order.

    Returns:
        The columns that differ between participants, in order of item and visit.
    """
    own = _prepared(study, records, participants)
    plain, many = own.filter(~pl.col("several")), own.filter(pl.col("several"))
    values = values_of(study, plain)
    long = pl.concat(
        [values, course_of(study, values), dates_of(study, plain), _done(plain), entries_of(many)]
    )
    return _wide(long, participants)


def _prepared(study: Study, records: pl.DataFrame, participants: Sequence[str]) -> pl.DataFrame:
    """Records of the participants with what the study says of their items."""
    numeric = {
        name: all(_is_number(entry.value) for entry in entries) for name, entries in study.codelists.items()
    }
    facts = [
        {
            "form": form.id,
            "item": item.id,
            "name": f"{form.id}.{item.id}",
            "kind": "number" if item.codelist is not None and numeric[item.codelist] else item.type,
            "several": form.repeating or form.log,
            "order": place * 1000 + position,
        }
        for place, form in enumerate(study.forms)
        for position, item in enumerate(form.items)
    ]
    order = {visit.id: place for place, visit in enumerate(study.visits)}
    factors = [
        {"form": form.id, "item": item.id, "unit": unit.unit, "factor": float(unit.factor)}
        for form in study.forms
        for item in form.items
        for unit in item.units
    ]
    units = pl.DataFrame(
        factors, schema={"form": pl.String, "item": pl.String, "unit": pl.String, "factor": pl.Float64}
    )
    return (
        records.filter(pl.col("participant").is_in(list(participants)))
        .join(pl.DataFrame(facts), on=["form", "item"], how="inner")
        .join(units, on=["form", "item", "unit"], how="left")
        .with_columns(
            pl.col("visit").replace_strict(order, default=len(order), return_dtype=pl.Int64).alias("v"),
            pl.col("factor").fill_null(1.0),
            (pl.col("status") == "entered").alias("entered"),
        )
    )


def _is_number(text: str) -> bool:
    return text.lstrip("-").isdigit()


def _done(plain: pl.DataFrame) -> pl.DataFrame:
    """1 where an item was entered at a visit; everybody else has 0, as _wide fills it."""
    done = plain.filter("entered").select(
        "participant", "order", "name", "v", where=pl.format("{}: recorded", "visit"), x=pl.lit(1.0)
    )
    return done.unique().with_columns(pl.lit(0.0).alias("otherwise"))


def _wide(long: pl.DataFrame, participants: Sequence[str]) -> Features:
    """Lay the values out, and leave out columns that are the same for all or repeat one of their item."""
    place = {name: row for row, name in enumerate(participants)}
    keys = long.select("order", "v", "name", "where", "otherwise").unique().sort("order", "v", "where")
    keys = keys.with_row_index("column")
    cells = long.join(keys.select("name", "where", "column"), on=["name", "where"])
    values = np.tile(keys["otherwise"].fill_null(np.nan).to_numpy().astype(float), (len(participants), 1))
    rows = cells["participant"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
    values[rows, cells["column"].to_numpy()] = cells["x"].to_numpy()
    names = keys["name"].to_list()
    kept: list[int] = []
    seen: set[tuple[str, bytes]] = set()
    for column, name in enumerate(names):
        known = values[~np.isnan(values[:, column]), column]
        mark = (name, values[:, column].tobytes())
        if known.size >= _OBSERVED and known.min() < known.max() and mark not in seen:
            kept.append(column)
            seen.add(mark)
    return Features(
        values=values[:, kept],
        items=tuple(names[column] for column in kept),
        wheres=tuple(keys["where"].gather(kept).to_list()),
    )
