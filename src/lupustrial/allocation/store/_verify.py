"""Is everything as it was sealed and allocated? Whatever differs is named."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lupustrial.allocation.kits._verify import verify_kits
from lupustrial.allocation.sealing import SealedSlot, root_of, slots_table
from lupustrial.allocation.store._kept import kept_otherwise
from lupustrial.allocation.store._unblind import unblindings
from lupustrial.errors import Fault
from lupustrial.ledger import Anchor, Database, Entry, Transaction, canonical, entries, verify_ledger
from lupustrial.study import Study

_RESTORE = "restore the database and the sealed folder from a backup, and find out who changed them"


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a verification found.

    Attributes:
        faults: What is wrong; empty where everything holds.
        slots: Slots of the list.
        allocated: Slots that are taken.
        unassessed: Unblindings whose effect nobody has assessed yet.
        checked: What was looked at, one line each.
    """

    faults: tuple[Fault, ...]
    slots: int
    allocated: int
    unassessed: tuple[Entry, ...]
    checked: tuple[str, ...] = field(default_factory=tuple)


def verify_store(
    db: Database, study: Study, *, sealed: Path | None = None, anchors: Sequence[Anchor] = ()
) -> Verified:
    """Check the ledger, the sealed files, the slots, and every allocation against the ledger.

    Args:
        db: The database.
        study: The study.
        sealed: The folder that was sealed; None: the files are not looked at.
        anchors: Anchors that somebody kept.

    Returns:
        LEDGER faults; ALLOC-050, a file was changed or is missing; ALLOC-051, a slot was changed; ALLOC-052,
        slots and ledger tell different allocations; ALLOC-053, a slot was passed over; ALLOC-054, somebody
        was allocated who could not be, or from another stratum's list; ALLOC-055, the published commitment
        was changed; ALLOC-056, screening, unblinding, lock or reveal are kept otherwise than the ledger
        tells; ALLOC-085 and ALLOC-086, as `verify_kits`.
    """
    with db.reading() as tx:
        faults = verify_ledger(tx, anchors)
        checked = ["ledger: every entry follows the one before" + (", anchors hold" if anchors else "")]
        if faults:
            return Verified(faults=tuple(faults), slots=0, allocated=0, unassessed=(), checked=tuple(checked))
        known = [entry for entry in entries(tx) if entry.study == study.id]
        slots = tx.all(
            "SELECT number, stratum, position, leaf, envelope, participant, entry FROM allocation_slot "
            "WHERE study = ? ORDER BY stratum, position",
            study.id,
        )
        if mistyped := list(_mistyped(slots)):
            return Verified(
                faults=tuple(mistyped), slots=len(slots), allocated=0, unassessed=(), checked=tuple(checked)
            )
        faults += _published(tx, study, known)
        public = next((entry.data for entry in known if entry.kind == "list sealed"), None)
        if public is not None:
            faults += _slots(public, slots, sealed)
            faults += _files(public, sealed) if sealed is not None else ()
        faults += verify_kits(tx, study, known)
        faults += _allocations(study, known, slots)
        faults += kept_otherwise(tx, study, known)
        assessed = {entry.data["of"] for entry in known if entry.kind == "unblinding assessed"}
        unassessed = tuple(one for one in unblindings(known) if one.position not in assessed)
    checked += [
        "commitment: as published in the ledger, and the root over all slots",
        "allocations: each in the ledger, once, in order, of somebody eligible who consented",
    ]
    checked += ["kits: their tables are what the ledger says"] if study.kits else []
    checked += [f"files in {sealed}: as sealed"] if sealed is not None else []
    taken = sum(row[5] is not None for row in slots)
    return Verified(
        faults=tuple(faults),
        slots=len(slots),
        allocated=taken,
        unassessed=unassessed,
        checked=tuple(checked),
    )


def _mistyped(slots: Sequence[tuple[Any, ...]]) -> Iterator[Fault]:
    """Name slots that hold what no slot can: SQLite keeps a value of any type in any column."""
    for row in slots:
        taken = isinstance(row[5], str) and isinstance(row[6], int)
        if [*map(type, row[:5])] != [int, str, int, str, str] or not (taken or row[5:] == (None, None)):
            yield _fault("ALLOC-051", "the slot is not as it was sealed", f"slot {row[0]!r} in the database")


def _published(tx: Transaction, study: Study, known: Sequence[Entry]) -> Iterator[Fault]:
    row = tx.one("SELECT public, digest FROM allocation_list WHERE study = ?", study.id)
    sealed = [entry for entry in known if entry.kind == "list sealed"]
    if len(sealed) != 1 or row is None:
        yield _fault(
            "ALLOC-055", f"{len(sealed)} lists were sealed, {int(row is not None)} is kept", study.id
        )
    elif row != (canonical(sealed[0].data), sealed[0].data["digest"]):
        yield _fault("ALLOC-055", "the commitment is not the one in the ledger", "table allocation_list")


