"""``lupustrial explain``: from a responder, or from a cell of the report, down to the items."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lupustrial.cli._explain_cell import explain_cell
from lupustrial.cli._explain_participant import explain_participant
from lupustrial.cli._finished import open_finished
from lupustrial.cli._manifest import MANIFEST
from lupustrial.errors import Fault, UsageError


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(
        epilog="Examples: lupustrial explain 01-014 --endpoint SRI4 --visit W12   |   "
        "lupustrial explain out 'A-SRI4 SRI4 12 IL-2 count'"
    )(explain)


def explain(
    target: Annotated[str, typer.Argument(help="A participant, or the output folder of a run.")],
    cell: Annotated[
        str | None, typer.Argument(help="With a folder: a result id of the report, or words of one.")
    ] = None,
    endpoint: Annotated[str, typer.Option(help="Analysis parameter (PARAMCD).")] = "SRI4",
    visit: Annotated[str | None, typer.Option(help="Visit id, such as W12, or week.")] = None,
    participant: Annotated[
        str | None, typer.Option(help="With a cell: walk down to the items of this participant.")
    ] = None,
    out: Annotated[Path, typer.Option(help="With a participant: the output folder of the run.")] = Path(
        "out"
    ),
) -> None:
    """Say why a participant is (not) a responder, or walk a cell of the report down to its source records."""
    if (Path(target) / MANIFEST).is_file():
        if cell is None:
            raise UsageError(
                Fault(
                    id="USAGE-006",
                    message="which cell of the report?",
                    place="command line",
                    hint="copy a result id from the report, e.g. 'A-SRI4|SRI4|12|IL-2|count'",
                )
            )
        explain_cell(open_finished(Path(target)), cell, participant)
        return
    explain_participant(open_finished(out), target, endpoint, visit)
