"""May this kit be handed out to this participant at this visit? Pure rules, each with reason and remedy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lupustrial.allocation.kits._kit import Kit, place_of
from lupustrial.allocation.kits._transitions import refused
from lupustrial.errors import AllocationError, Fault
from lupustrial.study import KitType, Study


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is asked for.

    Attributes:
        participant: Who is to get a kit.
        slot: Number of the participant's slot.
        site: Site of the participant.
        visit: Id of the visit.
        type: Id of the kit's type.
        on: Day on which it is handed out; the first dose is taken on it.
        replacement: Whether it replaces a kit that was handed out at this visit.
    """

    participant: str
    slot: int
    site: str
    visit: str
    type: str
    on: dt.date
    replacement: bool = False


def last_dose(study: Study, kind: KitType, on: dt.date) -> dt.date:
    """Return the day of the last dose out of a kit whose first dose is taken on a day.

    Dose k (from 0) of an arm falls on day ``k // injections * cycle_days + k % injections * every_days``;
    of all arms the latest day counts, so that the answer is the same for all and tells none. Without dosing
    it is the day itself.
    """
    last = kind.units - 1
    rules = [arm.dosing for arm in study.arms if arm.dosing is not None]
    days = [
        last // rule.injections * rule.cycle_days + last % rule.injections * rule.every_days for rule in rules
    ]
    return on + dt.timedelta(days=max(days, default=0))


def type_for(study: Study, visit: str, wanted: str | None) -> KitType:
    """Return the type of kit that is handed out at a visit.

    Raises:
        AllocationError: ALLOC-066, none is handed out there, or it is not clear which.
    """
    place = f"visit {visit}"
    here = [kind for kind in study.kits if visit in kind.dispensed]
    if not here:
        visits = [one.id for one in study.visits if any(one.id in kind.dispensed for kind in study.kits)]
        unknown = visit not in [one.id for one in study.visits]
        message = (
            f"the study has no visit `{visit}`" if unknown else f"no kit is handed out at visit `{visit}`"
        )
        hint = f"kits are handed out at {', '.join(visits) or 'no visit'}"
        raise AllocationError(Fault(id="ALLOC-066", message=message, place=place, hint=hint))
    chosen = [kind for kind in here if wanted in (None, kind.id)]
    if len(chosen) != 1:
        names = ", ".join(kind.id for kind in here)
        message = (
            f"kits of several types are handed out at visit `{visit}`"
            if wanted is None
            else f"no kit `{wanted}` is handed out at visit `{visit}`"
        )
        hint = f"name one of the types: {names}"
        raise AllocationError(Fault(id="ALLOC-066", message=message, place=place, hint=hint))
    return chosen[0]


def unfit(study: Study, kit: Kit, request: Request) -> list[Fault]:
    """Return everything that speaks against handing out a kit; an empty list where nothing does.

    Faults are ALLOC-065 (slot), ALLOC-066 (type), ALLOC-069 to ALLOC-071 (state), ALLOC-067 (site) and
    ALLOC-068 (expiry). Of a kit of another slot nothing else is told.
    """
    place = f"kit {kit.number}"
    if kit.slot != request.slot:
        message = (
            f"kit {kit.number} was packed for another slot than that of participant {request.participant}"
        )
        hint = "put it back; leave the number out and the right kit is named"
        return [Fault(id="ALLOC-065", message=message, place=place, hint=hint)]
    faults = [fault] if (fault := refused("dispense", kit)) is not None else []
    if kit.type != request.type:
        message = (
            f"kit {kit.number} is of type `{kit.type}`; at visit `{request.visit}` a `{request.type}` is due"
        )
        hint = "put it back; leave the number out and the right kit is named"
        faults.append(Fault(id="ALLOC-066", message=message, place=place, hint=hint))
    if not faults and kit.site != request.site:
        message = f"kit {kit.number} lies at {place_of(kit.site)}, participant {request.participant} is at "
        message += place_of(request.site)
        hint = f"ship it to {place_of(request.site)} with `kits ship`"
        faults.append(Fault(id="ALLOC-067", message=message, place=place, hint=hint))
    return faults + _expired(study, kit, request)


