"""How many kits will be needed where: new participants by Poisson, those who are in by their next visits."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lupustrial.allocation.kits._kit import Kit, Shipment
from lupustrial.allocation.kits._slots import Place, by_stratum
from lupustrial.study import KitType, Study, Visit


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A kit that a slot will need: for which visit, and from which day on."""

    slot: int
    participant: str | None
    type: str
    visit: str
    day: dt.date


@dataclass(frozen=True, kw_only=True, slots=True)
class Recruits:
    """New participants of a stratum at a site until the horizon: expected, and at most with the quantile."""

    site: str
    stratum: str
    expected: float
    upper: int
    free: int


def poisson_quantile(mean: float, probability: float) -> int:
    """Return the smallest k with P(N <= k) >= probability for a Poisson N.

    Args:
        mean: Not negative.
        probability: Above 0 and below 1.
    """
    if mean == 0:
        return 0
    count, cumulated = 0, 0.0
    while True:
        cumulated += math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
        if cumulated >= probability or (count > mean and cumulated > 1 - 1e-12):
            return count
        count += 1


def recruits(
    study: Study, places: Mapping[int, Place], rates: Mapping[str, float], *, days: int, quantile: float
) -> list[Recruits]:
    """Return how many new participants each list has to serve.

    A stratum with share p of a site that recruits at rate r gets Poisson(r p days) participants,
    independently of the other strata. p is (n_j + 1) / (n + J), n_j of the n participants of the site having
    come into the j-th of its J strata. The quantile of each stratum is quantile^(1/J), so that all are served
    with the probability asked for.

    Args:
        study: The study; its sites share no list (`shares_lists`).
        places: Its slots.
        rates: Participants a day for each site.
        days: The horizon.
        quantile: Probability with which the kits shall suffice at a site.
    """
    lists = by_stratum(places)
    found = []
    for site in (one.id for one in study.sites):
        strata = [name for name in lists if site_of(study, name) in (None, site)]
        had = {name: sum(place.site == site for place in lists[name]) for name in strata}
        for name in strata:
            share = (had[name] + 1) / (sum(had.values()) + len(strata))
            expected = rates.get(site, 0.0) * share * days
            found.append(
                Recruits(
                    site=site,
                    stratum=name,
                    expected=expected,
                    upper=poisson_quantile(expected, quantile ** (1 / len(strata))),
                    free=sum(place.participant is None for place in lists[name]),
                )
            )
    return found


def shares_lists(study: Study) -> bool:
    """Whether several sites draw from one list, so that nobody knows where the next slot will be needed."""
    rule = study.randomisation
    central = rule.method == "minimisation" or not rule.by_site
    return len(study.sites) > 1 and central


def site_of(study: Study, stratum: str) -> str | None:
    """Return the site of a stratum; None where lists are not by site."""
    if not study.randomisation.by_site or study.randomisation.method == "minimisation":
        return None
    return stratum.rpartition("/")[2]


def due_of_new(study: Study, slot: int, *, on: dt.date, days: int) -> Iterator[Due]:
    """Give the kits that a slot needs until the horizon if its participant comes today."""
    first = _first_visit(study)
    for kind, visit in _visits(study):
        after = max(0, _offset(visit) - _offset(first) + (visit.window[0] if visit != first else 0))
        if after <= days:
            day = on + dt.timedelta(days=after)
            yield Due(slot=slot, participant=None, type=kind.id, visit=visit.id, day=day)


def due_of_old(study: Study, place: Place, kits: Sequence[Kit], *, on: dt.date, days: int) -> Iterator[Due]:
    """Give the kits that somebody needs until the horizon who is in the trial.

    The days of visits are counted from the first kit handed out; each is looked at from the first day of its
    window, and given up when its window is over. Who got none yet needs the kits of somebody who comes today.
    """
    had = {(kit.type, kit.visit): kit.dispensed_on for kit in kits if kit.participant is not None}
    starts = [
        day - dt.timedelta(days=_offset(study.visit(visit)))
        for (_, visit), day in had.items()
        if day is not None and visit is not None
    ]
    if not starts:
        for due in due_of_new(study, place.slot, on=on, days=days):
            yield Due(
                slot=due.slot, participant=place.participant, type=due.type, visit=due.visit, day=due.day
            )
        return
    for kind, visit in _visits(study):
        day = min(starts) + dt.timedelta(days=_offset(visit))
        early, late = (day + dt.timedelta(days=shift) for shift in visit.window)
        if (kind.id, visit.id) not in had and late >= on and early <= on + dt.timedelta(days=days):
            yield Due(
                slot=place.slot,
                participant=place.participant,
                type=kind.id,
                visit=visit.id,
                day=max(early, on),
            )


def _visits(study: Study) -> list[tuple[KitType, Visit]]:
    """Return the visits at which kits are handed out, in order."""
    pairs = [(kind, study.visit(visit)) for kind in study.kits for visit in kind.dispensed]
    return sorted(pairs, key=lambda pair: (_offset(pair[1]), pair[0].id))


def _first_visit(study: Study) -> Visit:
    return _visits(study)[0][1]


def _offset(visit: Visit) -> int:
    """Days after day 1; there is no day 0."""
    return visit.day - 1 if visit.day > 0 else visit.day


def observed_rates(
    study: Study, places: Mapping[int, Place], shipments: Sequence[Shipment], on: dt.date
) -> dict[str, float]:
    """Return the participants a day of each site: those it has, by the days since its first kits came.

    A site that got no kits yet is left out: nothing is known of it.
    """
    found = {}
    for site in (one.id for one in study.sites):
        days = [one.received_on for one in shipments if one.site == site and one.received_on is not None]
        if days and min(days) < on:
            had = sum(place.site == site for place in places.values())
            found[site] = had / (on - min(days)).days
    return found
