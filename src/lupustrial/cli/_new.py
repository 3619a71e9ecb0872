"""``lupustrial new``: a small complete study folder to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lupustrial.cli._console import stderr


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog="Example: lupustrial new studies/my-trial")(new)


def new(
    folder: Annotated[Path, typer.Argument(help="The folder to make; its name becomes the study id.")],
) -> None:
    """Make a new study folder: a small, complete and valid two-arm trial to change into your own."""
    from lupustrial.study import new_study

    new_study(folder, folder.name.upper())
    stderr().print(f"made {folder}; change it, then: lupustrial check {folder}")
