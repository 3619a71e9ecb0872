"""``lupustrial serve``: the web application in which a trial is run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from lupustrial.cli._console import stderr
from lupustrial.cli._find import find_study

_EXAMPLE = "lupustrial serve studies/il2-sle --demo"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog=f"Example: {_EXAMPLE}")(serve)


def serve(
    study: Annotated[str, typer.Argument(help="A study folder, or its name in studies/.")],
    database: Annotated[
        str | None,
        typer.Option(
            help="An SQLite file, or postgresql://…; DATABASE_URL where it is left out, else STUDY.db here."
        ),
    ] = None,
    keys: Annotated[
        Path | None, typer.Option(help="Folder of the server's keys; beside the database where it is left out.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address on which it listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Processes.", min=1, max=64)] = 1,
    hosts: Annotated[
        str | None, typer.Option(help="Names under which people reach it, with commas between.")
    ] = None,
    vault: Annotated[Path | None, typer.Option(help="Socket of the vault (`lupustrial vault`).")] = None,
    administrator: Annotated[
        str, typer.Option(help="The first administrator: ACCOUNT, or ACCOUNT=FULL NAME.")
    ] = "administrator",
    *,
    secure: Annotated[
        bool, typer.Option("--secure", help="It is reached by TLS alone, through a proxy.")
    ] = False,
    new_link: Annotated[
        bool, typer.Option("--new-link", help="Make a new link for the first administrator.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="A demonstration: made-up participants, somebody in every role.")
    ] = False,
) -> None:
    """Serve the web application in which the trial is run, until Ctrl-C or SIGTERM.

    A new database is made where there is none; a link for the first administrator is printed once.
    """
    from lupustrial.capture import Config, check_database, default_database, default_keys, prepare
    from lupustrial.capture import serve as run
    from lupustrial.study import load_study

    folder = find_study(study)
    loaded = load_study(folder)
    where = database or os.environ.get("DATABASE_URL") or default_database(loaded, Path(), demo=demo)
    config = Config(
        study=folder,
        database=where,
        keys=keys or default_keys(loaded, where, Path()),
        hosts=tuple(hosts.split(",")) if hosts else (*Config.hosts, host),
        secure=secure,
        vault=vault,
        demo=demo,
    )
    console = stderr()
    check_database(config, loaded)
    prepare(config)
    base = f"{'https' if secure else 'http'}://{config.hosts[0]}{'' if secure else f':{port}'}"
    if demo:
        _demonstrate()
    else:
        _first(administrator, base, renew=new_link)
    told = f"[bold]{loaded.short_title}[/bold]  {base}  (stop with Ctrl-C)"
    run(config, host=host, port=port, workers=workers, ready=lambda: console.print(told))
    console.print("stopped")


def _first(administrator: str, base: str, *, renew: bool) -> None:
    """Print the link of the first administrator, where there is one to print."""


def _demonstrate() -> None:
    """Lay down the demonstration where the database is new."""
