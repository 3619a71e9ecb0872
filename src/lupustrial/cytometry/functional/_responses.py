"""Responses of whole tables: every stimulated file beside its unstimulated twin."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import dataframely as dy
import polars as pl

from lupustrial.cytometry.functional._background import LEVEL, background
from lupustrial.cytometry.functional._tally import Tally


class Responses(dy.Schema):
    """One row a stimulated file and population; percentage points of the parent."""

    file_sha256 = dy.String(primary_key=True)
    unstimulated_sha256 = dy.String(primary_key=True)
    population = dy.String(primary_key=True)
    count = dy.Int64(min=0)
    parent_count = dy.Int64(min=0)
    unstimulated_count = dy.Int64(min=0)
    unstimulated_parent_count = dy.Int64(min=0)
    difference = dy.Float64(nullable=True, min=-100, max=100)
    difference_low = dy.Float64(nullable=True, min=-100, max=100)
    difference_high = dy.Float64(nullable=True, min=-100, max=100)
    p = dy.Float64(nullable=True, min=0, max=1)
    positive = dy.Bool(nullable=True)
    lod = dy.Float64(nullable=True, min=0)


def responses_of(
    results: pl.DataFrame,
    twins: Mapping[str, str],
    populations: Collection[str],
    *,
    tube_cv: float = 0.0,
    level: float = LEVEL,
) -> pl.DataFrame:
    """Return the responses of stimulated files.

    Args:
        results: A table of results (:func:`lupustrial.cytometry.results.results_of`) of all files.
        twins: Hash of the unstimulated file, by hash of the stimulated one.
        populations: Those with a functional gate.
        tube_cv: See :func:`background`.
        level: See :func:`background`.

    Returns:
        The columns of :class:`Responses`; no row where one of the two files lacks the population.
    """
    gated = results.filter(pl.col("count").is_not_null())
    rows = {(row["file_sha256"], row["population"]): row for row in gated.iter_rows(named=True)}
    found = []
    for (sha256, population), row in rows.items():
        twin = rows.get((twins.get(sha256, ""), population))
        if population in populations and twin is not None:
            found.append(_row(row, twin, tube_cv=tube_cv, level=level))
    frame = pl.DataFrame(found, schema=Responses.create_empty().schema, orient="row")
    return Responses.validate(frame)


def _row(row: dict[str, Any], twin: dict[str, Any], *, tube_cv: float, level: float) -> dict[str, Any]:
    response = background(_tally(row), _tally(twin), tube_cv=tube_cv, level=level)
    return {
        "file_sha256": row["file_sha256"],
        "unstimulated_sha256": twin["file_sha256"],
        "population": row["population"],
        "count": row["count"],
        "parent_count": row["parent_count"],
        "unstimulated_count": twin["count"],
        "unstimulated_parent_count": twin["parent_count"],
        "difference": response.difference,
        "difference_low": response.low,
        "difference_high": response.high,
        "p": response.p,
        "positive": response.positive,
        "lod": response.lod,
    }


def _tally(row: dict[str, Any]) -> Tally:
    return Tally(positive=row["count"], parent=row["parent_count"])
