"""``lupustrial check``: all faults of a study folder at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lupustrial.cli._console import count_of, print_faults, stdout
from lupustrial.cli._find import find_study
from lupustrial.cli._plan import check_everything


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog="Example: lupustrial check studies/il2-sle")(check)


def check(
    study: Annotated[str, typer.Argument(help="A study folder, or its name in studies/.")],
) -> None:
    """Check a study folder and print every fault with file, line, id and how to mend it."""
    folder: Path = find_study(study)
    faults = check_everything(folder)
    if faults:
        print_faults(faults)
    if any(fault.severity == "error" for fault in faults):
        raise typer.Exit(1)
    summary = count_of(faults) if faults else "no faults"
    stdout().print(f"{folder}: {summary}; the study can be run")
