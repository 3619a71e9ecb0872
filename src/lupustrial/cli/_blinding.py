"""``lupustrial blinding``: how well the arm can be predicted from what each role can see."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.box import SIMPLE_HEAD
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from lupustrial.cli._console import stderr, stdout
from lupustrial.cli._find import find_study
from lupustrial.cli._plan import load_checked
from lupustrial.cli._progress import Steps
from lupustrial.cli._source import source_of
from lupustrial.errors import Fault, UsageError
from lupustrial.study import Source, Study

if TYPE_CHECKING:
    from lupustrial.blinding import BlindingReport, Prediction

_HEADINGS = ("roles", "seen", "at hand", "hidden", "AUC (95 % limits)", "by chance", "p", "best single item")
_FOR = "For the unblinded statistician only: this tells which items differ between the arms."


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog="Example: lupustrial blinding studies/il2-sle --out blinding.html")(blinding)


def blinding(
    study: Annotated[str, typer.Argument(help="A study folder, or its name in studies/.")],
    source: Annotated[
        Path | None,
        typer.Option(
            help="A folder with source records and allocation. Without it: data/source of the study folder, "
            "else synthetic records reconstructed from its published tables."
        ),
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option(help="Id of a role; may be given several times. Default: all.")
    ] = None,
    labels: Annotated[
        Literal["allocation", "dummy"],
        typer.Option(help="dummy: arms by lot, to try the report while blinded; no allocation is read."),
    ] = "allocation",
    permutations: Annotated[int, typer.Option(help="Labellings drawn for p values.")] = 500,
    out: Annotated[Path | None, typer.Option(help="Write the report there: .html.")] = None,
    *,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the results.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON on standard output.")] = False,
) -> None:
    """Say how well the arm can be predicted from what each role can see. For the unblinded statistician."""
    from lupustrial.blinding import predictability, render_blinding

    if out is not None and out.suffix != ".html":
        raise UsageError(
            Fault(
                id="USAGE-004",
                message=f"{out.name!r} has no ending that says what to write",
                place="command line, --out",
                hint="end it in .html",
            )
        )
    loaded = load_checked(find_study(study))
    records = _records(loaded, source, quiet=quiet or as_json)
    with _bar(quiet=quiet or as_json) as tell:
        report = predictability(
            loaded, records, roles=role or (), labels=labels, permutations=permutations, progress=tell
        )
    if as_json:
        stdout().print_json(json.dumps(dataclasses.asdict(report), default=_plain))
    else:
        _print(report)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(render_blinding(report), encoding="utf-8", newline="\n")
        stderr().print(f"wrote {out}")


def _records(study: Study, source: Path | None, *, quiet: bool) -> Source:
    with Steps(quiet=quiet) as steps:

        @contextmanager
        def step(name: str, text: str) -> Iterator[None]:
            steps.tell(name, text)
            yield

        return source_of(study, source, tell=steps.tell, step=step)


class _Bar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, live: Progress | None) -> None:
        self._live = live
        self._task = live.add_task("", total=None) if live is not None else None

    def __call__(self, done: int, total: int, text: str) -> None:
        if self._live is not None and self._task is not None:
            self._live.update(self._task, completed=done, total=total, description=text)


@contextmanager
def _bar(*, quiet: bool) -> Iterator[_Bar]:
    console = stderr()
    if quiet or not console.is_terminal:
        yield _Bar(None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as live:
        yield _Bar(live)


def _print(report: BlindingReport) -> None:
    from lupustrial.blinding import groups_of, stamps_of

    console = stdout()
    if report.labels == "allocation":
        stderr().print(f"[bold]{_FOR}[/bold]")
    for stamp in stamps_of(report):
        console.print(f"[bold]{stamp}[/bold]")
    table = Table(title=f"Blinding of {report.title}", title_justify="left", box=SIMPLE_HEAD)
    for heading in _HEADINGS:
        table.add_column(heading, overflow="fold")
    groups = groups_of(report)
    for group in groups:
        counts = (str(group.found.shown), str(group.found.at_hand), str(group.found.hidden))
        table.add_row(", ".join(group.roles), *counts, *_cells(group.found.seen))
    table.add_section()
    table.add_row("if nothing were hidden", "", "", "", *_cells(report.roles[0].unhidden))
    console.print(table)
    for group in groups:
        console.print(f"{group.title}: {group.verdict}", markup=False)


def _cells(found: Prediction | None) -> tuple[str, str, str, str]:
    from lupustrial.blinding import p_text

    if found is None:
        return "–", "–", "–", "–"
    at = f" at {found.at}" if found.at else ""
    single = found.singles[0] if found.singles else None
    return (
        f"{found.auc:.2f} ({found.lower:.2f} to {found.upper:.2f}){at}",
        f"{found.null[0]:.2f} to {found.null[2]:.2f}",
        p_text(found.p_value),
        f"{single.item}, {single.where} (AUC {single.auc:.2f}, p {p_text(single.p_value)})"
        if single
        else "–",
    )


def _plain(value: object) -> object:
    """Lay out what JSON does not know."""
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)
