"""``lupustrial serve``: the web application in which a trial is run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from lupustrial.cli._console import stderr
from lupustrial.cli._find import find_study
from lupustrial.cli._progress import Steps
from lupustrial.cli._source import source_of
from lupustrial.errors import Fault, UsageError
from lupustrial.study import Study

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
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
        Path | None,
        typer.Option(help="Folder of the server's keys; beside the database where it is left out."),
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
    rate: Annotated[
        int, typer.Option(help="Requests a second that an account may send for long; 0: no limit.", min=0)
    ] = 20,
    password_days: Annotated[
        int, typer.Option(help="After how many days a password must be changed; 0: never.", min=0)
    ] = 0,
    *,
    secure: Annotated[
        bool, typer.Option("--secure", help="It is reached by TLS alone, through a proxy.")
    ] = False,
    new_link: Annotated[
        bool, typer.Option("--new-link", help="Make a new link for the first administrator.")
    ] = False,
    access_log: Annotated[
        bool, typer.Option("--access-log", help="Log every request, by the name of its address.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="A demonstration: made-up participants, somebody in every role.")
    ] = False,
) -> None:
    """Serve the web application in which the trial is run, until Ctrl-C or SIGTERM.

    A new database is made where there is none; a link for the first administrator is printed once.
    """
    from lupustrial.capture import (
        Config,
        check_database,
        check_port,
        default_database,
        default_keys,
        prepare,
    )
    from lupustrial.capture import serve as run
    from lupustrial.study import load_study

    if demo and (secure or host not in _LOOPBACK):
        hint = "serve it on 127.0.0.1, or leave out --demo"
        message = "a demonstration has doors without a password: it is for this machine alone"
        raise UsageError(Fault(id="USAGE-013", message=message, place="command line", hint=hint))
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
        password_days=password_days,
        access_log=access_log,
        rate=rate,
    )
    console = stderr()
    check_port(host, port)
    check_database(config, loaded)
    prepare(config)
    base = f"{'https' if secure else 'http'}://{config.hosts[0]}{'' if secure else f':{port}'}"
    if demo:
        _demonstrate(loaded, base)
    else:
        _invite(administrator, base, renew=new_link)
    told = f"{loaded.short_title}  {base}  (stop with Ctrl-C)"
    run(config, host=host, port=port, workers=workers, ready=lambda: console.print(told, markup=False))
    console.print("stopped")


def _invite(administrator: str, base: str, *, renew: bool) -> None:
    """Print the link of the first administrator, where there is one to print."""
    from lupustrial.capture import invite_administrator

    secret = invite_administrator(administrator, renew=renew)
    if secret is None:
        return
    console = stderr()
    name = administrator.partition("=")[0]
    console.print(f"first administrator  {name}: set the password here, within 24 hours, once:", markup=False)
    console.print(f"{base}/link/{secret}", markup=False)


def _demonstrate(study: Study, base: str) -> None:
    """Lay down the demonstration where the database is new, and say where its doors are."""
    from lupustrial.capture import demonstrate

    with Steps(quiet=False) as steps:

        def records() -> pl.DataFrame:
            return source_of(
                study, None, tell=steps.tell, step=lambda name, text: _step(steps, name, text)
            ).records

        origin = (
            f"participants reconstructed from the published tables of {study.short_title}; no real person"
        )
        demonstrate(
            records,
            origin=origin,
            progress=lambda done, of: steps.tell("demonstration", f"{done} of {of} entries on the ledger"),
        )
    stderr().print(f"demonstration, a door for every role  {base}/demo", markup=False)


@contextmanager
def _step(steps: Steps, name: str, text: str) -> Iterator[None]:
    steps.tell(name, text)
    yield
