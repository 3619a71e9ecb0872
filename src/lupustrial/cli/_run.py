"""``lupustrial run``: the whole road, with progress, ending with the key results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from lupustrial.cli._console import stderr, stdout
from lupustrial.cli._find import find_study
from lupustrial.cli._progress import Steps
from lupustrial.cli._road import RunResult, run_study

#: Columns from which the verdicts fit into the table of key results.
_WIDE = 150


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog="Example: lupustrial run studies/il2-sle --out out")(run)


def run(
    study: Annotated[str, typer.Argument(help="A study folder, or its name in studies/.")],
    out: Annotated[
        Path, typer.Option(help="The output folder; replaced as a whole when all went well.")
    ] = Path("out"),
    source: Annotated[
        Path | None,
        typer.Option(
            help="A folder with source records and allocation. Without it: data/source of the study folder, "
            "else synthetic records reconstructed from its published tables."
        ),
    ] = None,
    cytometry: Annotated[
        Path | None,
        typer.Option(
            help="A folder that `lupustrial gate STUDY` wrote: its percentages become records of the study."
        ),
    ] = None,
    *,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the results.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The results as JSON on standard output.")] = False,
) -> None:
    """Take a study from its folder to its report: source records, SDTM, ADaM, results, tables, figures."""
    folder = find_study(study)
    with Steps(quiet=quiet or as_json) as steps:
        result = run_study(folder, out=out, source=source, cytometry=cytometry, progress=steps.tell)
    if as_json:
        stdout().print_json(json.dumps(_as_json(result)))
    else:
        _print(result)


def _print(result: RunResult) -> None:
    """Print the key results as a table, then where the report lies and whether the bytes are the old ones."""
    console = stdout()
    table = Table(title=result.study.short_title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    wide = console.width >= _WIDE
    header = result.header if wide else result.header[:-1]
    for column in header:
        table.add_column(column, overflow="fold")
    for row in result.results:
        if any(row[1:]):
            table.add_row(*row[: len(header)])
        else:
            table.add_row(f"[bold]{row[0]}[/bold]")
    console.print(table)
    if not wide:
        _print_verdicts(result)
    if result.blinded:
        console.print(
            "[bold]Blinded[/bold]: no allocation was given; results are for all participants together."
        )
    if result.synthetic:
        console.print(
            "[bold]Synthetic records[/bold]: reconstructed from published tables, no real participant."
        )
    if result.commitment is not None:
        console.print(
            f"sealed    {result.out / 'allocation'}, list made, sealed, locked and revealed; "
            f"commitment {result.commitment[:16]}"
        )
    seconds = sum(result.seconds.values())
    console.print(f"report    {result.out / 'report.html'}   {result.out / 'report.pdf'}")
    console.print(f"results   {result.out / 'results' / 'ard.csv'}")
    same = " (the same bytes as the run before)" if result.previous == result.content else ""
    console.print(f"manifest  {result.out / 'manifest.json'}, content {result.content[:16]}{same}")
    stderr().print(f"from source records to report: {seconds:.1f} s")


def _print_verdicts(result: RunResult) -> None:
    """Print the last column of the key results as lines, where the terminal is too narrow for it."""
    heading = ""
    for row in result.results:
        if not any(row[1:]):
            heading = row[0]
        elif row[-2] not in {"", "—", "not given"}:
            stdout().print(f"  {heading}, {row[0]}: p printed {row[-2]}; {row[-1]}", markup=False)


def _as_json(result: RunResult) -> dict[str, object]:
    return {
        "study": result.study.id,
        "out": str(result.out),
        "synthetic": result.synthetic,
        "blinded": result.blinded,
        "commitment": result.commitment,
        "content": result.content,
        "same_as_before": result.previous == result.content,
        "seconds": dict(result.seconds),
        "results": [dict(zip(result.header, row, strict=True)) for row in result.results],
    }
