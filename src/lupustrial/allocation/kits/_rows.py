"""Kits and shipments between the database and their classes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from lupustrial.allocation.kits._kit import Kit, Shipment
from lupustrial.ledger import Transaction

_KIT = tuple(field.name for field in fields(Kit))
_SHIPMENT = tuple(field.name for field in fields(Shipment))
_DAYS = {"expiry", "dispensed_on", "shipped_on", "received_on"}
_AT_ONCE = 500  # parameters of a statement
_LARGEST = 2**63 - 1  # of a BIGINT
_of_kit, _of_shipment = attrgetter(*_KIT), attrgetter(*_SHIPMENT)


def read_kits(tx: Transaction, study: str, numbers: Sequence[int] | None = None) -> dict[int, Kit]:
    """Return the kits of a study by number, all or those named; unknown ones are left out."""
    select = f"SELECT {', '.join(_KIT)} FROM kit WHERE study = ?"  # noqa: S608 - names of our own columns
    if numbers is None:
        rows = tx.all(f"{select} ORDER BY number", study)
    else:
        rows, numbers = [], [number for number in numbers if number <= _LARGEST]
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            rows += tx.all(f"{select} AND number IN ({marks}) ORDER BY number", study, *some)
    return {kit.number: kit for kit in map(_kit, rows)}


def read_kits_of_slot(tx: Transaction, study: str, slot: int) -> list[Kit]:
    """Return the kits of a slot, in the order of their types and places."""
    select = f"SELECT {', '.join(_KIT)} FROM kit WHERE study = ? AND slot = ?"  # noqa: S608 - idem
    return [_kit(row) for row in tx.all(f"{select} ORDER BY type, nth", study, slot)]


def read_shipments(tx: Transaction, study: str) -> dict[int, Shipment]:
    """Return the shipments of a study by number."""
    select = f"SELECT {', '.join(_SHIPMENT)} FROM shipment WHERE study = ?"  # noqa: S608 - idem
    found = (_shipment(row) for row in tx.all(f"{select} ORDER BY number", study))
    return {shipment.number: shipment for shipment in found}


def insert_kits(tx: Transaction, kits: Iterable[Kit]) -> None:
    """Write kits that are not there yet."""
    marks = ", ".join("?" * len(_KIT))
    rows = [_plain(_of_kit(kit)) for kit in kits]
    tx.many(f"INSERT INTO kit ({', '.join(_KIT)}) VALUES ({marks})", rows)  # noqa: S608 - idem


def update_kits(tx: Transaction, kits: Iterable[Kit]) -> None:
    """Write kits that are there."""
    sets = ", ".join(f"{name} = ?" for name in _KIT[1:])
    rows = [(*_plain(_of_kit(kit))[1:], kit.study, kit.number) for kit in kits]
    tx.many(f"UPDATE kit SET {sets} WHERE study = ? AND number = ?", rows)  # noqa: S608 - idem


def insert_shipment(tx: Transaction, shipment: Shipment) -> None:
    """Write a shipment that is not there yet."""
    marks = ", ".join("?" * len(_SHIPMENT))
    names = ", ".join(_SHIPMENT)
    tx.run(f"INSERT INTO shipment ({names}) VALUES ({marks})", *_plain(_of_shipment(shipment)))  # noqa: S608 - idem


def update_shipment(tx: Transaction, shipment: Shipment) -> None:
    """Write a shipment that came."""
    received = shipment.received_on.isoformat() if shipment.received_on else None
    tx.run(
        "UPDATE shipment SET received_on = ?, low = ?, high = ?, entry = ? WHERE study = ? AND number = ?",
        received,
        shipment.low,
        shipment.high,
        shipment.entry,
        shipment.study,
        shipment.number,
    )


def _kit(row: Sequence[Any]) -> Kit:
    return Kit(**_parsed(_KIT, row))


def _shipment(row: Sequence[Any]) -> Shipment:
    return Shipment(**_parsed(_SHIPMENT, row))


def _parsed(names: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    return {
        name: dt.date.fromisoformat(value) if name in _DAYS and value is not None else value
        for name, value in zip(names, row, strict=True)
    }


def _plain(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(value.isoformat() if isinstance(value, dt.date) else value for value in values)
