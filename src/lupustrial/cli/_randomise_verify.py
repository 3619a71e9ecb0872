"""``lupustrial randomise verify | anchor | ledger``: is everything as it was sealed and allocated?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lupustrial.cli._console import stdout
from lupustrial.cli._find import find_study
from lupustrial.cli._randomise_options import AsJson, Store, StudyName, write_new
from lupustrial.errors import AllocationError


def verify(
    study: StudyName,
    store: Store,
    sealed: Annotated[
        Path | None, typer.Option("--sealed", help="The sealed folder, to be checked too.")
    ] = None,
    anchor: Annotated[
        list[str] | None, typer.Option(help="An anchor that you kept, POSITION:HASH; may be repeated.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check ledger, sealed files, slots and allocations; name whatever differs (then exit status 1)."""
    from lupustrial.allocation.store import verify_store
    from lupustrial.ledger import Anchor, open_database
    from lupustrial.study import load_study

    loaded = load_study(find_study(study))
    with open_database(store) as db:
        found = verify_store(db, loaded, sealed=sealed, anchors=[Anchor.parse(text) for text in anchor or ()])
    if as_json:
        faults = [{"id": one.id, "place": one.place, "message": one.message} for one in found.faults]
        answer = {
            "allocated": found.allocated,
            "faults": faults,
            "slots": found.slots,
            "unassessed": [entry.position for entry in found.unassessed],
        }
        stdout().print_json(json.dumps(answer))
    if found.faults:
        raise AllocationError(found.faults)
    if as_json:
        return
    for line in found.checked:
        stdout().print(f"ok  {line}", markup=False)
    stdout().print(f"{found.allocated} of {found.slots} slots are taken")
    for entry in found.unassessed:
        stdout().print(
            f"open  ledger entry {entry.position}: what the unblinding of {entry.data['participant']} means "
            "is not assessed",
            markup=False,
        )


def anchor(store: Store) -> None:
    """Print the head of the ledger, to be kept by somebody else, e.g. the monitor, against truncation."""
    from lupustrial.ledger import anchor as head_of
    from lupustrial.ledger import open_database

    with open_database(store) as db, db.reading() as tx:
        stdout().print(str(head_of(tx)))


def ledger(
    store: Store,
    out: Annotated[Path, typer.Option(help="The new file, .jsonl: one entry a line.")],
) -> None:
    """Write the ledger to a file that can be checked without this program."""
    from lupustrial.ledger import export_ledger, open_database

    with open_database(store) as db:
        write_new(out, b"")
        with db.reading() as tx:
            head = export_ledger(tx, out)
    stdout().print(f"{out}  {head.position} entries, anchor {head}", markup=False)
