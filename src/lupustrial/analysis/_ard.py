"""Analysis results as data (ARD): one row a statistic, with everything needed to find its inputs again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import polars as pl

#: Columns and types of the results, in this order. ``AVISITN`` is null for results over the whole period.
#: Where a statistic could not be computed ``VALUE`` is null and ``ERROR`` says why.
ARD_SCHEMA: dict[str, pl.DataType] = {
    "RESULT_ID": pl.String(),
    "SAP": pl.String(),
    "ANALYSIS": pl.String(),
    "ESTIMAND": pl.String(),
    "POPULATION": pl.String(),
    "DATASET": pl.String(),
    "PARAMCD": pl.String(),
    "PARAM": pl.String(),
    "AVISITN": pl.Int32(),
    "GROUP": pl.String(),
    "GROUPTYPE": pl.String(),
    "METHOD": pl.String(),
    "STAT": pl.String(),
    "VALUE": pl.Float64(),
    "TEXT": pl.String(),
    "N": pl.Int64(),
    "QUERY": pl.String(),
    "INPUTS": pl.String(),
    "PLAN": pl.Boolean(),
    "PRIMARY": pl.Boolean(),
    "PROVENANCE": pl.String(),
    "WARNING": pl.String(),
    "ERROR": pl.String(),
}

GroupType = Literal["arm", "contrast", "within", "overall"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One statistic of a method: a number, or a text, or the reason why there is none."""

    stat: str
    value: float | None = None
    text: str | None = None
    warning: str | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What the results of one method on one group at one visit have in common (ARD columns in lower case)."""

    sap: str
    analysis: str
    estimand: str | None
    population: str
    dataset: str
    paramcd: str
    param: str
    avisitn: int | None
    group: str
    grouptype: GroupType
    method: str
    n: int
    query: str
    inputs: str
    plan: bool
    primary: bool
    provenance: str
    warning: str | None = None


def result_id(cell: Cell, stat: str) -> str:
    """Return the stable id of a result: analysis, parameter, week, group, method and statistic."""
    week = "overall" if cell.avisitn is None else str(cell.avisitn)
    return f"{cell.analysis}|{cell.paramcd}|{week}|{cell.group}|{cell.method}|{stat}"


def results_frame(cells: Sequence[tuple[Cell, Sequence[Result]]]) -> pl.DataFrame:
    """Lay cells and their results out as a frame with `ARD_SCHEMA`, in the order given."""
    rows = []
    for cell, results in cells:
        common = {name.upper(): value for name, value in asdict(cell).items()}
        rows += [
            {
                **common,
                "RESULT_ID": result_id(cell, result.stat),
                "STAT": result.stat,
                "VALUE": result.value,
                "TEXT": result.text,
                "WARNING": result.warning or cell.warning,
                "ERROR": result.error,
            }
            for result in results
        ]
    return pl.DataFrame(rows, schema=ARD_SCHEMA)
