"""Who responds at which visit: counts of the unpublished weeks, dealt out with few switches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from lupustrial.errors import Fault, ReconstructError
from lupustrial.reconstruct._people import Member
from lupustrial.reconstruct._quantities import Quantity
from lupustrial.reconstruct._rates import responders_by_week
from lupustrial.reconstruct._targets import Targets
from lupustrial.study import Study

if TYPE_CHECKING:
    from lupustrial.reconstruct._cohort import Arm


def paths_of(
    study: Study,
    targets: Targets,
    quantities: Mapping[str, Quantity],
    arms: Mapping[str, Arm],
    generator: np.random.Generator,
) -> tuple[dict[str, dict[int, int]], dict[str, dict[int, dict[int, bool]]]]:
    """Return responders by arm and week, and by arm, member and week whether the member responds.

    Raises:
        ReconstructError: RECON-032, no counts agree with the printed comparisons.
    """
    names = [name for name, quantity in quantities.items() if quantity.kind == "response"]
    asked = [t for t in targets.targets if t.parameter in names]
    if not asked or len(arms) != 2:  # noqa: PLR2004 - Pearson's chi-square of two arms
        return {}, {name: {} for name in arms}
    first = study.baseline_visit.week
    published = sorted({t.week for t in asked if t.week is not None})
    between = sorted(
        v.week for v in study.visits if first < v.week < published[-1] and v.week not in published
    )
    sizes = {t.arm: t.size for t in asked}
    sizes = {name: sizes[name] for name in arms}
    known = {
        name: {first: 0, **{t.week: t.count for t in asked if t.arm == name and t.week is not None}}
        for name in arms
    }
    limits = {
        name: {week: _limits(arms[name], [first, *published], week) for week in between} for name in arms
    }
    rates = responders_by_week(targets.rates, sizes, known, limits)
    if rates is None:
        raise ReconstructError(
            Fault(
                id="RECON-032",
                message=f"no counts of {', '.join(names)} agree with what is printed about weeks {between}",
                place="published/targets.yaml",
                hint="compare the weeks and directions under `rates` with the paper",
            )
        )
    flags = {
        name: _deal(arm, [first, *published], between, rates[name], generator) for name, arm in arms.items()
    }
    return rates, flags


def _at(arm: Arm, index: int, week: int) -> bool:
    return index in arm.anchors.responders.get(week, frozenset())


def _around(published: list[int], week: int) -> tuple[int, int]:
    return max(w for w in published if w < week), min(w for w in published if w > week)


def _switching(arm: Arm, published: list[int], week: int) -> tuple[list[Member], list[Member], list[Member]]:
    """Members who respond on both sides of a week, only before, only after; of those who come to it."""
    before, after = _around(published, week)
    here = [member for member in arm.members if member.attended(week)]
    both = [m for m in here if _at(arm, m.index, before) and _at(arm, m.index, after)]
    lost = [m for m in here if _at(arm, m.index, before) and not _at(arm, m.index, after)]
    gained = [m for m in here if not _at(arm, m.index, before) and _at(arm, m.index, after)]
    # Who leaves before the later week is a non-responder at the last visit.
    lost = [m for m in lost if m.last_week >= after or week < m.last_week]
    return both, lost, gained


def _limits(arm: Arm, published: list[int], week: int) -> tuple[int, int]:
    both, lost, gained = _switching(arm, published, week)
    return len(both), len(both) + len(lost) + len(gained)


def _deal(
    arm: Arm,
    published: list[int],
    between: list[int],
    counts: Mapping[int, int],
    generator: np.random.Generator,
) -> dict[int, dict[int, bool]]:
    """Let those who gain do so one after the other, and then those who lose, each in an order of chance."""
    chance = {m.index: float(c) for m, c in zip(arm.members, generator.random(len(arm.members)), strict=True)}
    flags: dict[int, dict[int, bool]] = {m.index: {} for m in arm.members}
    for week in between:
        both, lost, gained = _switching(arm, published, week)
        wanted = counts[week] - len(both)
        rest = [*sorted(gained, key=lambda m: chance[m.index]), *sorted(lost, key=lambda m: chance[m.index])]
        before, after = _around(published, week)
        late = (week - before) * 2 > after - before
        if not late:
            rest = [*rest[len(gained) :], *rest[: len(gained)]]
        chosen = {m.index for m in [*both, *rest[:wanted]]}
        for member in arm.members:
            if member.attended(week):
                flags[member.index][week] = member.index in chosen
    for week in published[1:]:
        for member in arm.members:
            if member.attended(week):
                flags[member.index][week] = _at(arm, member.index, week)
    return flags
