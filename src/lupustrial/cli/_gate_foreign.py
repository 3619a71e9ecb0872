"""``lupustrial gate --strategy workspace.wsp FILE…``: gates that FlowJo or another program drew."""

from __future__ import annotations

from dataclasses import asdict

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.table import Table

from lupustrial.cli._gate_ask import Asked
from lupustrial.cli._gate_print import check_out, number, write_or_print

_SCHEMA = {
    "file": pl.String, "population": pl.String, "parent": pl.String, "path": pl.String, "count": pl.Int64,
    "percent_parent": pl.Float64,
}  # fmt: skip


def gate_with_foreign(asked: Asked) -> None:
    """Count the populations of a FlowJo workspace or Gating-ML file over files of events."""
    from lupustrial.cytometry.exchange import gate_files

    check_out(asked.out)
    rows = gate_files(
        asked.strategies[0], asked.paths, sample=asked.sample, group=asked.group, binned=asked.binned
    )
    frame = pl.DataFrame([asdict(row) for row in rows], schema=_SCHEMA, orient="row")
    write_or_print(frame, asked.out, as_json=asked.as_json, table=_table(frame))


def _table(frame: pl.DataFrame) -> Table:
    several = frame["file"].n_unique() > 1
    table = Table(box=SIMPLE_HEAD)
    for name in (*(["file"] if several else []), "population"):
        table.add_column(name)
    for name in ("count", "% parent"):
        table.add_column(name, justify="right")
    for row in frame.iter_rows(named=True):
        indent = "  " * row["path"].count("/")
        first = [row["file"]] if several else []
        table.add_row(
            *first, f"{indent}{row['population']}", str(row["count"]), number(row["percent_parent"])
        )
    return table
