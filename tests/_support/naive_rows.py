"""What the scorers written row by row share: participants as lists of visits, and completions of gaps."""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from lupustrial.instruments import score

Row = dict[str, Any]
Gap = tuple[int, str]


@functools.cache
def exact(value: Any) -> Any:
    """Return a number as it is written, 0.7 as seven tenths, or None."""
    return None if value is None else Fraction(str(value))


def seeded(seed: int) -> random.Random:
    """Return a source of test data."""
    return random.Random(seed)  # noqa: S311  # test data


def scored(name: str, people: Sequence[list[Row]], settings: Row, rng: random.Random) -> list[list[Row]]:
    """Score participants whose rows are given in a random order; return them in the order of the visits."""
    rows = [
        {"USUBJID": f"{person:05d}", "VISITNUM": visit, **row}
        for person, visits in enumerate(people)
        for visit, row in enumerate(visits)
    ]
    rng.shuffle(rows)
    found = score(name, pl.DataFrame(rows, infer_schema_length=None), settings=settings, reasons=False)
    by_key = {(row["USUBJID"], int(row["VISITNUM"])): row for row in found.rows(named=True)}
    return [
        [by_key[f"{person:05d}", visit] for visit in range(len(visits))]
        for person, visits in enumerate(people)
    ]


def flag_baseline(rng: random.Random, rows: list[Row]) -> int:
    """Flag one of the first two visits as baseline, or none (then it is the first); return its place."""
    place = rng.choice((0, 0, 1)) if len(rows) > 2 else 0
    flagged = place > 0 or rng.random() < 0.5
    for visit, row in enumerate(rows):
        row["ABLFL"] = "Y" if flagged and visit == place else None
    return place


def completions(rows: list[Row], pools: Mapping[Gap, Sequence[object]]) -> Iterator[list[Row]]:
    """Yield the visits with every gap filled in every way."""
    for values in itertools.product(*pools.values()):
        filled = [dict(row) for row in rows]
        for (visit, code), value in zip(pools, values, strict=True):
            filled[visit][code] = value
        yield filled


def agreed(verdicts: set[Any]) -> Any:
    """Return the verdict of all completions, or None where they differ."""
    return next(iter(verdicts)) if len(verdicts) == 1 else None
