"""``lupustrial randomise design``: what the way of allocating would do, before go-live."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from lupustrial.cli._console import stderr, stdout
from lupustrial.errors import Fault, UsageError

if TYPE_CHECKING:
    from lupustrial.allocation.design import DesignReport, DesignResult, Spread

EXAMPLE = "Example: lupustrial randomise design studies/il2-sle --trials 2000 --out design.html"


def design(
    study: Annotated[str, typer.Argument(help="A study folder, or its name in studies/.")],
    trials: Annotated[int, typer.Option(min=1, help="Trials simulated for each design.")] = 2000,
    seed: Annotated[int, typer.Option(help="Simulation seed; nothing to do with the secret seed.")] = 1,
    participants: Annotated[
        int | None, typer.Option(min=1, help="Participants of a trial; default: as planned.")
    ] = None,
    prevalence: Annotated[
        list[str] | None,
        typer.Option(
            help="Share of a level, e.g. LN=0.4 or site.01=0.5; may be given again. Default: equal."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the report there, as one HTML file.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Simulate the allocation of a study, and others beside it: balance, and how well it can be guessed."""
    from lupustrial.allocation.design import design_report, render_html
    from lupustrial.cli._find import find_study
    from lupustrial.study import load_study

    _check_out(out)
    shares = _prevalences(prevalence or [])
    loaded = load_study(find_study(study))
    with _progress(quiet=quiet) as bar:
        task = bar.add_task("simulating trials", total=trials)
        report = design_report(
            loaded,
            trials=trials,
            seed=seed,
            participants=participants,
            prevalences=shares,
            progress=lambda done, _: bar.update(task, completed=done),
        )
    if as_json:
        stdout().print_json(json.dumps(dataclasses.asdict(report)))
    else:
        print_report(stdout(), report)
    if out is not None:
        out.write_text(render_html(report), encoding="utf-8")
        stderr().print(f"wrote {out}")


def print_report(console: Console, report: DesignReport) -> None:
    """Print the warnings, the comparison, and the balance of the study's own design."""
    own = report.own
    console.print(
        f"[bold]{report.study}[/bold]  {own.name}, {_ratio(report)}, {report.participants} participants"
    )
    console.print(f"{report.trials:,} trials of each design, simulation seed {report.seed}")
    console.print()
    for warning in report.warnings:
        console.print(Text.assemble(("warning", "yellow"), f"  {warning.message}"))
        console.print(Text(f"         → {warning.hint}", style="cyan"))
    console.print(_comparison(report))
    console.print(_accrual(report))
    console.print(_groups(report))
    if own.places:
        console.print(_places(own))


def _comparison(report: DesignReport) -> Table:
    own = report.own
    table = Table(title="Designs compared", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("design", overflow="fold")
    site, level, open_ = own.at_site is not None, own.worst_level is not None, own.open_blocks is not None
    headings = ["guessed by counts", *(["at the site"] if site else []), "knowing the method", "certain"]
    headings += [f"{_what(report)}, end: mean", "95 %", "ever: 95 %"]
    headings += [*(["worst level: 95 %"] if level else []), *(["open blocks"] if open_ else [])]
    unequal = len(set(report.arms.values())) > 1
    headings += ["chance departs by"] if unequal else []
    for heading in headings:
        table.add_column(heading, justify="right")
    for one in report.designs:
        last = one.accrual[-1]
        cells = [_percent(one.convergence), *([_percent(one.at_site)] if site else [])]
        cells += [_percent(one.known), _percent(one.certain)]
        cells += [f"{last.mean:.2f}", _number(last.p95), _number(one.largest_ever.p95)]
        cells += [_number(one.worst_level.p95 if one.worst_level else None)] if level else []
        cells += ["–" if one.open_blocks is None else f"{one.open_blocks:.1f}"] if open_ else []
        cells += [_percent(one.departure or 0.0)] if unequal else []
        name = f"{one.name} (this study)" if one.actual else one.name
        table.add_row(name, *cells, style="bold" if one.actual else "")
    return table


def _accrual(report: DesignReport) -> Table:
    from lupustrial.allocation.design import accrual_rows

    title = f"{report.own.name}: {_what(report)} over accrual"
    rows = [(str(row), report.own.accrual[row - 1]) for row in accrual_rows(report.participants)]
    return _spreads(title, "after participant", rows)


def _groups(report: DesignReport) -> Table:
    title = f"{report.own.name}: {_what(report)} at the end"
    rows = [(f"{group.name} ({group.expected:.1f})", group.after[-1]) for group in report.own.groups]
    return _spreads(title, "participants (expected)", rows)


def _spreads(title: str, first: str, rows: Sequence[tuple[str, Spread]]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column(first, overflow="fold")
    for heading in ("mean", "5 %", "median", "95 %", "99 %", "largest"):
        table.add_column(heading, justify="right")
    for name, spread in rows:
        values = (spread.p05, spread.p50, spread.p95, spread.p99, spread.largest)
        table.add_row(name, f"{spread.mean:.2f}", *map(_number, values))
    return table


def _places(own: DesignResult) -> Table:
    table = Table(title=f"{own.name}: by place in the block", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("guesser", overflow="fold")
    for place in own.places:
        table.add_column(f"place {place.place}", justify="right")
    table.add_row("by counts", *(_percent(place.convergence) for place in own.places))
    table.add_row("knowing the method", *(_percent(place.known) for place in own.places))
    table.add_row("certain", *(_percent(place.certain) for place in own.places))
    return table


def _what(report: DesignReport) -> str:
    return "difference" if len(set(report.arms.values())) == 1 else "imbalance"


def _ratio(report: DesignReport) -> str:
    return f"{':'.join(report.arms)} = {':'.join(map(str, report.arms.values()))}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}".removesuffix(".0")


def _progress(*, quiet: bool) -> Progress:
    console = stderr()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )


def _check_out(out: Path | None) -> None:
    if out is not None and out.suffix != ".html":
        raise UsageError(
            Fault(
                id="USAGE-004",
                message=f"{out.name!r} has no ending that says what to write",
                place="command line, --out",
                hint="end it in .html",
            )
        )


def _prevalences(given: Sequence[str]) -> dict[str, Decimal]:
    """Read ``LN=0.4``; what is no number is refused whole (USAGE-010)."""
    shares: dict[str, Decimal] = {}
    faults = []
    for text in given:
        name, _, share = text.partition("=")
        try:
            shares[name] = Decimal(share)
        except InvalidOperation:
            message = f"--prevalence {text!r} is not a level and its share"
            hint = "write it like LN=0.4"
            faults.append(Fault(id="USAGE-010", message=message, place="command line", hint=hint))
    if faults:
        raise UsageError(faults)
    return shares
