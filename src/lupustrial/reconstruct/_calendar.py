"""Who was screened when, who got which slot, and the dates of all visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from lupustrial.allocation.sealing import AllocationList
from lupustrial.reconstruct._people import Member
from lupustrial.reconstruct._schema import ScreenFailure
from lupustrial.reconstruct._targets import Targets
from lupustrial.study import Study, Visit


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody contacted: a randomised member of an arm, or a screening failure.

    Attributes:
        id: Participant number, e.g. ``01-007``.
        member: The member; for a failure the one whose baseline findings he or she resembles.
        failure: Why not randomised.
        slot: Randomisation number.
        kits: Number of the kit from which each dose is taken, in order; empty where none is known.
        dates: Visit id to date, of the visits attended.
    """

    id: str
    member: Member
    failure: ScreenFailure | None
    slot: int | None
    kits: tuple[int, ...] = ()
    dates: Mapping[str, date]


def call_up(
    study: Study,
    targets: Targets,
    arms: Mapping[str, Sequence[Member]],
    made: AllocationList | None,
    generator: np.random.Generator,
) -> list[Person]:
    """Bring everybody into the order of screening, and randomise in the order of the first visit.

    Args:
        study: The study.
        targets: The published targets.
        arms: The members of each arm.
        made: The allocation list, whose slots are given out in order; None: the arms come in an order of
            chance, and slots are counted from 1.
        generator: Of all that is drawn here.
    """
    drawing = targets.drawing
    failures: list[ScreenFailure | None] = list(drawing.screen_failures)
    randomised = sum(len(members) for members in arms.values())
    places = [*failures, *([None] * randomised)]
    order = [places[int(index)] for index in generator.permutation(len(places))]
    first, last = (date.fromisoformat(text) for text in (drawing.recruitment.first, drawing.recruitment.last))
    days = sorted(int(day) for day in generator.integers(0, (last - first).days + 1, len(order)))
    screened = [first + timedelta(days=day) for day in days]
    low, high = drawing.recruitment.days_before
    waits = [int(wait) for wait in generator.integers(low, high + 1, len(order))]
    starts = [day + timedelta(days=wait) for day, wait in zip(screened, waits, strict=True)]
    listed = _listed(arms, made, generator)
    queue = sorted((start, place) for place, start in enumerate(starts) if order[place] is None)
    turns = {place: turn for turn, (_, place) in enumerate(queue)}
    stand_ins = [member for members in arms.values() for member in members]
    people = []
    site = study.sites[0].id
    for place, failure in enumerate(order):
        turn = turns.get(place)
        member = listed[turn] if turn is not None else stand_ins[int(generator.integers(len(stand_ins)))]
        dates = _dates(study, targets, member, screened[place], starts[place], generator)
        if failure is not None:
            dates = {
                visit: day
                for visit, day in dates.items()
                if study.visit(visit).week < study.baseline_visit.week
            }
        slot, kits = _slot(study, made, turn)
        people.append(
            Person(
                id=f"{site}-{place + 1:03d}",
                member=member,
                failure=failure,
                slot=slot,
                kits=kits,
                dates=dates,
            )
        )
    return people


def _listed(
    arms: Mapping[str, Sequence[Member]], made: AllocationList | None, generator: np.random.Generator
) -> list[Member]:
    """Members in the order of the list, each arm's in an order of chance."""
    waiting = {
        arm: [members[int(i)] for i in generator.permutation(len(members))] for arm, members in arms.items()
    }
    everybody = [arm for arm, members in arms.items() for _ in members]
    if made is None:
        order = [everybody[int(i)] for i in generator.permutation(len(everybody))]
    else:
        order = [slot.arm for slot in made.slots[: len(everybody)]]
    return [waiting[arm].pop() for arm in order]


def _slot(study: Study, made: AllocationList | None, turn: int | None) -> tuple[int | None, tuple[int, ...]]:
    """Return the randomisation number of who is randomised at this turn, and the kit of each dose."""
    if turn is None:
        return None, ()
    if made is None:
        return turn + 1, ()
    slot = made.slots[turn]
    numbers = {visit.id: visit.number for visit in study.visits}
    planned = sorted(
        (numbers[visit], kit.id, place, kit.units)
        for kit in study.kits
        for place, visit in enumerate(kit.dispensed, start=1)
    )
    packed = {(kit.type, kit.nth): kit.number for kit in slot.kits}
    return slot.number, tuple(packed[kind, nth] for _, kind, nth, units in planned for _ in range(units))


def _dates(
    study: Study,
    targets: Targets,
    member: Member,
    screened: date,
    start: date,
    generator: np.random.Generator,
) -> dict[str, date]:
    baseline = study.baseline_visit
    dates: dict[str, date] = {}
    jitter = targets.drawing.recruitment.jitter
    for visit in sorted(study.visits, key=lambda each: each.number):
        off = int(generator.integers(-jitter, jitter + 1))
        if visit.week < baseline.week:
            dates[visit.id] = screened
        elif member.attended(visit.week):
            dates[visit.id] = start + timedelta(days=visit.day - baseline.day + _inside(visit, off, baseline))
    return dates


def _inside(visit: Visit, off: int, baseline: Visit) -> int:
    return 0 if visit.id == baseline.id else min(max(off, visit.window[0]), visit.window[1])
