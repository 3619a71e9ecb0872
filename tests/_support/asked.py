"""The queries that a set of checks raises on the visits of participants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import polars as pl

from lupustrial.instruments import INSTRUMENTS, Check, queries

Row = dict[str, Any]

#: Number of the visit, id of the query, its item.
Asked = list[tuple[int, str, str]]


def asked_each(
    name: str, people: Sequence[Sequence[Row]], *, checks: Sequence[Check] | None = None, **settings: str
) -> list[Asked]:
    """Return the queries of each participant, in order; with `checks` in place of the instrument's own.

    `people` holds a sequence of rows a participant; a row is visit 0, 1, … unless it has VISITNUM.
    """
    rows = [
        {"USUBJID": f"{n:04d}", "VISITNUM": visit, **row}
        for n, person in enumerate(people)
        for visit, row in enumerate(person)
    ]
    found = _queries(name, pl.DataFrame(rows, infer_schema_length=None), checks, settings)
    each: list[Asked] = [[] for _ in people]
    for person, *query in found.select("USUBJID", "VISITNUM", "query", "item").iter_rows():
        each[int(person)].append((query[0], query[1], query[2]))
    return each


def told(
    name: str, *rows: Row, checks: Sequence[Check] | None = None, **settings: str
) -> list[tuple[int, str, str, str | None]]:
    """Return (visit, query, item, values) of every query on the visits of one participant."""
    visits = [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)]
    found = _queries(name, pl.DataFrame(visits, infer_schema_length=None), checks, settings)
    return found.select("VISITNUM", "query", "item", "values").rows()


def expect_queries(
    name: str,
    cases: Sequence[tuple[Sequence[Row], Asked]],
    *,
    checks: Sequence[Check] | None = None,
    only: str = "",
    **settings: str,
) -> None:
    """Compare the queries of each case, those whose id begins with `only`, with what is expected."""
    found = asked_each(name, [rows for rows, _ in cases], checks=checks, **settings)
    for (rows, expected), seen in zip(cases, found, strict=True):
        assert [one for one in seen if one[1].startswith(only)] == expected, rows


def _queries(
    name: str, frame: pl.DataFrame, checks: Sequence[Check] | None, settings: dict[str, str]
) -> pl.DataFrame:
    instrument = INSTRUMENTS[name]
    chosen = replace(instrument, checks=instrument.checks if checks is None else tuple(checks))
    with patch("lupustrial.instruments._queries.find", return_value=chosen):
        return queries(name, frame, settings=settings)
