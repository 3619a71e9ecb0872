"""Handing a kit out, and counting it when it comes back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lupustrial.allocation.kits._apply import DISPENSED, RETURNED
from lupustrial.allocation.kits._book import check_day, fetch, need_reason, record, refuse
from lupustrial.allocation.kits._dispensing import (
    Request,
    check_repeat,
    choose,
    last_dose,
    left_over,
    type_for,
    unfit,
)
from lupustrial.allocation.kits._kit import Kit
from lupustrial.allocation.kits._rows import read_kits, read_kits_of_slot
from lupustrial.allocation.kits._scan import check_known
from lupustrial.allocation.kits._slots import Place, place_of_participant
from lupustrial.allocation.kits._who import permit
from lupustrial.errors import Fault
from lupustrial.ledger import Actor, Transaction
from lupustrial.study import Study


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispensed:
    """What was handed out: the kit, the day of its last dose, and warnings."""

    kit: Kit
    last_dose: dt.date
    warnings: tuple[Fault, ...]


def dispense(
    tx: Transaction,
    study: Study,
    participant: str,
    visit: str,
    *,
    on: dt.date,
    by: Actor,
    kit: int | None = None,
    kind: str | None = None,
    replacement: bool = False,
    why: str = "",
) -> Dispensed:
    """Hand out a kit to a participant at a visit.

    Args:
        tx: A writing transaction.
        study: The study.
        participant: Who gets it.
        visit: At which visit.
        on: On which day.
        by: Pharmacist or coordinator.
        kit: Number of the kit in hand, as scanned; None: the next one is named.
        kind: Id of the kit's type; needed where several are handed out at the visit.
        replacement: Whether it replaces a kit that was handed out at this visit.
        why: Why it has to be replaced.

    Raises:
        AllocationError: with every reason: ALLOC-060 to ALLOC-063, ALLOC-065 to ALLOC-074, ALLOC-076,
            ALLOC-082.
    """
    permit(tx, study, by, "dispense")
    chosen = type_for(study, visit, kind)
    place = place_of_participant(tx, study.id, participant)
    request = _request(place, participant, visit, chosen.id, on, replacement=replacement)
    mine = read_kits_of_slot(tx, study.id, place.slot)
    faults = check_repeat(mine, request) + check_day(on, "the kit was handed out")
    if replacement:
        faults += need_reason(why, "replace a kit")
    taken = None
    if kit is not None:
        known = read_kits(tx, study.id, [kit])
        faults += check_known(study.id, [kit], known)
        if kit in known:
            taken = known[kit]
            faults += unfit(study, taken, request)
    refuse(faults)
    taken = taken or choose(study, mine, request)
    data = {
        "kit": taken.number,
        "participant": participant,
        "visit": visit,
        "on": on.isoformat(),
        "site": place.site,
        "replacement": replacement,
    }
    after = record(tx, study, DISPENSED, data, {taken.number: taken}, by=by, why=why)
    warnings = left_over(study, mine, request, taken.number)
    return Dispensed(kit=after[0], last_dose=last_dose(study, chosen, on), warnings=tuple(warnings))


def next_kit(
    tx: Transaction,
    study: Study,
    participant: str,
    visit: str,
    *,
    on: dt.date,
    kind: str | None = None,
    replacement: bool = False,
) -> Kit:
    """Return the kit that `dispense` would hand out if none is named; nothing is written.

    Raises:
        AllocationError: ALLOC-066, ALLOC-072 to ALLOC-074.
    """
    chosen = type_for(study, visit, kind)
    place = place_of_participant(tx, study.id, participant)
    request = _request(place, participant, visit, chosen.id, on, replacement=replacement)
    mine = read_kits_of_slot(tx, study.id, place.slot)
    refuse(check_repeat(mine, request))
    return choose(study, mine, request)


def return_kit(
    tx: Transaction,
    study: Study,
    number: int,
    *,
    on: dt.date,
    used: int,
    unused: int,
    lost: int,
    by: Actor,
    why: str = "",
) -> Kit:
    """Count a kit that came back, or count it again.

    Args:
        tx: A writing transaction.
        study: The study.
        number: The kit.
        on: Day on which it came back.
        used: Units that were used (empty vials).
        unused: Units that came back whole.
        lost: Units that did not come back, or broken.
        by: Pharmacist or coordinator.
        why: Why it is counted again, where it was counted before.

    Raises:
        AllocationError: ALLOC-060 to ALLOC-064, ALLOC-070, ALLOC-071, ALLOC-075 (units do not add up),
            ALLOC-076 (counted again without a reason), ALLOC-082.
    """
    permit(tx, study, by, "return")
    kits, faults = fetch(tx, study, [number], "return")
    refuse(faults)
    kit = kits[number]
    faults += _check_units(study, kit, used, unused, lost)
    faults += check_day(on, "the kit came back", since=kit.dispensed_on, before="it was handed out")
    if kit.state == "returned":
        faults += need_reason(why, f"count kit {number} again")
    refuse(faults)
    data = {"kit": number, "on": on.isoformat(), "used": used, "unused": unused, "lost": lost}
    return record(tx, study, RETURNED, data, kits, by=by, why=why)[0]


def _request(
    place: Place, participant: str, visit: str, kind: str, on: dt.date, *, replacement: bool
) -> Request:
    return Request(
        participant=participant,
        slot=place.slot,
        site=place.site or "",
        visit=visit,
        type=kind,
        on=on,
        replacement=replacement,
    )


def _check_units(study: Study, kit: Kit, used: int, unused: int, lost: int) -> list[Fault]:
    kind = next(kind for kind in study.kits if kind.id == kit.type)
    total = used + unused + lost
    if total == kind.units and min(used, unused, lost) >= 0:
        return []
    message = (
        f"{used} used, {unused} unused and {lost} lost are {total}, the kit held {kind.units} {kind.unit}s"
    )
    if min(used, unused, lost) < 0:
        message = f"a count is negative: {used} used, {unused} unused, {lost} lost"
    hint = "count again; what cannot be found is lost"
    return [Fault(id="ALLOC-075", message=message, place=f"kit {kit.number}", hint=hint)]
