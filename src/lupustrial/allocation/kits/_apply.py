"""What an entry of the ledger does to kits and shipments: the one definition of the projection.

Writing uses it forwards, one entry at a time; `replay` uses it over the whole ledger, so that the tables can
be made again from the ledger and compared with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lupustrial.allocation.kits._kit import Kit, Shipment
from lupustrial.allocation.kits._transitions import Action, allowed
from lupustrial.errors import Fault
from lupustrial.ledger import Entry

Data = Mapping[str, Any]

PACKED = "kits packed"
RELEASED = "kits released"
SHIPPED = "kits shipped"
RECEIVED = "kits received"
FOUND = "kits found"
QUARANTINED = "kits quarantined"
LIFTED = "kits released from quarantine"
DISPENSED = "kit dispensed"
RETURNED = "kit returned"
DESTROYED = "kits destroyed"
REBUILT = "kits rebuilt"

#: The action of each kind of entry that moves kits that are there.
ACTIONS: Mapping[str, Action] = {
    RELEASED: "release",
    SHIPPED: "ship",
    RECEIVED: "receive",
    FOUND: "find",
    QUARANTINED: "quarantine",
    LIFTED: "lift",
    DISPENSED: "dispense",
    RETURNED: "return",
    DESTROYED: "destroy",
}


@dataclass(kw_only=True)
class Book:
    """Kits and shipments as the ledger tells them, and the entries that cannot follow."""

    kits: dict[tuple[str, int], Kit] = field(default_factory=dict)
    shipments: dict[tuple[str, int], Shipment] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def named(kind: str, data: Data) -> list[int]:
    """Return the numbers of the kits that an entry moves; not those that it packs."""
    if kind == RECEIVED:
        return [*data["intact"], *(number for number, _ in data["quarantined"]), *data["missing"]]
    return [data["kit"]] if kind in (DISPENSED, RETURNED) else list(data["kits"])


def packed(study: str, data: Data, position: int) -> Iterator[Kit]:
    """Give the kits that an entry packs."""
    for number, slot, kind, nth in data["kits"]:
        yield Kit(number=number, study=study, slot=slot, type=kind, nth=nth, entry=position)


def moved(kind: str, data: Data, position: int, kits: Mapping[int, Kit]) -> list[Kit]:
    """Return the kits that an entry moves, as they are after it."""
    return [replace(kit, entry=position) for kit in _MOVES[kind](data, kits)]


def shipped(study: str, data: Data, position: int) -> Shipment:
    """Return the shipment that an entry sends off."""
    return Shipment(
        number=data["shipment"],
        study=study,
        origin=data["origin"],
        site=data["site"],
        shipped_on=_day(data["on"]),
        entry=position,
    )


def arrived(shipment: Shipment, data: Data, position: int) -> Shipment:
    """Return a shipment after the entry that receives it."""
    return replace(shipment, received_on=_day(data["on"]), low=data["low"], high=data["high"], entry=position)


def replay(entries: Iterable[Entry]) -> Book:
    """Make kits and shipments from the ledger.

    Entries that cannot follow from those before are named (ALLOC-086) and passed over; entries of other
    kinds do not concern kits.
    """
    book = Book()
    for entry in entries:
        if entry.kind != PACKED and entry.kind not in ACTIONS:
            continue
        try:
            _follow(book, entry)
        except (KeyError, TypeError, ValueError) as error:
            book.faults.append(_impossible(entry, f"({type(error).__name__})"))
    return book


def _follow(book: Book, entry: Entry) -> None:
    if entry.kind == PACKED:
        new = list(packed(entry.study, entry.data, entry.position))
        if any((kit.study, kit.number) in book.kits for kit in new):
            book.faults.append(_impossible(entry, "packs a kit a second time"))
        for kit in new:
            book.kits.setdefault((kit.study, kit.number), kit)
        return
    action, numbers = ACTIONS[entry.kind], named(entry.kind, entry.data)
    kits = {number: book.kits[entry.study, number] for number in numbers}
    if not all(allowed(action, kit.state) for kit in kits.values()):
        book.faults.append(_impossible(entry, "moves a kit that could not be moved so"))
        return
    after = moved(entry.kind, entry.data, entry.position, kits)
    if entry.kind == SHIPPED:
        book.shipments[entry.study, entry.data["shipment"]] = shipped(entry.study, entry.data, entry.position)
    if entry.kind == RECEIVED:
        key = (entry.study, entry.data["shipment"])
        book.shipments[key] = arrived(book.shipments[key], entry.data, entry.position)
    book.kits.update(((kit.study, kit.number), kit) for kit in after)


def _release(data: Data, kits: Mapping[int, Kit]) -> Iterator[Kit]:
    for number in data["kits"]:
        yield replace(kits[number], state="released", batch=data["batch"], expiry=_day(data["expiry"]))


def _ship(data: Data, kits: Mapping[int, Kit]) -> Iterator[Kit]:
    for number in data["kits"]:
        yield replace(kits[number], state="shipped", site=data["site"], shipment=data["shipment"])


def _receive(data: Data, kits: Mapping[int, Kit]) -> Iterator[Kit]:
    for number in data["intact"]:
        kit = kits[number]
        yield replace(kit, state="released" if kit.site is None else "received")
    for number, _ in data["quarantined"]:
        yield replace(kits[number], state="quarantined")
    for number in data["missing"]:
        yield replace(kits[number], state="missing")


def _quarantine(data: Data, kits: Mapping[int, Kit]) -> Iterator[Kit]:
    for number in data["kits"]:
        yield replace(kits[number], state="quarantined")


def _lift(data: Data, kits: Mapping[int, Kit]) -> Iterator[Kit]:
    for number in data["kits"]:
        kit = kits[number]
        yield replace(kit, state="released" if kit.site is None else "received")


def _dispense(data: Data, kits: Mapping[int, Kit]) -> Iterator[Kit]:
    yield replace(
        kits[data["kit"]],
        state="dispensed",
        participant=data["participant"],
        visit=data["visit"],
        dispensed_on=_day(data["on"]),
    )


def _return(data: Data, kits: Mapping[int, Kit]) -> Iterator[Kit]:
    yield replace(
        kits[data["kit"]],
        state="returned",
        used=data["used"],
        unused=data["unused"],
        lost=data["lost"],
    )


def _destroy(data: Data, kits: Mapping[int, Kit]) -> Iterator[Kit]:
    for number in data["kits"]:
        yield replace(kits[number], state="destroyed")


_MOVES: Mapping[str, Callable[[Data, Mapping[int, Kit]], Iterator[Kit]]] = {
    RELEASED: _release,
    SHIPPED: _ship,
    RECEIVED: _receive,
    FOUND: _quarantine,
    QUARANTINED: _quarantine,
    LIFTED: _lift,
    DISPENSED: _dispense,
    RETURNED: _return,
    DESTROYED: _destroy,
}


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _impossible(entry: Entry, what: str) -> Fault:
    return Fault(
        id="ALLOC-086",
        message=f"the entry `{entry.kind}` cannot follow from those before: {what}",
        place=f"ledger entry {entry.position}",
        hint="it was not written by this program, or the ledger was changed: run `lupustrial verify`",
    )
