"""``lupustrial audit``: published comparisons recomputed by every standard test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from lupustrial.cli._console import stderr, stdout
from lupustrial.errors import Fault, UsageError


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog="Example: lupustrial audit studies/il2-sle/published/claims.csv --out audit.md")(audit)


def audit(
    claims: Annotated[Path, typer.Argument(help="Claims of one paper as CSV (docs/audit.md says how).")],
    out: Annotated[
        Path | None,
        typer.Option(help="Write the whole audit there: .md to read, .csv for every test of every claim."),
    ] = None,
    alpha: Annotated[float, typer.Option(help="Level at which a result is called significant.")] = 0.05,
    *,
    detail: Annotated[
        bool, typer.Option("--detail", help="Print the conclusion of every claim in words.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The verdicts as JSON on standard output.")] = False,
) -> None:
    """Recompute every published claim: which test gives the printed p, which none does, and what follows."""
    from lupustrial.audit import (
        HEADINGS,
        audit_claims,
        finding_frame,
        read_claims,
        render_markdown,
        render_rows,
        tally,
        verdict_frame,
    )

    if out is not None and out.suffix not in {".md", ".csv"}:
        raise UsageError(
            Fault(
                id="USAGE-004",
                message=f"{out.name!r} has no ending that says what to write",
                place="command line, --out",
                hint="end it in .md (a document) or .csv (every test of every claim)",
            )
        )
    verdicts = audit_claims(read_claims(claims), alpha=alpha)
    console = stdout()
    if as_json:
        console.print_json(json.dumps(verdict_frame(verdicts).to_dicts()))
    elif detail:
        for verdict in verdicts:
            console.print(f"[bold]{verdict.claim.id}[/bold]  {verdict.claim.description}")
            console.print(f"    {verdict.conclusion}", markup=False)
    else:
        table = Table(title=f"{len(verdicts)} claims of {claims.name}", title_justify="left", box=SIMPLE_HEAD)
        for heading in HEADINGS:
            table.add_column(heading, overflow="fold")
        for row in render_rows(verdicts):
            table.add_row(*row)
        console.print(table)
    if not as_json:
        for words, count in tally(verdicts):
            console.print(f"{count:>4}  {words}")
    if out is not None:
        text = render_markdown(verdicts) if out.suffix == ".md" else finding_frame(verdicts).write_csv()
        out.write_text(text, encoding="utf-8")
        stderr().print(f"wrote {out}")
