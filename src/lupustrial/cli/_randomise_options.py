"""What the commands of ``lupustrial randomise`` share: options, keys, people, files never overwritten."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lupustrial.errors import AllocationError, Fault, UsageError

if TYPE_CHECKING:
    from lupustrial.allocation.sealing import Recipient, SecretKey
    from lupustrial.ledger import Actor

StudyName = Annotated[str, typer.Argument(help="A study folder, or its name in studies/.")]
Store = Annotated[
    str,
    typer.Option(
        help="The database: an SQLite file, or postgresql://… (better in DATABASE_URL than typed).",
        envvar="DATABASE_URL",
        show_envvar=True,
    ),
]
By = Annotated[str, typer.Option(help="Your account.")]
In = Annotated[str, typer.Option("--role", help="The role of the study in which you act.")]
Sealed = Annotated[Path, typer.Option("--sealed", help="The folder that `randomise init` sealed.")]
Key = Annotated[Path | None, typer.Option("--key", help="Your key file.")]
Shares = Annotated[
    list[Path] | None,
    typer.Option("--share", help="A share of the key; give the option once for each share of the quorum."),
]
Passphrase = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="A file with the passphrase; without it, it is asked for."),
]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]
AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON on standard output.")]


def actor(by: str, role: str) -> Actor:
    """Return who acts."""
    from lupustrial.ledger import Actor

    return Actor(id=by.strip(), role=role.strip())


def recipient(text: str, purpose: str, option: str) -> Recipient:
    """Read ``NAME=age1…``.

    Raises:
        UsageError: USAGE-011, it is not written so.
    """
    from lupustrial.allocation.sealing import Recipient

    name, sign, public_key = text.partition("=")
    if not sign or not name.strip() or not public_key.strip():
        raise UsageError(
            Fault(
                id="USAGE-011",
                message=f"`{text}` names no recipient",
                place=f"command line, {option}",
                hint="write NAME=age1…, the account and the public key that `randomise key` printed",
            )
        )
    return Recipient(name=name.strip(), purpose=purpose, public_key=public_key.strip())


def open_key(key: Path | None, shares: Sequence[Path] | None, passphrase: Path | None) -> SecretKey:
    """Read a key file, or put a key together from shares; the passphrase is asked for on the terminal.

    Raises:
        UsageError: USAGE-010, neither or both are given.
        AllocationError: ALLOC-011 to ALLOC-019, the key or the shares are at fault.
    """
    from lupustrial.allocation.sealing import combine_shares, is_locked, parse_share, read_key

    if (key is None) is not bool(shares):
        hint = "give --key FILE, or --share FILE for each share of the quorum"
        raise UsageError(
            Fault(id="USAGE-010", message="no key is given, or two", place="command line", hint=hint)
        )
    if key is not None:
        return read_key(key, ask_passphrase(key, passphrase) if is_locked(key) else None)
    return combine_shares([parse_share(read_text(path), str(path)) for path in shares or ()])


def ask_passphrase(key: Path, passphrase: Path | None, *, new: bool = False) -> str:
    """Return the passphrase of a key: from a file, or typed (twice for a new key)."""
    if passphrase is not None:
        return read_text(passphrase).rstrip("\r\n")
    typed: str = typer.prompt(f"Passphrase of {key.name}", hide_input=True, confirmation_prompt=new, err=True)
    return typed


def read_text(path: Path) -> str:
    """Read a small text file; UsageError USAGE-012 where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None


def read_bytes(path: Path) -> bytes:
    """Read a file; UsageError USAGE-012 where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None


def write_new(path: Path, content: bytes, *, secret: bool = False) -> None:
    """Write a new file, readable by its owner alone where it is secret; nothing is ever overwritten.

    Raises:
        AllocationError: ALLOC-022, it is there already, or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if secret else 0o644)
    except OSError as error:
        raise AllocationError(
            Fault(
                id="ALLOC-022",
                message=f"it cannot be written ({error.strerror})",
                place=str(path),
                hint="name a file that does not exist; what was sealed or revealed is never overwritten",
            )
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def writable_folder(folder: Path) -> None:
    """See that files can be written to a folder, before what they will hold is made.

    Raises:
        AllocationError: ALLOC-022, they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise AllocationError(
            Fault(
                id="ALLOC-022",
                message=f"nothing can be written there ({error.strerror})",
                place=str(folder),
                hint="name a folder of yours on a disk with room",
            )
        ) from None


def _unreadable(path: Path, error: Exception) -> UsageError:
    reason = getattr(error, "strerror", None) or "it is not UTF-8"
    return UsageError(
        Fault(
            id="USAGE-012",
            message=f"the file cannot be read ({reason})",
            place=str(path),
            hint="name a file that exists and that you may read",
        )
    )
