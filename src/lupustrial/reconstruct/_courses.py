"""The clinical states of every participant at every visit that was attended."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lupustrial.errors import Fault, ReconstructError
from lupustrial.reconstruct._clinic import Rules, State
from lupustrial.reconstruct._course import Stretch, solve_course
from lupustrial.reconstruct._people import Member
from lupustrial.reconstruct._targets import Targets
from lupustrial.study import Study

if TYPE_CHECKING:
    from lupustrial.reconstruct._cohort import Arm


def courses_of(
    study: Study,
    targets: Targets,
    rules: Rules,
    arm: Arm,
    flags: Mapping[int, Mapping[int, bool]],
    numbers: Mapping[tuple[str, int, int], int],
    generator: np.random.Generator,
) -> dict[tuple[int, int], State]:
    """Join the states of the published weeks by courses.

    Returns:
        (member, week) to state, for every visit that was attended.

    Raises:
        ReconstructError: RECON-033, no course leads from one published week to the next.
    """
    first = study.baseline_visit.week
    visits = sorted(visit.week for visit in study.visits if visit.week >= first)
    anchors = sorted(arm.anchors.states)
    found: dict[tuple[int, int], State] = {}
    for member in arm.members:
        attended = [week for week in visits if member.attended(week)]
        known = _known(targets, arm, member, anchors, attended, numbers)
        places = sorted(known)
        if not places:
            continue
        found[member.index, places[0]] = known[places[0]]
        for start, end in pairwise(places):
            weeks = [week for week in attended if start <= week <= end]
            stretch = Stretch(
                weeks=weeks,
                start=found[member.index, start],
                end=known[end],
                base=known[places[0]],
                flags={
                    week: flag for week, flag in flags.get(member.index, {}).items() if start < week < end
                },
                protein=_between(known[start], known[end], weeks, generator),
                traits=member.traits,
                allowed=frozenset(member.withdrawal.items)
                if member.withdrawal and end == attended[-1]
                else frozenset(),
            )
            course = solve_course(rules, stretch, generator)
            if course is None:
                raise _broken(member, start, end)
            found.update({(member.index, week): state for week, state in course.items()})
        _after(found, member, attended, places[-1])
    return found


def _known(
    targets: Targets,
    arm: Arm,
    member: Member,
    anchors: Sequence[int],
    attended: Sequence[int],
    numbers: Mapping[tuple[str, int, int], int],
) -> dict[int, State]:
    """States at published weeks; of who left before one, its state is that of the last visit."""
    renal = targets.model.renal
    known: dict[int, State] = {}
    for week in anchors:
        state = arm.anchors.states[week].get(member.index)
        if state is None or (known and max(known) >= attended[-1]):
            continue
        if renal is not None and state.protein is not None:
            state = replace(state, protein=numbers.get((renal.protein, member.index, week), state.protein))
        known[min(week, attended[-1])] = state
    return known


def _between(
    start: State, end: State, weeks: Sequence[int], generator: np.random.Generator
) -> dict[int, int]:
    """Protein aimed at between two visits: along a line on a logarithmic scale, with chance."""
    if start.protein is None or end.protein is None:
        return {}
    low, high = math.log(start.protein), math.log(end.protein)
    span = max(1, weeks[-1] - weeks[0])
    noise = generator.normal(0, 0.12, len(weeks))
    return {
        week: max(2, round(math.exp(low + (high - low) * (week - weeks[0]) / span + float(off))))
        for week, off in zip(weeks[1:-1], noise[1:-1], strict=True)
    }


def _after(found: dict[tuple[int, int], State], member: Member, attended: Sequence[int], last: int) -> None:
    """Visits after the last published week keep its state."""
    for week in attended:
        if week > last:
            found[member.index, week] = found[member.index, last]


def _broken(member: Member, start: int, end: int) -> ReconstructError:
    return ReconstructError(
        Fault(
            id="RECON-033",
            message=f"no course leads participant {member.index} of {member.arm} from week {start} to {end}",
            place="published/model.yaml",
            hint="loosen the links, or the rules of items that may appear",
        )
    )
