"""``lupustrial vault``: the process that alone holds a key while the trial runs."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from lupustrial.cli._console import stderr
from lupustrial.cli._find import find_study
from lupustrial.cli._randomise_options import Key, Passphrase, Sealed, Shares, StudyName, open_key
from lupustrial.errors import Fault, UsageError

_EXAMPLE = (
    "lupustrial vault studies/il2-sle --sealed sealed --key list.key --socket /run/vault/vault.sock "
    "--journal /var/lib/vault/journal"
)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog=f"Example: {_EXAMPLE}")(vault)


def vault(
    study: StudyName,
    sealed: Sealed,
    socket: Annotated[Path, typer.Option(help="The socket, in a folder of mode 0700 of your own.")],
    journal: Annotated[Path, typer.Option(help="What was answered is written there; keep it.")],
    key: Key = None,
    share: Shares = None,
    passphrase_file: Passphrase = None,
    code_break_key: Annotated[Path | None, typer.Option(help="The code-break key: break codes too.")] = None,
    code_break_passphrase_file: Annotated[
        Path | None, typer.Option(help="A file with its passphrase; without it, it is asked for.")
    ] = None,
    recipients: Annotated[
        Path | None, typer.Option(help="Who may get an arm in a code break: lines of ACCOUNT=age1…")
    ] = None,
    group: Annotated[
        str | None, typer.Option(help="A group whose members may ask; without it, your account alone.")
    ] = None,
    recover: Annotated[
        Path | None,
        typer.Option(help="An exported ledger (`randomise ledger`): the journal is made to agree with it."),
    ] = None,
) -> None:
    """Answer a server that has no key: slots by minimisation, and code breaks. No answer holds an arm.

    The passphrase is asked for on the terminal. Stop it with Ctrl-C or SIGTERM.
    """
    from lupustrial.allocation.vault import Server, allocations_in, open_vault, protect_process
    from lupustrial.study import load_study

    allocates = key is not None or bool(share)
    _check(allocates=allocates, breaks=code_break_key, recipients=recipients, recover=recover)
    protect_process()
    loaded = load_study(find_study(study))
    opened, allocations = open_vault(
        loaded,
        sealed,
        journal,
        list_key=open_key(key, share, passphrase_file) if allocates else None,
        code_break_key=open_key(code_break_key, None, code_break_passphrase_file) if code_break_key else None,
        recipients=recipients,
    )
    try:
        if recover is not None and allocations is not None:
            allocations.recover(allocations_in(recover, loaded))
        _log()
        told = f"vault of {loaded.id} listens on {socket} ({', '.join(opened.serves)})"
        Server(opened, socket, group=group).run(lambda: stderr().print(told, markup=False))
    finally:
        opened.close()
    stderr().print("vault stopped")


def _check(*, allocates: bool, breaks: Path | None, recipients: Path | None, recover: Path | None) -> None:
    message = hint = ""
    if not allocates and breaks is None:
        message, hint = (
            "no key is given",
            "give --key FILE, or --share FILE for each share, or --code-break-key",
        )
    elif (breaks is None) is not (recipients is None):
        message = "a code break needs a key and those who may get an arm"
        hint = "give both --code-break-key and --recipients, or neither"
    elif recover is not None and not allocates:
        message, hint = (
            "there is no allocation to recover",
            "give the key of the list, or leave out --recover",
        )
    if message:
        raise UsageError(Fault(id="USAGE-010", message=message, place="command line", hint=hint))


def _log() -> None:
    """Let the vault say operation and time on standard error, and nothing else."""
    from lupustrial.allocation.vault import LOG

    handler = logging.StreamHandler(sys.stderr)
    shown = logging.Formatter("%(asctime)sZ %(message)s", "%Y-%m-%dT%H:%M:%S")
    shown.converter = time.gmtime
    handler.setFormatter(shown)
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
