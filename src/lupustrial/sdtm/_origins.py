"""From an SDTM row back to the source records, and from our tables to those that are submitted."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.errors import Fault, UsageError, closest
from lupustrial.sdtm._schema import SRCPOS, keys


def submitted(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table without what is not submitted: `SRCPOS` goes, Categorical columns become text."""
    return table.drop(SRCPOS, strict=False).cast({pl.Categorical(): pl.String()})


def origins(tables: Mapping[str, pl.DataFrame], domain: str) -> pl.DataFrame:
    """Return where each row of a domain comes from.

    Args:
        tables: SDTM tables from `tabulate`.
        domain: The domain.

    Returns:
        One row a source record: the keys of the domain and ``position`` (Int64), in the order of the domain.
        Rows that come from no record (trial design, elements) are not in it.

    Raises:
        UsageError: SDTM-201, there is no such table.
    """
    if domain not in tables:
        hint = closest(domain, sorted(tables)) or f"there are {', '.join(sorted(tables))}"
        raise UsageError(
            Fault(
                id="SDTM-201", message=f"there is no SDTM table {domain}", place=f"domain {domain}", hint=hint
            )
        )
    table = tables[domain]
    names = [name for name in keys(domain) if name in table.columns]
    if SRCPOS not in table.columns:
        return table.select(names).clear().with_columns(position=pl.lit(None, dtype=pl.Int64))
    return (
        table.select(*names, position=pl.col(SRCPOS).str.split(";"))
        .explode("position")
        .filter(pl.col("position").str.len_bytes() > 0)
        .with_columns(pl.col("position").cast(pl.Int64))
    )
