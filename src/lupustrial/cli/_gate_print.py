"""What ``lupustrial gate`` prints: progress, a table of populations, and the files that need a look."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from lupustrial.cli._console import stderr, stdout
from lupustrial.errors import Fault, UsageError

if TYPE_CHECKING:
    from lupustrial.cytometry.run import GatedFolder

_STYLES = {"pass": "green", "warn": "yellow", "fail": "bold red", "refused": "bold red"}
#: Files that are listed; the others are counted.
_SHOWN = 15


class Bar:
    """A bar on a terminal, one line at the end elsewhere, nothing where quiet."""

    def __init__(self, *, quiet: bool, doing: str = "gating", done: str = "gated") -> None:
        """Keep whether anything is told, and the words for it."""
        self._said = done
        self._quiet, self._console, self._start = quiet, stderr(), time.perf_counter()
        self._done = 0
        self._live: Progress | None = None
        if not quiet and self._console.is_terminal:
            self._live = Progress(
                TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                TextColumn("[dim]{task.description}"), console=self._console, transient=True,
            )  # fmt: skip

    def __enter__(self) -> Self:
        """Begin."""
        if self._live is not None:
            self._live.start()
            self._live.add_task("", total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the bar, and say how long it took."""
        if self._live is not None:
            self._live.stop()
        if kind is None and not self._quiet and self._done:
            seconds = time.perf_counter() - self._start
            self._console.print(
                f"[green]✓[/green] {self._said} {self._done} files  [dim]{seconds:.1f} s[/dim]"
            )

    def tell_before(self, done: int, total: int, name: str) -> None:
        """Say that a file was looked at before any is done."""
        self._show(done, total, f"aligning {Path(name).name}")

    def tell(self, done: int, total: int, name: str) -> None:
        """Say that a file is done."""
        self._done += 1
        self._show(done, total, Path(name).name)

    def _show(self, done: int, total: int, text: str) -> None:
        if self._live is not None:
            for task in self._live.task_ids:
                self._live.update(task, completed=done, total=total, description=text)


def print_folder(result: GatedFolder) -> None:
    """Print the populations over all files, the files that need a look, and where everything lies."""
    console = stdout()
    console.print(_populations(result.results))
    _print_doubtful(result.files)
    verdicts = dict.fromkeys(_STYLES, 0) | dict(result.files.group_by("verdict").len().iter_rows())
    told = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items() if count)
    kept = f"; {result.kept} kept from before" if result.kept else ""
    twice = result.files.filter(pl.col("also") != "").height
    more = f"; {twice} of them under more than one name" if twice else ""
    console.print(f"files     {result.files.height} ({told}){kept}{more}")
    if result.responses.height:
        yes = result.responses.filter(pl.col("positive")).height
        console.print(
            f"responses {result.responses.height} against unstimulated tubes, {yes} positive at 5 %"
        )
    _print_decisions(result)
    console.print(f"results   {result.out / 'results.csv'}")
    console.print(f"quality   {result.out / 'quality.csv'}")
    if (result.out / "review" / "index.html").is_file():
        console.print(f"review    {result.out / 'review' / 'index.html'}")
    same = " (the same as the run before)" if result.previous == result.content else ""
    console.print(f"manifest  {result.out / 'manifest.json'}, content {result.content[:16]}{same}")


def _print_decisions(result: GatedFolder) -> None:
    decided = dict(result.results.group_by("decision").len().iter_rows())
    told = [f"{decided[name]} {name}" for name in ("accepted", "edited", "rejected") if name in decided]
    stale = result.quality.filter(pl.col("check") == "QC-DECISION").height
    told += [f"{stale} that do not hold any more (QC-DECISION)"] if stale else []
    told += [f"{result.elsewhere} on files that are not here"] if result.elsewhere else []
    if told:
        stdout().print(f"decisions {', '.join(told)}")


def _populations(results: pl.DataFrame) -> Table:
    table = Table(
        box=SIMPLE_HEAD, title="Populations over all files", title_justify="left", title_style="bold"
    )
    table.add_column("population")
    for name in ("parent", "files", "% parent", "range", "% lymphocytes", "cells/µL", "doubt", "below LOQ"):
        table.add_column(name, justify="left" if name == "parent" else "right")
    grouped = results.group_by("population", maintain_order=True)
    for (population,), rows in grouped:
        gated = rows.filter(pl.col("count").is_not_null())
        parents = ", ".join(gated["parent"].drop_nulls().unique(maintain_order=True))
        doubt = gated.filter(pl.col("flags").str.contains("LOW-CONFIDENCE")).height
        below = gated.filter(pl.col("flags").str.contains("BELOW")).height
        files = f"{gated.height} of {rows.height}" if gated.height < rows.height else str(rows.height)
        low, high = number(gated["percent_parent"].min()), number(gated["percent_parent"].max())
        table.add_row(
            str(population), parents, files,
            number(gated["percent_parent"].median()), f"{low} to {high}" if low else "",
            number(gated["percent_lymphocytes"].median()), number(gated["per_ul"].median()),
            str(doubt or ""), str(below or ""),
        )  # fmt: skip
    return table


def _print_doubtful(files: pl.DataFrame) -> None:
    rows = files.filter(pl.col("verdict").is_in(["refused", "fail", "warn"]))
    order = pl.col("verdict").replace_strict({"refused": 0, "fail": 1, "warn": 2}, return_dtype=pl.Int8)
    rows = rows.sort(order, maintain_order=True)
    for name, verdict in rows.select("file", "verdict").head(_SHOWN).iter_rows():
        stdout().print(Text.assemble((f"{verdict:<10}", _STYLES[verdict]), name))
    if rows.height > _SHOWN:
        stdout().print(f"          and {rows.height - _SHOWN} more files, in quality.csv")


def number(value: object) -> str:
    """Return a number with three or four digits; empty where there is none."""
    if not isinstance(value, int | float):
        return ""
    magnitude = abs(value)
    for limit, decimals in ((100, 0), (10, 1), (1, 2)):
        if magnitude >= limit:
            return f"{value:.{decimals}f}"
    return f"{value:.3f}" if value else "0"


def write_or_print(frame: pl.DataFrame, out: Path | None, *, as_json: bool, table: Table) -> None:
    """Write a table to a file by its ending, and print it as JSON, or for a reader.

    Raises:
        UsageError: USAGE-004 an ending that says not what to write.
    """
    if out is not None:
        from lupustrial.cli._score_write import write_files

        write_files({out: frame})
    if as_json:
        sys.stdout.write(frame.write_json() + "\n")
    else:
        stdout().print(table)
        if out is not None:
            stderr().print(f"wrote {out}")


def check_out(out: Path | None) -> None:
    """Refuse a file for results whose ending says not what to write (USAGE-004)."""
    if out is not None and out.suffix not in (".csv", ".parquet"):
        message = f"{out.name!r} has no ending that says what to write"
        hint = "for single files, end it in .csv or .parquet"
        raise UsageError(Fault(id="USAGE-004", message=message, place="command line, --out", hint=hint))
