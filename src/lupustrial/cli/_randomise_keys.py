"""``lupustrial randomise key | split``: keys and their shares."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lupustrial.cli._console import stdout
from lupustrial.cli._randomise_options import Passphrase, ask_passphrase, open_key, write_new


def key(
    out: Annotated[Path, typer.Argument(help="The new key file; never overwritten.")],
    passphrase_file: Passphrase = None,
    *,
    unprotected: Annotated[
        bool,
        typer.Option("--unprotected", help="No passphrase, e.g. for a key that is split and then deleted."),
    ] = False,
) -> None:
    """Make a key (age, X25519) under a passphrase, and print its public half."""
    from lupustrial.allocation.sealing import make_key, write_key

    made = make_key()
    write_key(made, out, None if unprotected else ask_passphrase(out, passphrase_file, new=True))
    console = stdout()
    console.print(f"public key  {made.public_key}", markup=False)
    console.print(f"key file    {out}  (keep it and its passphrase apart; give away the public key only)")


def split(
    key: Annotated[Path, typer.Argument(help="The key file.")],
    needed: Annotated[int, typer.Option(help="Shares that give the key.")],
    of: Annotated[int, typer.Option(help="Shares in all.")],
    out: Annotated[Path, typer.Option(help="Folder for the shares.")],
    passphrase_file: Passphrase = None,
) -> None:
    """Split a key among several people, of whom some together have it again (Shamir's scheme)."""
    from lupustrial.allocation.sealing import split_key

    shares = split_key(open_key(key, None, passphrase_file), needed=needed, of=of)
    console = stdout()
    for share in shares:
        path = out / f"{key.stem}-share-{share.number}-of-{share.of}.txt"
        write_new(path, str(share).encode(), secret=True)
        console.print(f"share {share.number} of {share.of}  {path}")
    console.print(
        f"any {needed} of them open what the key opens. Give each to one person, check with one opening that "
        "they work,\nthen delete the key file and the copies of the shares here."
    )
