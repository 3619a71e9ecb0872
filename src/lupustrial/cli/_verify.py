"""``lupustrial verify``: is everything in the database of a trial what the ledger says?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lupustrial.cli._console import stdout
from lupustrial.cli._find import find_study
from lupustrial.cli._randomise_options import AsJson
from lupustrial.errors import CaptureError, Fault

if TYPE_CHECKING:
    from lupustrial.ledger import Anchor, Database
    from lupustrial.study import Study

_LIST = "table allocation_list"
_EXAMPLE = "lupustrial verify trial.db --study studies/il2-sle"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=f"Example: {_EXAMPLE}")(verify)


def verify(
    database: Annotated[str, typer.Argument(help="The SQLite file, or postgresql://… of the trial.")],
    study: Annotated[str, typer.Option("--study", help="The study folder.")],
    anchor: Annotated[
        list[str] | None, typer.Option(help="An anchor that you kept, POSITION:HASH; may be repeated.")
    ] = None,
    sealed: Annotated[
        Path | None, typer.Option("--sealed", help="The sealed folder of the allocation, checked too.")
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option("--export", help="Write ledger.jsonl and signatures.jsonl into this new folder."),
    ] = None,
    *,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Build the current values anew from a ledger that is whole.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check ledger, current values, signatures, allocation and anchors; name whatever differs.

    Exit status 1 where anything does.
    """
    from lupustrial.ledger import Anchor, open_database
    from lupustrial.study import load_study

    loaded = load_study(find_study(study))
    anchors = [Anchor.parse(text) for text in anchor or ()]
    with open_database(database) as db:
        faults, checked = _checks(db, loaded, sealed=sealed, anchors=anchors, rebuild=rebuild)
        if export is not None and not faults:
            _export(db, export)
            checked.append(f"exported: {export}, to be checked by scripts/verify_signatures.py")
    _tell(faults, checked, as_json=as_json)


def _checks(
    db: Database, study: Study, *, sealed: Path | None, anchors: Sequence[Anchor], rebuild: bool
) -> tuple[list[Fault], list[str]]:
    from lupustrial.allocation.store import verify_store
    from lupustrial.capture.store import rebuild as build_anew
    from lupustrial.capture.store import verify_gates, verify_projection, verify_signatures

    found = verify_store(db, study, sealed=sealed, anchors=anchors)
    faults, checked = list(found.faults), list(found.checked)
    if any(fault.id.startswith("LEDGER") for fault in faults):
        return faults, checked
    if sealed is None and not _sealed(db, study):
        faults = [one for one in faults if one.id != "ALLOC-055" and not one.place.startswith(_LIST)]
        checked = [*checked[:1], "allocation: no list was sealed yet"]
    if rebuild:
        checked.append(f"current values: built anew from {build_anew(db, study.id)} entries")
    differing = verify_projection(db, study.id)
    with db.reading() as tx:
        false = verify_signatures(tx, study.id)
        gates = verify_gates(tx, study.id)
    checked += [] if differing else ["current values: what the ledger says, row by row"]
    checked += [] if false else ["signatures: each genuine, by its signer's key, over the values of its time"]
    checked += [] if gates else ["gates: decisions signed by their readers, over what they were shown"]
    return [*faults, *differing, *false, *gates], checked


def _sealed(db: Database, study: Study) -> bool:
    """Whether a list was ever sealed, as the ledger or the table of lists tells."""
    from lupustrial.ledger import entries

    with db.reading() as tx:
        if tx.one("SELECT 1 FROM allocation_list WHERE study = ?", study.id) is not None:
            return True
        return any(entry.kind == "list sealed" and entry.study == study.id for entry in entries(tx))


def _export(db: Database, folder: Path) -> None:
    from lupustrial.capture.store import all_proofs
    from lupustrial.cli._randomise_options import write_new
    from lupustrial.ledger import export_ledger

    folder.mkdir(parents=True, exist_ok=True)
    write_new(folder / "ledger.jsonl", b"")
    with db.reading() as tx:
        export_ledger(tx, folder / "ledger.jsonl")
        write_new(folder / "signatures.jsonl", all_proofs(tx).encode())


def _tell(faults: Sequence[Fault], checked: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        told = [{"id": one.id, "place": one.place, "message": one.message} for one in faults]
        stdout().print_json(json.dumps({"checked": list(checked), "faults": told}))
    if faults:
        raise CaptureError(faults)
    if not as_json:
        for line in checked:
            stdout().print(f"ok  {line}", markup=False)
