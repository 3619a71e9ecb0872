"""Scoring the visits of a participant, or of many at once, or every way to fill in what was not done."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments import queries, score

Row = dict[str, Any]


def as_frame(*rows: Row) -> pl.DataFrame:
    """Return the visits of participant P, numbered from 0."""
    return pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)], infer_schema_length=None
    )


def scored(name: str, *rows: Row, **settings: Any) -> list[Row]:
    """Score the visits of one participant."""
    return score(name, as_frame(*rows), settings=settings).rows(named=True)


def scored_apart(name: str, *people: Row | Sequence[Row], **settings: Any) -> list[Row]:
    """Score participants at once, each with one visit or with several; return the last visit of each."""
    visits = [[person] if isinstance(person, dict) else list(person) for person in people]
    frame = pl.DataFrame(
        [
            {"USUBJID": f"{n:06d}", "VISITNUM": number, "LAST": number == len(person) - 1, **row}
            for n, person in enumerate(visits)
            for number, row in enumerate(person)
        ],
        infer_schema_length=None,
    )
    found = score(name, frame, settings=settings, keep=["LAST"])
    return found.filter("LAST").drop("LAST").rows(named=True)


def queried(name: str, *rows: Row) -> list[tuple[Any, ...]]:
    """Return visit, id and item of every query, and the values shown."""
    found = queries(name, as_frame(*rows))
    return found.select("VISITNUM", "query", "item", "values").rows()


def faults_of(name: str, *rows: Row, **settings: Any) -> list[Fault]:
    """Return the faults for which the visits of one participant are refused."""
    with pytest.raises(InstrumentError) as caught:
        score(name, as_frame(*rows), settings=settings)
    return list(caught.value.faults)


def completed(
    name: str,
    rows: Sequence[Row],
    gaps: Mapping[tuple[int, str], Sequence[Any]],
    visit: int = -1,
    **settings: Any,
) -> tuple[Row, pl.DataFrame]:
    """Score rows with gaps, and again for every way to fill the gaps with the values given for them.

    Returns:
        The row of `visit` as it stands, and that row of every completion.
    """
    people = [list(rows)]
    for values in itertools.product(*gaps.values()):
        filled = [dict(row) for row in rows]
        for (row, code), value in zip(gaps, values, strict=True):
            filled[row][code] = value
        people.append(filled)
    at = range(len(rows))[visit]
    frame = pl.DataFrame(
        [
            {"USUBJID": f"{n:06d}", "VISITNUM": v, **row}
            for n, person in enumerate(people)
            for v, row in enumerate(person)
        ],
        infer_schema_length=None,
    )
    found = score(name, frame, settings=settings, reasons=False).filter(pl.col("VISITNUM") == at)
    return found.row(0, named=True), found[1:]
