"""``lupustrial randomise init | export-kits``: the list is made, sealed, and given to who packs."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lupustrial.cli._console import stderr, stdout
from lupustrial.cli._find import find_study
from lupustrial.cli._progress import Steps
from lupustrial.cli._randomise_options import (
    By,
    In,
    Key,
    Passphrase,
    Sealed,
    Shares,
    Store,
    StudyName,
    actor,
    open_key,
    read_bytes,
    recipient,
    write_new,
)

if TYPE_CHECKING:
    from lupustrial.allocation.sealing import Sealed as SealedList
    from lupustrial.ledger import Actor, Entry
    from lupustrial.study import Study

Names = list[str] | None


def init(
    study: StudyName,
    store: Store,
    sealed: Annotated[Path, typer.Option("--sealed", help="A new folder for the sealed list.")],
    by: By,
    role: In,
    list_: Annotated[
        Names,
        typer.Option("--list", help="NAME=age1…: can open the whole list (a key, or one split n of m)."),
    ] = None,
    code_break: Annotated[
        Names, typer.Option("--code-break", help="NAME=age1…: can open the slot of one participant.")
    ] = None,
    production: Annotated[
        Names, typer.Option("--production", help="NAME=age1…: can open the packing list.")
    ] = None,
    escrow: Annotated[Names, typer.Option("--escrow", help="NAME=age1…: can open the seed.")] = None,
) -> None:
    """Make the allocation list from a fresh seed, seal it, and publish the commitment in the ledger."""
    from lupustrial.allocation.sealing import PURPOSES, check_recipients, make_list, seal
    from lupustrial.study import load_study

    given = {"list": list_, "code_break": code_break, "production": production, "escrow": escrow}
    recipients = [
        recipient(text, purpose, f"--{purpose.replace('_', '-')}")
        for purpose in PURPOSES
        for text in given[purpose] or ()
    ]
    check_recipients(recipients)
    loaded = load_study(find_study(study))
    _new_folder(sealed)
    with Steps(quiet=False) as steps:
        steps.tell("list", "making the list")
        made = make_list(loaded, secrets.token_bytes(32))
        steps.tell("seal", "sealing")
        done = seal(
            loaded,
            made,
            recipients,
            progress=lambda n, of: steps.tell("seal", f"sealing slot {n:,} of {of:,}"),
        )
        steps.tell("store", "storing slots and commitment")
        entry = _keep(store, loaded, done, actor(by, role), sealed)
    console = stdout()
    strata = len(made.parameters["strata"])
    lists = "one list" if strata == 1 else f"{strata} lists, one a stratum"
    console.print(f"sealed      {len(done.slots):,} slots in {lists}, {sealed}", markup=False)
    for one in recipients:
        console.print(f"can open    {one.name}: {PURPOSES[one.purpose]}", markup=False)
    console.print(f"commitment  {done.commitment.digest}")
    console.print(f"ledger      entry {entry.position}, {entry.hash}")
    stderr().print(
        "Print the commitment in the protocol or the register: with it anybody can check the revealed list.\n"
        f"Back up {sealed} and the database; neither tells an arm to who has no key."
    )


def _keep(store: str, study: Study, done: SealedList, by: Actor, folder: Path) -> Entry:
    """Write the sealed files, then the database; on an error leave neither."""
    from lupustrial.allocation.sealing import slots_table
    from lupustrial.allocation.store import set_up
    from lupustrial.ledger import canonical, open_database

    public = (canonical(done.public()) + "\n").encode()
    files = {**done.files, "slots.csv": slots_table(done.slots), "commitment.json": public}
    written: list[Path] = []
    try:
        for name, content in files.items():
            write_new(folder / name, content)
            written.append(folder / name)
        with open_database(store, create=True) as db:
            return set_up(db, study, done, by)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def export_kits(
    study: StudyName,
    store: Store,
    sealed: Sealed,
    out: Annotated[Path, typer.Option(help="The new packing list, .csv.")],
    by: By,
    role: In,
    key: Key = None,
    share: Shares = None,
    passphrase_file: Passphrase = None,
) -> None:
    """Open the packing list, which product goes into which kit; for who packs, and unblinding."""
    from lupustrial.allocation.sealing import opened
    from lupustrial.allocation.store import note_packing
    from lupustrial.ledger import open_database
    from lupustrial.study import load_study

    loaded = load_study(find_study(study))
    content = opened(
        read_bytes(sealed / "production.age"), open_key(key, share, passphrase_file), "production.age"
    )
    content = content.rstrip() + b"\n"  # it was filled with empty lines
    with open_database(store) as db:
        entry = note_packing(db, loaded, content, actor(by, role))
    write_new(out, content, secret=True)
    console = stdout()
    kits = len(content.splitlines()) - 1
    console.print(f"packing list  {out}, {kits} kits, in the order of their numbers")
    console.print(f"ledger        entry {entry.position}: {by} knows the arms from now on")
    console.print("labels        `lupustrial kits labels` prints them; they hold no arm")


def _new_folder(folder: Path) -> None:
    from lupustrial.errors import AllocationError, Fault

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        hint = "name a folder that does not exist or is empty"
        raise AllocationError(
            Fault(id="ALLOC-022", message="something lies there already", place=str(folder), hint=hint)
        )
    folder.mkdir(parents=True, exist_ok=True)
