"""What lies where, and until when it can be handed out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lupustrial.allocation.kits._dispensing import last_dose
from lupustrial.allocation.kits._kit import Kit, State
from lupustrial.study import Study

#: States of kits that may still be handed out.
_LIVE: tuple[State, ...] = ("released", "shipped", "received", "quarantined")


@dataclass(frozen=True, kw_only=True, slots=True)
class StockLine:
    """Kits of one type in one state at one place (None: the depot), with their units."""

    site: str | None
    type: str
    state: State
    kits: int
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Expiring:
    """A kit that soon cannot be handed out any more.

    `hand_out_by` is the last day on which it can be handed out so that its last dose is taken before it
    expires; `late` says that this day is over.
    """

    kit: Kit
    hand_out_by: dt.date
    late: bool


def stock(study: Study, kits: Iterable[Kit]) -> list[StockLine]:
    """Return how many kits lie where and in which state: the depot first, then the sites, by type."""
    units = {kind.id: kind.units for kind in study.kits}
    counts = Counter((kit.site, kit.type, kit.state) for kit in kits)
    return [
        StockLine(site=site, type=kind, state=state, kits=count, units=count * units.get(kind, 0))
        for (site, kind, state), count in sorted(
            counts.items(), key=lambda item: (item[0][0] or "", item[0][1:])
        )
    ]


def expiring(study: Study, kits: Iterable[Kit], *, on: dt.date, within: int = 30) -> list[Expiring]:
    """Return the kits that cannot be handed out any more in so many days, the first to expire first.

    Args:
        study: The study.
        kits: Its kits; those that were handed out, destroyed or are missing do not count.
        on: Today.
        within: Days to look ahead.
    """
    kinds = {kind.id: kind for kind in study.kits}
    found = []
    for kit in kits:
        if kit.state not in _LIVE or kit.expiry is None:
            continue
        days = (last_dose(study, kinds[kit.type], on) - on) if kit.type in kinds else dt.timedelta()
        by = kit.expiry - days
        if by < on + dt.timedelta(days=within):
            found.append(Expiring(kit=kit, hand_out_by=by, late=by < on))
    return sorted(found, key=lambda one: (one.hand_out_by, one.kit.number))
