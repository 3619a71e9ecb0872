"""Do the tables say what the ledger says? And making them again from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from lupustrial.allocation.kits._apply import REBUILT, Book, replay
from lupustrial.allocation.kits._book import need_reason, refuse
from lupustrial.allocation.kits._kit import Kit, Shipment
from lupustrial.allocation.kits._rows import insert_kits, insert_shipment, read_kits, read_shipments
from lupustrial.allocation.kits._tables import create_kits, drop_kits
from lupustrial.allocation.kits._who import permit
from lupustrial.errors import Fault
from lupustrial.ledger import Actor, Entry, Transaction, append, entries
from lupustrial.study import Study


def verify_kits(tx: Transaction, study: Study, known: Iterable[Entry] | None = None) -> list[Fault]:
    """Return where the tables differ from the ledger; an empty list where they do not.

    `known` are the entries of the study, where they were read already.

    Faults are ALLOC-085 (a kit or shipment differs, is missing, or is one too many; the columns are named,
    not their values) and ALLOC-086 (an entry that cannot follow from those before, or a count that does not
    add up to the units of the kit).
    """
    if known is None:
        known = (entry for entry in entries(tx) if entry.study == study.id)
    book = replay(known)
    units = {kind.id: kind.units for kind in study.kits}
    faults = list(book.faults)
    for kit in book.kits.values():
        counts = (kit.used, kit.unused, kit.lost)
        if counts != (None, None, None) and sum(one or 0 for one in counts) != units.get(kit.type):
            hint = "compare with the paper log, and count the kit again with `kits return`"
            message = f"the units counted of kit {kit.number} do not add up to what it held"
            faults.append(Fault(id="ALLOC-086", message=message, place=f"kit {kit.number}", hint=hint))
    return faults + _differences(tx, study.id, book)


def rebuild(tx: Transaction, study: Study, *, by: Actor, why: str) -> int:
    """Make the tables of kits again from the ledger, for all studies of the database.

    Args:
        tx: A writing transaction.
        study: The study whose roles say who may; kits of other studies are made again too.
        by: Who asks for it.
        why: Why.

    Returns:
        How many kits and shipments differed; the ledger keeps that number.

    Raises:
        AllocationError: ALLOC-030 to ALLOC-032, ALLOC-076.
    """
    permit(tx, study, by, "quarantine")
    refuse(need_reason(why, "make the tables again"))
    book = replay(entries(tx))
    names = {kit.study for kit in book.kits.values()}
    differing = {name: len(_differences(tx, name, book)) for name in sorted(names)}
    drop_kits(tx)
    create_kits(tx)
    insert_kits(tx, book.kits.values())
    for shipment in book.shipments.values():
        insert_shipment(tx, shipment)
    for name, count in differing.items():
        append(tx, study=name, kind=REBUILT, by=by, data={"differed": count}, why=why)
    return sum(differing.values())


def _differences(tx: Transaction, study: str, book: Book) -> list[Fault]:
    kits = {f"kit {kit.number}": kit for kit in book.kits.values() if kit.study == study}
    stored = {f"kit {kit.number}": kit for kit in read_kits(tx, study).values()}
    ways = {f"shipment {one.number}": one for (name, _), one in book.shipments.items() if name == study}
    stored_ways = {f"shipment {one.number}": one for one in read_shipments(tx, study).values()}
    return _compare(kits, stored, Kit) + _compare(ways, stored_ways, Shipment)


def _compare(told: Mapping[str, Any], stored: Mapping[str, Any], kind: type[Any]) -> list[Fault]:
    faults = []
    for place in sorted({*told, *stored}):
        one, other = told.get(place), stored.get(place)
        if one == other:
            continue
        if other is None:
            message = "is in the ledger and not in the table"
        elif one is None:
            message = "is in the table and not in the ledger"
        else:
            names = [
                each.name for each in fields(kind) if getattr(one, each.name) != getattr(other, each.name)
            ]
            message = f"the table differs from the ledger in {', '.join(names)}"
        hint = "the table was changed behind the ledger's back: find out how, then `kits verify --rebuild`"
        faults.append(Fault(id="ALLOC-085", message=f"{place}: {message}", place=place, hint=hint))
    return faults
