"""On the way: a shipment leaves and arrives; what is damaged, too warm or missing does not get into stock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lupustrial.allocation.kits._apply import FOUND, RECEIVED, SHIPPED, shipped
from lupustrial.allocation.kits._book import check_day, check_site, fetch, need_reason, record, refuse
from lupustrial.allocation.kits._kit import Kit, Shipment, place_of
from lupustrial.allocation.kits._rows import read_kits, read_shipments
from lupustrial.allocation.kits._who import permit, tasks_at
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import Actor, Transaction
from lupustrial.study import Storage, Study


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """What became of a shipment: kits in stock, in quarantine (with the reason) and missing."""

    shipment: int
    intact: tuple[int, ...]
    quarantined: tuple[tuple[int, str], ...]
    missing: tuple[int, ...]


def excursion(storage: Storage | None, low: Decimal | None, high: Decimal | None) -> str | None:
    """Return why a kit cannot be used after such temperatures; None where it can.

    Args:
        storage: Temperatures between which it keeps, limits included; None: not stated, so nothing is judged.
        low: Lowest reading in degrees Celsius; None: there is no log.
        high: Highest reading.
    """
    if storage is None:
        return None
    if low is None or high is None:
        return "no temperature log"
    if low < storage.low:
        return f"{low} °C is below {storage.low} °C"
    if high > storage.high:
        return f"{high} °C is above {storage.high} °C"
    return None


def check_temperatures(low: Decimal | None, high: Decimal | None) -> list[Fault]:
    """Return ALLOC-089 where one temperature is missing, is no number, or both are upside down."""
    if low is None and high is None:
        return []
    if low is None or high is None:
        message = "only one of the temperatures is given"
    elif not (low.is_finite() and high.is_finite() and low <= high):
        message = f"{low} °C to {high} °C is no range of temperatures"
    else:
        return []
    hint = "give the lowest and the highest reading of the log, or neither where there is no log"
    return [Fault(id="ALLOC-089", message=message, place="temperature", hint=hint)]


def ship(
    tx: Transaction, study: Study, numbers: Sequence[int], *, to: str | None, on: dt.date, by: Actor
) -> Shipment:
    """Send kits from the depot to a site, or from a site to another or back to the depot.

    Args:
        tx: A writing transaction.
        study: The study.
        numbers: The kits; all lie at the same place.
        to: Id of the site; None: the depot.
        on: Day on which they leave.
        by: Who sends them.

    Raises:
        AllocationError: ALLOC-060 to ALLOC-064, ALLOC-069 to ALLOC-071 for kits, ALLOC-081 for the place,
            ALLOC-082 for the day.
    """
    kits, faults = fetch(tx, study, numbers, "ship")
    origins = {kit.site for kit in kits.values()}
    if to is not None:
        faults += check_site(study, to)
    if len(origins) > 1:
        places = ", ".join(sorted(place_of(site) for site in origins))
        hint = "make a shipment of each place"
        message = f"the kits lie at different places: {places}"
        faults.append(Fault(id="ALLOC-081", message=message, place="shipment", hint=hint))
    elif to in origins:
        message = f"the kits are at {place_of(to)} already"
        faults.append(
            Fault(
                id="ALLOC-081", message=message, place="shipment", hint="name the site where they are to go"
            )
        )
    refuse(faults + check_day(on, "the kits were shipped"))
    origin = origins.pop()
    permit(tx, study, by, "ship", tasks_at(origin))
    number = max(read_shipments(tx, study.id), default=0) + 1
    data = {
        "shipment": number,
        "origin": origin,
        "site": to,
        "on": on.isoformat(),
        "kits": sorted(kits),
    }
    after = record(tx, study, SHIPPED, data, kits, by=by)
    return shipped(study.id, data, after[0].entry)


def receive(
    tx: Transaction,
    study: Study,
    number: int,
    *,
    on: dt.date,
    by: Actor,
    low: Decimal | None = None,
    high: Decimal | None = None,
    damaged: Collection[int] = (),
    missing: Collection[int] = (),
) -> Received:
    """Receive a shipment whole: each of its kits goes into stock or quarantine, or is missing.

    A kit goes into quarantine if it is damaged, or if the temperatures of the log leave those between which
    its type keeps, or if there is no log and its type needs one.

    Args:
        tx: A writing transaction.
        study: The study.
        number: Number of the shipment.
        on: Day on which it came.
        by: Who receives it, where it came.
        low: Lowest temperature of its log, in degrees Celsius; None: there is no log.
        high: Highest temperature.
        damaged: Kits of it that are broken, open or unreadable.
        missing: Kits of it that are not there.

    Raises:
        AllocationError: ALLOC-081 (unknown shipment, received already, or a kit that is not part of it),
            ALLOC-082, ALLOC-089, ALLOC-063.
    """
    shipment = _underway(tx, study, number)
    permit(tx, study, by, "receive", tasks_at(shipment.site))
    kits = {
        kit.number: kit
        for kit in read_kits(tx, study.id).values()
        if kit.shipment == number and kit.state == "shipped"
    }
    faults = check_temperatures(low, high)
    faults += check_day(on, "it was received", since=shipment.shipped_on, before="it was shipped")
    faults += _check_parts(kits, number, damaged, missing)
    refuse(faults)
    kinds = {kind.id: kind for kind in study.kits}
    reasons = {kit.number: excursion(kinds[kit.type].storage, low, high) for kit in kits.values()}
    reasons |= dict.fromkeys(damaged, "damaged")
    there = [one for one in sorted(kits) if one not in missing]
    result = Received(
        shipment=number,
        intact=tuple(one for one in there if reasons[one] is None),
        quarantined=tuple((one, reason) for one in there if (reason := reasons[one]) is not None),
        missing=tuple(sorted(missing)),
    )
    data = {
        "shipment": number,
        "on": on.isoformat(),
        "low": None if low is None else str(low),
        "high": None if high is None else str(high),
        "intact": list(result.intact),
        "quarantined": [list(pair) for pair in result.quarantined],
        "missing": list(result.missing),
    }
    record(tx, study, RECEIVED, data, kits, by=by, shipment=shipment)
    return result


def find(tx: Transaction, study: Study, numbers: Sequence[int], *, by: Actor, why: str) -> list[Kit]:
    """Record that missing kits turned up, and where; they go into quarantine until the sponsor judges them.

    Raises:
        AllocationError: ALLOC-060 to ALLOC-064, ALLOC-069 to ALLOC-071, ALLOC-076.
    """
    permit(tx, study, by, "find")
    kits, faults = fetch(tx, study, numbers, "find")
    refuse(faults + need_reason(why, "find kits"))
    return record(tx, study, FOUND, {"kits": sorted(kits)}, kits, by=by, why=why)


def _underway(tx: Transaction, study: Study, number: int) -> Shipment:
    shipments = read_shipments(tx, study.id)
    if number not in shipments:
        open_ones = [str(one.number) for one in shipments.values() if one.received_on is None]
        message = f"there is no shipment {number}"
        hint = f"on their way: {', '.join(open_ones) or 'none'}"
    elif shipments[number].received_on is not None:
        message = f"shipment {number} was received on {shipments[number].received_on}"
        hint = "what turned up later is recorded with `kits find`, what is bad with `kits quarantine`"
    else:
        return shipments[number]
    raise AllocationError(Fault(id="ALLOC-081", message=message, place=f"shipment {number}", hint=hint))


def _check_parts(
    kits: dict[int, Kit], shipment: int, damaged: Collection[int], missing: Collection[int]
) -> list[Fault]:
    faults = []
    for number in (*damaged, *missing):
        if number not in kits:
            message = f"kit {number} is not part of shipment {shipment}"
            hint = "read the number again; a kit too many is put aside and the sponsor told"
            faults.append(Fault(id="ALLOC-081", message=message, place=f"kit {number}", hint=hint))
    for number in set(damaged) & set(missing):
        message = f"kit {number} is named both damaged and missing"
        faults.append(Fault(id="ALLOC-062", message=message, place=f"kit {number}", hint="name it once"))
    return faults
