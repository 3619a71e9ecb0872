"""Who was screened when, who got which slot, and the dates of all visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

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
        slot: Number on the randomisation list, from 1.
        dates: Visit id to date, of the visits attended.
    """

    id: str
    member: Member
    failure: ScreenFailure | None
    slot: int | None
    dates: Mapping[str, date]


def call_up(
    study: Study, targets: Targets, arms: Mapping[str, Sequence[Member]], generator: np.random.Generator
) -> list[Person]:
    """Bring everybody into the order of screening, and randomise in the order of the first visit."""
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
    listed = _listed(study, arms, generator)
    queue = sorted((start, place) for place, start in enumerate(starts) if order[place] is None)
    slots = {place: slot for slot, (_, place) in enumerate(queue, start=1)}
    stand_ins = [member for members in arms.values() for member in members]
    people = []
    site = study.sites[0].id
    for place, failure in enumerate(order):
        slot = slots.get(place)
        member = listed[slot - 1] if slot is not None else stand_ins[int(generator.integers(len(stand_ins)))]
        dates = _dates(study, targets, member, screened[place], starts[place], generator)
        if failure is not None:
            dates = {
                visit: day
                for visit, day in dates.items()
                if study.visit(visit).week < study.baseline_visit.week
            }
        people.append(
            Person(id=f"{site}-{place + 1:03d}", member=member, failure=failure, slot=slot, dates=dates)
        )
    return people


def _listed(
    study: Study, arms: Mapping[str, Sequence[Member]], generator: np.random.Generator
) -> list[Member]:
    """The randomisation list: permuted blocks, each arm's members in an order of chance."""
    waiting = {
        arm: [members[int(i)] for i in generator.permutation(len(members))] for arm, members in arms.items()
    }
    ratio = dict(study.randomisation.ratio) or dict.fromkeys(arms, 1)
    unit = sum(ratio.values())
    sizes = [size for size in study.randomisation.block_sizes if size % unit == 0] or [unit]
    listed: list[Member] = []
    while any(waiting.values()):
        left = min(len(waiting[arm]) // ratio[arm] for arm in waiting) * unit
        fitting = [size for size in sizes if size == left or left - size >= min(sizes)] or [
            left or sum(map(len, waiting.values()))
        ]
        size = fitting[int(generator.integers(len(fitting)))]
        share = (
            {arm: min(len(waiting[arm]), ratio[arm] * size // unit) for arm in waiting}
            if left
            else {arm: len(members) for arm, members in waiting.items()}
        )
        block = [waiting[arm].pop() for arm, number in share.items() for _ in range(number)]
        listed.extend(block[int(i)] for i in generator.permutation(len(block)))
    return listed


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