def _slots(
    public: Mapping[str, Any], slots: Sequence[tuple[Any, ...]], sealed: Path | None
) -> Iterator[Fault]:
    commitment = public["commitment"]
    order = {stratum: place for place, stratum in enumerate(commitment["parameters"]["strata"])}
    listed = sorted(slots, key=lambda row: (order.get(row[1], len(order)), row[2]))
    found = [_sealed_slot(row) for row in listed]
    root = root_of([_bytes(slot.leaf) for slot in found]).hex()
    if root == commitment["root"] and _is(slots_table(found), public["files"]["slots.csv"]):
        return
    table = _table(sealed, public) if sealed is not None else None
    if table is None:
        yield _fault("ALLOC-051", "the slots are not those that were committed to", "table allocation_slot")
        return
    for slot in found:
        row = (slot.stratum, str(slot.position), slot.leaf, slot.digest)
        if table.get(str(slot.number), row) != row:
            yield _fault(
                "ALLOC-051", "the slot is not as it was sealed", f"slot {slot.number} in the database"
            )
    if table.keys() != {str(slot.number) for slot in found}:
        yield _fault("ALLOC-051", "slots are missing, or there are some too many", "table allocation_slot")


def _sealed_slot(row: Sequence[Any]) -> SealedSlot:
    try:
        envelope = base64.b64decode(row[4], validate=True)
    except ValueError:
        envelope = b""
    if base64.b64encode(envelope).decode() != row[4]:  # another text of the same bytes
        envelope = b""  # no slot was sealed with nothing
    return SealedSlot(number=row[0], stratum=row[1], position=row[2], kits=(), leaf=row[3], envelope=envelope)


def _bytes(leaf: str) -> bytes:
    try:
        return bytes.fromhex(leaf)
    except ValueError:
        return leaf.encode()


def _is(content: bytes, digest: str) -> bool:
    return hashlib.sha256(content).hexdigest() == digest


def _table(sealed: Path, public: Mapping[str, Any]) -> dict[str, tuple[str, ...]] | None:
    """Read ``slots.csv`` if it is as it was sealed."""
    path = sealed / "slots.csv"
    if not path.is_file() or not _is(path.read_bytes(), public["files"]["slots.csv"]):
        return None
    with path.open(encoding="utf-8", newline="") as file:
        return {row[0]: tuple(row[1:]) for row in list(csv.reader(file))[1:]}


def _files(public: Mapping[str, Any], sealed: Path) -> Iterator[Fault]:
    for name, digest in sorted(public["files"].items()):
        path = sealed / name
        if not path.is_file():
            yield _fault("ALLOC-050", "the file is missing", str(path))
        elif not _is(path.read_bytes(), digest):
            yield _fault("ALLOC-050", "the file is not the one that was sealed", str(path))
    path = sealed / "commitment.json"
    try:
        same = path.is_file() and canonical(json.loads(path.read_bytes())) == canonical(dict(public))
    except ValueError:
        same = False
    if not same:
        yield _fault("ALLOC-050", "the commitment is not the one in the ledger, or is missing", str(path))


def _allocations(study: Study, known: Sequence[Entry], slots: Sequence[tuple[Any, ...]]) -> Iterator[Fault]:
    told = {int(entry.data["number"]): entry for entry in known if entry.kind == "allocated"}
    kept = {int(row[0]): (row[5], row[6]) for row in slots if row[5] is not None}
    for number in sorted(told.keys() | kept.keys()):
        entry = told.get(number)
        expected = None if entry is None else (entry.data["participant"], entry.position)
        if kept.get(number) != expected:
            message = "the ledger and the slots tell different allocations"
            yield _fault("ALLOC-052", message, f"slot {number}")
    people = [entry.data["participant"] for entry in told.values()]
    if len(set(people)) != len(people) or len(told) != sum(entry.kind == "allocated" for entry in known):
        yield _fault("ALLOC-052", "a participant or a slot was allocated twice", "ledger")
    if study.randomisation.method != "minimisation":
        yield from _order(slots)
    yield from _entitled(known, {int(row[0]): row[1] for row in slots})


def _order(slots: Sequence[tuple[Any, ...]]) -> Iterator[Fault]:
    last: dict[str, tuple[bool, int]] = {}
    for number, stratum, _, _, _, participant, entry in slots:
        free, before = last.get(stratum, (False, 0))
        if participant is not None and (free or entry <= before):
            yield _fault("ALLOC-053", "the slot was taken before one that stands earlier", f"slot {number}")
        last[stratum] = (free or participant is None, entry if participant is not None else before)


def _entitled(known: Sequence[Entry], strata: Mapping[int, str]) -> Iterator[Fault]:
    able: dict[str, str | None] = {}  # stratum of who can be allocated
    locked = False
    for entry in known:
        data, message = entry.data, ""
        if entry.kind == "screened":
            able[data["participant"]] = data["stratum"] if data["consented"] and data["eligible"] else None
        elif entry.kind == "locked":
            locked = True
        elif entry.kind == "allocated":
            stratum = able.get(data["participant"])
            if locked:
                message = "allocated after the lock"
            elif stratum is None:
                message = "allocated without being eligible and consented"
            elif strata.get(int(data["number"]), stratum) != stratum:
                message = "allocated from the list of another stratum"
        if message:
            yield _fault("ALLOC-054", message, f"ledger entry {entry.position}")


def _fault(fault_id: str, message: str, place: str) -> Fault:
    return Fault(id=fault_id, message=message, place=place, hint=_RESTORE)
