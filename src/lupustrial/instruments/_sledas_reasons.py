"""The reasons of SLE-DAS: what adds to the score, with the value and its points, and what was not done."""

from __future__ import annotations

import polars as pl

from lupustrial.instruments._columns import total
from lupustrial.instruments._sledas_inputs import FLAGS, RANGES
from lupustrial.instruments._sledas_rules import DECIMALS, TERMS, points_of
from lupustrial.instruments._verdict import decimal, joined

_KEPT = 10**DECIMALS


def reasons_of(arthritis: str) -> pl.Expr:
    """Return e.g. ``arthritis +3.13; swollen_joints 2 +0.91; protein_mg 3000 +12.93; not done: alopecia``."""
    codes = tuple(dict.fromkeys(term["input"] for term in TERMS if term["input"]))
    parts = [_told(code, arthritis) for code in codes]
    undone = joined([pl.when(pl.col(code).is_null()).then(pl.lit(code)) for code in codes], ", ")
    return joined([*parts, pl.lit("not done: ") + undone])


def _told(code: str, arthritis: str) -> pl.Expr:
    """Return code, value and points of what is known to add to the score; null where it adds nothing."""
    known = {name: pl.col(name).fill_null(0) for name in (*FLAGS, "swollen_joints")}
    known |= {
        name: pl.col(name).fill_null(_KEPT if name == "protein_mg" else ends[1])
        for name, ends in RANGES.items()
    }
    points: pl.Expr = total(points_of(term, known, arthritis) for term in TERMS if term["input"] == code)
    value = {name: pl.lit(" ") + decimal(pl.col(name), DECIMALS) for name in RANGES}
    value["swollen_joints"] = pl.lit(" ") + pl.col("swollen_joints").cast(pl.String)
    text = pl.lit(code) + value.get(code, pl.lit("")) + pl.lit(" +")
    shown = decimal((points / 10 + 0.5).floor().cast(pl.Int64), 2)
    return pl.when(points > 0).then(text + shown)
