"""Rows of items drawn at random, whatever the instrument."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from lupustrial.instruments import Input, Instrument

#: Whole numbers are drawn from 0 to this one, where the input permits more.
MOST = 4


def values_of(each: Input) -> list[Any]:
    """Return values of an input: all of few, both ends and some between of many."""
    match each.kind:
        case "yn" | "flag":
            return ["Y", "N"]
        case "grade":
            return list("ABCDE")
        case "num":
            unit = 10**each.decimals
            between = [each.low + round(part * (each.high - each.low)) for part in (0.001, 0.01, 0.1)]
            return [value / unit for value in (each.low, *between, each.high)]
        case _:
            return list(each.values or range(each.low, min(each.high, MOST) + 1))


def random_rows(
    rng: np.random.Generator, instrument: Instrument, visits: int, *, missing: float = 0.1
) -> list[dict[str, Any]]:
    """Return rows of one participant; each value is missing with the given probability."""
    rows = []
    for _ in range(visits):
        row = {}
        for each in instrument.inputs:
            pool = values_of(each)
            row[each.code] = None if rng.random() < missing else pool[rng.integers(len(pool))]
        rows.append(row)
    return rows


def random_frame(
    rng: np.random.Generator, instrument: Instrument, people: int, visits: int, *, missing: float = 0.1
) -> pl.DataFrame:
    """Return rows of several participants."""
    return pl.DataFrame(
        [
            {"USUBJID": f"{person:03d}", "VISITNUM": float(visit), **row}
            for person in range(people)
            for visit, row in enumerate(random_rows(rng, instrument, visits, missing=missing))
        ],
        infer_schema_length=None,
    )


def chosen_gaps(rng: np.random.Generator, codes: Sequence[str], number: int) -> list[str]:
    """Return some of the codes."""
    return [str(code) for code in rng.choice(list(codes), number, replace=False)]
