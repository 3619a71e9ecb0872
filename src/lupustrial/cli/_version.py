"""``lupustrial version``."""

from __future__ import annotations

import typer

from lupustrial import __version__


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(version)


def version() -> None:
    """Print the version."""
    typer.echo(__version__)
