"""A table of the report as plain texts, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.report._published import Published
from lupustrial.report._results import Results
from lupustrial.report._tables import build_table
from lupustrial.study import Study


def table_texts(
    study: Study, ard: pl.DataFrame, display_id: str, *, published: Mapping[str, Published] | None = None
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return head and rows of a table as it stands in the report.

    Args:
        study: The study.
        ard: The results.
        display_id: Id of a table among the displays of the plan.
        published: What was printed for each claim, by claim id.

    Returns:
        The column heads, with an empty one over the row labels, and each row as texts, its label first. Both
        are empty where the plan has no such table.
    """
    display = next((one for one in study.plan.displays if one.id == display_id and one.kind == "table"), None)
    if display is None:
        return (), ()
    table = build_table(Results.of(study, ard), display, published or {})
    empty = ("",) * len(table.columns)
    rows = tuple((line.label, *(tuple(cell.marked for cell in line.cells) or empty)) for line in table.lines)
    return ("", *(column.label for column in table.columns)), rows
