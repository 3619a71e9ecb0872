"""Predicted resupply: which kits have to be at which site within the lead time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lupustrial.allocation.kits._demand import (
    Due,
    Recruits,
    due_of_new,
    due_of_old,
    recruits,
    shares_lists,
)
from lupustrial.allocation.kits._dispensing import last_dose
from lupustrial.allocation.kits._kit import Kit
from lupustrial.allocation.kits._slots import Place, by_stratum
from lupustrial.errors import AllocationError, Fault
from lupustrial.study import Study

#: What has to be done so that the kit is there; ``none``: the slot has no kit left that could be.
Step = Literal["in stock", "on its way", "ship", "release", "none"]
_STEPS: Mapping[str, Step] = {
    "received": "in stock",
    "shipped": "on its way",
    "released": "ship",
    "packed": "release",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """A kit that has to be at a site, which one serves it, and what is to be done."""

    site: str
    due: Due
    kit: int | None
    step: Step


@dataclass(frozen=True, kw_only=True)
class Resupply:
    """What the sites need until the horizon.

    Attributes:
        until: Last day looked at.
        quantile: Probability with which the kits of new participants suffice at each site.
        recruits: New participants by site and stratum.
        needs: Kits, by site.
        warnings: ALLOC-087 and what else stands in the way.
    """

    until: dt.date
    quantile: float
    recruits: tuple[Recruits, ...]
    needs: tuple[Need, ...]
    warnings: tuple[Fault, ...]

    def to_ship(self, site: str) -> list[int]:
        """Return the numbers of the kits to ship to a site now."""
        return sorted(
            need.kit for need in self.needs if need.site == site and need.step == "ship" and need.kit
        )


def predict(
    study: Study,
    kits: Sequence[Kit],
    places: Mapping[int, Place],
    *,
    on: dt.date,
    days: int,
    rates: Mapping[str, float],
    quantile: float = 0.95,
) -> Resupply:
    """Predict what each site needs.

    Where several sites draw from one list, only those who are in the trial are served: nobody knows at which
    site the next slot will be taken (ALLOC-087).

    Args:
        study: The study.
        kits: Its kits.
        places: Its slots.
        on: Today.
        days: Lead time of a shipment, with the time between two looks.
        rates: New participants a day for each site; a site left out recruits nobody.
        quantile: Probability, above 0 and below 1, with which the kits shall suffice at a site.

    Raises:
        AllocationError: ALLOC-089, a number that cannot be meant; ALLOC-081, an unknown site.
    """
    _check(study, days, rates, quantile)
    central = shares_lists(study)
    new = () if central else tuple(recruits(study, places, rates, days=days, quantile=quantile))
    of_slot: dict[int, list[Kit]] = {}
    for kit in kits:
        of_slot.setdefault(kit.slot, []).append(kit)
    dues = [
        (place.site, due)
        for place in places.values()
        if place.participant is not None and place.site is not None
        for due in due_of_old(study, place, of_slot.get(place.slot, []), on=on, days=days)
    ]
    dues += [
        (one.site, due)
        for one in new
        for slot in _next_slots(study, places, one)
        for due in due_of_new(study, slot, on=on, days=days)
    ]
    return Resupply(
        until=on + dt.timedelta(days=days),
        quantile=quantile,
        recruits=new,
        needs=tuple(_serve(study, of_slot, dues)),
        warnings=tuple(_warnings(study, new)),
    )


def warn_central(study: Study) -> list[Fault]:
    """Return a warning (ALLOC-087) where kits are packed for slots and several sites share a list."""
    if not (study.kits and shares_lists(study)):
        return []
    return [
        Fault(
            id="ALLOC-087",
            message="several sites draw from one list, and the kits of a slot can lie at one site only",
            place="study.yaml randomisation",
            hint="randomise `by_site`, or ship the kits of a slot after it was allocated",
            severity="warning",
        )
    ]


def _next_slots(study: Study, places: Mapping[int, Place], one: Recruits) -> list[int]:
    """Return the slots that the next participants get: the next of the list.

    Minimisation takes the next slot *of an arm*, so that as many are kept ready as serve the rarest arm.
    """
    free = [place.slot for place in by_stratum(places)[one.stratum] if place.participant is None]
    ratio = study.randomisation.ratio.values()
    several = -(-sum(ratio) // min(ratio)) if study.randomisation.method == "minimisation" else 1
    return free[: one.upper * several]


def _serve(study: Study, of_slot: Mapping[int, Sequence[Kit]], dues: Iterable[tuple[str, Due]]) -> list[Need]:
    """Give each need the kit of its slot that is nearest to the site; the earliest need first."""
    taken: set[int] = set()
    needs = []
    for site, due in sorted(dues, key=lambda one: (one[0], one[1].day, one[1].slot, one[1].type)):
        fit = [
            kit
            for kit in of_slot.get(due.slot, ())
            if kit.type == due.type and kit.number not in taken and _serves(study, kit, due, site)
        ]
        kit = min(fit, key=lambda kit: _nearness(kit, site), default=None)
        if kit is not None:
            taken.add(kit.number)
        step = "none" if kit is None else _step(kit, site)
        needs.append(Need(site=site, due=due, kit=None if kit is None else kit.number, step=step))
    return needs


def _serves(study: Study, kit: Kit, due: Due, site: str) -> bool:
    kind = next(kind for kind in study.kits if kind.id == kit.type)
    lasts = kit.expiry is None or kit.expiry >= last_dose(study, kind, due.day)
    underway_elsewhere = kit.state == "shipped" and kit.site != site
    return kit.state in _STEPS and lasts and not underway_elsewhere


def _step(kit: Kit, site: str) -> Step:
    elsewhere = kit.state == "received" and kit.site != site
    return "ship" if elsewhere else _STEPS[kit.state]


def _nearness(kit: Kit, site: str) -> tuple[int, dt.date, int]:
    steps: list[Step] = ["in stock", "on its way", "ship", "release"]
    return steps.index(_step(kit, site)), kit.expiry or dt.date.max, kit.nth


def _warnings(study: Study, new: Iterable[Recruits]) -> list[Fault]:
    faults = warn_central(study)
    for one in new:
        if one.free < one.upper:
            faults.append(
                Fault(
                    id="ALLOC-087",
                    message=f"the list of stratum `{one.stratum}` has {one.free} free slots, "
                    f"{one.upper} may be needed",
                    place=f"stratum {one.stratum}",
                    hint="the list runs out; tell the sponsor and the holder of the list",
                    severity="warning",
                )
            )
    return faults


def _check(study: Study, days: int, rates: Mapping[str, float], quantile: float) -> None:
    faults = []
    known = [site.id for site in study.sites]
    for site, rate in rates.items():
        if site not in known:
            hint = f"sites: {', '.join(known)}"
            message = f"the study has no site `{site}`"
            faults.append(Fault(id="ALLOC-081", message=message, place="rate", hint=hint))
        if not 0 <= rate < float("inf"):
            message = f"{rate} is no rate"
            hint = "write participants a month, 0 or more"
            faults.append(Fault(id="ALLOC-089", message=message, place=f"rate of {site}", hint=hint))
    if days < 0:
        hint = "write the days that a shipment needs"
        faults.append(Fault(id="ALLOC-089", message=f"{days} days", place="lead time", hint=hint))
    if not 0 < quantile < 1:
        hint = "write a probability such as 0.95"
        faults.append(
            Fault(id="ALLOC-089", message=f"{quantile} is no probability", place="quantile", hint=hint)
        )
    if faults:
        raise AllocationError(faults)
