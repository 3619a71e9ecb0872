"""A cell of the report, back to the ADaM rows it rests on and, for one participant, down to the items."""

from __future__ import annotations

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.table import Table

from lupustrial.cli._console import stdout
from lupustrial.cli._explain_participant import find_participant
from lupustrial.cli._finished import Finished
from lupustrial.cli._tree import print_tree
from lupustrial.errors import Fault, UsageError, closest

#: A result id without its last part, the statistic.
_KEY = pl.col("RESULT_ID").str.replace(r"\|[^|]*$", "")
_LISTED = 20


def explain_cell(run: Finished, cell: str, participant: str | None) -> None:
    """Print the statistics of a cell, the rows that they rest on, and whether these are still the same rows.

    Args:
        run: The opened output folder.
        cell: A result id, its beginning, or words that together name one (``SRI4 12 IL-2 count``).
        participant: Walk down to this participant's items.

    Raises:
        UsageError: No result, or more than one, is meant; or the participant is not among its rows.
    """
    from lupustrial.analysis import fingerprint, select_rows

    results = _find(run, cell)
    first = results.row(0, named=True)
    rows = select_rows(run.datasets, first)
    console = stdout()
    key = first["RESULT_ID"].rpartition("|")[0]
    console.print(f"[bold]{key}[/bold]", soft_wrap=True)
    console.print(f"{first['PARAM']}; population {first['POPULATION']}; {first['PROVENANCE']}")
    for row in results.iter_rows(named=True):
        value = row["ERROR"] or row["TEXT"] or (f"{row['VALUE']:.6g}" if row["VALUE"] is not None else "–")
        console.print(f"    {row['STAT']:<22} {value}", markup=False)
    proof = (
        "the same rows" if fingerprint(rows) == first["INPUTS"] else "THE ROWS HAVE CHANGED since the report"
    )
    console.print(f"rests on {rows.height} rows: {first['QUERY']}", markup=False)
    console.print(f"inputs {first['INPUTS'][:16]}…: {proof}")
    if participant is None:
        _list(rows)
        console.print("walk on to the items with --participant ID", style="dim")
        return
    usubjid = find_participant(run, participant)
    mine = rows.filter(pl.col("USUBJID") == usubjid)
    if mine.is_empty():
        raise _usage(f"{usubjid} is not among these rows", "leave out --participant to see who is")
    for row in mine.iter_rows(named=True):
        print_tree(run, first["DATASET"], usubjid, row.get("ASEQ"))


def _find(run: Finished, cell: str) -> pl.DataFrame:
    """Return all statistics of the one result that ``cell`` names."""
    keyed = run.ard.with_columns(_KEY.alias("KEY"))
    keys = keyed["KEY"].unique(maintain_order=True).to_list()
    wanted = cell.strip()
    exact = keyed.filter((pl.col("KEY") == wanted) | (pl.col("RESULT_ID") == wanted))
    matches = exact["KEY"].unique(maintain_order=True).to_list()
    if not matches:
        words = wanted.replace("|", " ").split()
        matches = [key for key in keys if _has(key, words)]
    if len(matches) == 1:
        return keyed.filter(pl.col("KEY") == matches[0]).drop("KEY")
    if not matches:
        raise _usage(f"no result of {run.folder} is meant by {cell!r}", closest(cell, keys))
    listed = "\n         ".join(matches[:_LISTED])
    more = f"\n         and {len(matches) - _LISTED} more" if len(matches) > _LISTED else ""
    raise _usage(
        f"{len(matches)} results are meant by {cell!r}", f"name one of them:\n         {listed}{more}"
    )


def _has(key: str, words: list[str]) -> bool:
    """Return whether every word is a part of the key, or a word of one of its parts."""
    parts = [part.casefold() for part in key.split("|")]
    known = {*parts, *(word for part in parts for word in part.split())}
    return all(word.casefold() in known for word in words)


def _list(rows: pl.DataFrame) -> None:
    columns = [
        name
        for name in ("USUBJID", "TRT01P", "AVISIT", "AVAL", "AVALC", "DTYPE", "AVALNOTE", "SRCDOM", "SRCSEQ")
        if name in rows.columns
    ]
    table = Table(box=SIMPLE_HEAD)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows.select(columns).iter_rows(named=True):
        table.add_row(
            *(
                "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
                for value in row.values()
            )
        )
    stdout().print(table)


def _usage(message: str, hint: str) -> UsageError:
    return UsageError(Fault(id="USAGE-008", message=message, place="command line", hint=hint))
