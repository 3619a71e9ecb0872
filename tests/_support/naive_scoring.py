"""Tools of the naive scorers: rows are dicts, one participant at a time, numbers exact fractions.

The scorers were written from the text of the reference by someone who had not read the package. Nothing here
is shared with it.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

Row = dict[str, Any]
Pools = Mapping[str, Sequence[Any]]

DOMAINS = (
    "constitutional",
    "mucocutaneous",
    "neuropsychiatric",
    "musculoskeletal",
    "cardiorespiratory",
    "gastrointestinal",
    "ophthalmic",
    "renal",
    "haematological",
)


def exact(value: Any) -> Fraction:
    """Return the decimal that was written, not the binary number beside it."""
    return Fraction(str(value))


def yes(answer: Any) -> bool:
    """Return whether the answer is yes."""
    return bool(answer == "Y")


def yn(fact: bool) -> str:  # noqa: FBT001  # the only argument
    """Return Y or N."""
    return "Y" if fact else "N"


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of one participant by visit."""
    return sorted(rows, key=lambda row: float(row["VISITNUM"]))


def baseline_of(rows: Sequence[Row]) -> int:
    """Return where the flagged row is, else 0."""
    return next((at for at, row in enumerate(rows) if yes(row.get("ABLFL"))), 0)


def people(
    rng: random.Random, number: int, draw: Callable[[random.Random], Row], *, visits: tuple[int, int] = (2, 5)
) -> list[list[Row]]:
    """Draw participants, in order of visits; half have a flagged baseline, on any row but the last."""
    result = []
    for person in range(number):
        length = rng.randint(*visits)
        rows = [{"USUBJID": f"{person:05d}", "VISITNUM": 1.5 * visit, **draw(rng)} for visit in range(length)]
        flagged = rng.randrange(length - 1) if rng.random() < 0.5 else None
        for at, row in enumerate(rows):
            row["ABLFL"] = "Y" if at == flagged else None
        result.append(rows)
    return result


def shuffled_frame(rng: random.Random, drawn: Sequence[Sequence[Row]]) -> pl.DataFrame:
    """Return all rows in any order."""
    rows = [row for each in drawn for row in each]
    rng.shuffle(rows)
    return pl.DataFrame(rows, infer_schema_length=None)


def by_visit(rows: Sequence[Row]) -> dict[tuple[str, float], Row]:
    """Return rows by participant and visit."""
    return {(row["USUBJID"], row["VISITNUM"]): row for row in rows}


def make_gaps(
    rng: random.Random, rows: Sequence[Row], codes: Sequence[str], most: int, not_first: Sequence[str] = ()
) -> list[tuple[int, str]]:
    """Blank up to `most` cells in place, those of `not_first` only after the first visit; return where."""
    cells = [
        (at, code)
        for at, row in enumerate(rows)
        for code in codes
        if row.get(code) is not None and (at > 0 or code not in not_first)
    ]
    gaps = rng.sample(cells, rng.randint(1, most))
    for at, code in gaps:
        rows[at][code] = None
    return gaps


def completions(
    rows: Sequence[Row], gaps: Sequence[tuple[int, str]], pool: Callable[[str], Sequence[Any]]
) -> list[list[Row]]:
    """Return the participant with the gaps filled in every way."""
    result = []
    for values in itertools.product(*(pool(code) for _, code in gaps)):
        filled = [dict(row) for row in rows]
        for (at, code), value in zip(gaps, values, strict=True):
            filled[at][code] = value
        result.append(filled)
    return result


def around(values: Sequence[Any], low: str, high: str, *steps: str) -> list[float]:
    """Return the ends of a range and the values one step above and below each of `values`, inside it."""
    found = {exact(low), exact(high)}
    for value in values:
        for step in ("0", *steps):
            found |= {exact(value) + exact(step), exact(value) - exact(step)}
    return [float(each) for each in sorted(found) if exact(low) <= each <= exact(high)]