def choose(study: Study, kits: Iterable[Kit], request: Request) -> Kit:
    """Return the kit to hand out; `kits` are those of the participant's slot.

    The one that expires first, then the first of its type; spares only where no other is fit. A replacement
    is a spare.

    Raises:
        AllocationError: ALLOC-073 and why each kit is not fit.
    """
    kind = next(kind for kind in study.kits if kind.id == request.type)
    mine = [kit for kit in kits if kit.type == request.type]
    regular = [kit for kit in mine if kit.nth <= len(kind.dispensed)]
    spare = [kit for kit in mine if kit.nth > len(kind.dispensed)]
    for group in (spare,) if request.replacement else (regular, spare):
        fit = [kit for kit in group if not unfit(study, kit, request)]
        if fit:
            return min(fit, key=lambda kit: (kit.expiry or dt.date.max, kit.nth))
    against = [
        fault for kit in (spare if request.replacement else mine) for fault in unfit(study, kit, request)
    ]
    which = "spare kit" if request.replacement else "kit"
    message = f"participant {request.participant} has no {which} `{request.type}` that can be handed out"
    hint = "mend what is said below, or tell the sponsor"
    if request.replacement:
        hint = (
            "hand out a kit of a later visit by its number, and tell the sponsor that it will be missing then"
        )
    place = f"participant {request.participant}, visit {request.visit}"
    raise AllocationError([Fault(id="ALLOC-073", message=message, place=place, hint=hint), *against])


def check_repeat(kits: Sequence[Kit], request: Request) -> list[Fault]:
    """Return ALLOC-072 for a second kit at a visit that is no replacement, or a replacement of nothing."""
    had = [
        str(kit.number)
        for kit in kits
        if kit.participant == request.participant and kit.visit == request.visit and kit.type == request.type
    ]
    place = f"participant {request.participant}, visit {request.visit}"
    if had and not request.replacement:
        message = f"kit {', '.join(had)} was handed out at this visit already"
        hint = "if it is lost or broken, ask for a replacement and give the reason"
        return [Fault(id="ALLOC-072", message=message, place=place, hint=hint)]
    if request.replacement and not had:
        message = "there is nothing to replace: no kit was handed out at this visit"
        hint = "hand it out without asking for a replacement"
        return [Fault(id="ALLOC-072", message=message, place=place, hint=hint)]
    return []


def left_over(study: Study, kits: Sequence[Kit], request: Request, taken: int) -> list[Fault]:
    """Return a warning (ALLOC-073) where fewer kits are left than visits at which one will be due."""
    kind = next(kind for kind in study.kits if kind.id == request.type)
    order = [visit.id for visit in study.visits]
    later = [visit for visit in kind.dispensed if order.index(visit) > order.index(request.visit)]
    gone = ("missing", "quarantined", "dispensed", "returned", "destroyed")
    left = [kit for kit in kits if kit.type == request.type and kit.state not in gone and kit.number != taken]
    if len(left) >= len(later):
        return []
    message = f"{len(left)} kits are left for {len(later)} later visits ({', '.join(later)})"
    return [
        Fault(
            id="ALLOC-073",
            message=message,
            place=f"participant {request.participant}",
            hint="tell the sponsor now",
            severity="warning",
        )
    ]


def _expired(study: Study, kit: Kit, request: Request) -> list[Fault]:
    if kit.expiry is None:
        return []
    kind = next((kind for kind in study.kits if kind.id == kit.type), None)
    last = last_dose(study, kind, request.on) if kind is not None else request.on
    if kit.expiry < request.on:
        message = f"kit {kit.number} expired on {kit.expiry}"
        hint = "put it aside to be destroyed, and use another kit"
    elif kit.expiry < last:
        message = f"kit {kit.number} expires on {kit.expiry}, before its last dose on {last}"
        hint = "use a kit that lasts longer, or tell the sponsor"
    else:
        return []
    return [Fault(id="ALLOC-068", message=message, place=f"kit {kit.number}", hint=hint)]
