"""What the classification criteria have in common: their limits, inputs, checks and reasons.

A criterion counts when it was met at any time, so a criterion that was met before stays met.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lupustrial.instruments._history import lost
from lupustrial.instruments._spec import Check, Input
from lupustrial.instruments._tables import read_table
from lupustrial.instruments._verdict import joined

#: How many criteria or points classify, by name.
NEEDED: Mapping[str, int] = {row["name"]: int(row["value"]) for row in read_table("classification_limits")}


def criterion(row: Mapping[str, str]) -> Input:
    """Return the input of a criterion."""
    return Input(code=row["code"], label=row["label"], kind="yn", source=row["source"], trust=row["trust"])


def stays_met(name: str, codes: Sequence[str]) -> tuple[Check, ...]:
    """Return the checks that a criterion met at an earlier visit is still met."""
    return tuple(
        Check(
            id=name,
            item=code,
            when=lost(code),
            message="Met at an earlier visit, and criteria count at any time: verify both visits.",
            shows=(code,),
        )
        for code in codes
    )


def not_done(codes: Sequence[str]) -> pl.Expr:
    """Return ``not done: A, B``; null where all are done."""
    return pl.lit("not done: ") + joined(
        [pl.when(pl.col(code).is_null()).then(pl.lit(code)) for code in codes], ", "
    )
