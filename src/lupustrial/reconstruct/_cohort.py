"""From targets to participants: clinical states and numbers at every visit that was attended."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from lupustrial.reconstruct._anchors import Anchors, anchor_states
from lupustrial.reconstruct._clinic import Rules, State
from lupustrial.reconstruct._courses import courses_of
from lupustrial.reconstruct._families import Aims, aims_of
from lupustrial.reconstruct._paths import paths_of
from lupustrial.reconstruct._people import Member, members_of
from lupustrial.reconstruct._quantities import Quantity, quantity_of
from lupustrial.reconstruct._targets import Targets
from lupustrial.reconstruct._values import anchor_numbers, visit_numbers
from lupustrial.study import Study

Progress = Callable[[str], None]


@dataclass(kw_only=True)
class Arm:
    """One arm of the cohort.

    Attributes:
        members: Its participants.
        aims: The reconciled figures.
        states: (member, week) to the clinical state found at a visit that was attended.
        numbers: (parameter, member, week) to the value in whole units.
    """

    members: list[Member]
    aims: Aims
    anchors: Anchors
    states: dict[tuple[int, int], State] = field(default_factory=dict)
    numbers: dict[tuple[str, int, int], int] = field(default_factory=dict)


@dataclass(kw_only=True)
class Cohort:
    """All arms, with what was chosen for weeks that are not published.

    Attributes:
        rules: Links, weights and points.
        quantities: What each parameter is.
        arms: By arm id.
        rates: Responders by arm and week.
    """

    rules: Rules
    quantities: dict[str, Quantity]
    arms: dict[str, Arm]
    rates: dict[str, dict[int, int]]


def generator_of(targets: Targets, name: str) -> np.random.Generator:
    """A random generator for each purpose, so that a change in one leaves the others as they were."""
    return np.random.default_rng([targets.drawing.seed, zlib.crc32(name.encode())])


def draw_cohort(study: Study, targets: Targets, progress: Progress) -> Cohort:
    """Find a cohort that meets the targets.

    Raises:
        ReconstructError: RECON-030 to RECON-033, counts exclude each other.
    """
    quantities = _quantities(study, targets)
    rules = rules_of(study, targets)
    definition = study.plan.quantile
    arms: dict[str, Arm] = {}
    for arm in (each.id for each in study.arms):
        progress(f"{arm}: figures that can be true at once")
        members = members_of(study, targets, arm)
        aims = aims_of(targets, rules, arm, members, quantities, definition)
        progress(f"{arm}: clinical states at the published weeks")
        generator = generator_of(targets, f"states {arm}")
        anchors = anchor_states(targets, rules, members, aims, quantities, generator, definition)
        arms[arm] = Arm(members=members, aims=aims, anchors=anchors)
    rates, flags = paths_of(study, targets, quantities, arms, generator_of(targets, "paths"))
    for name, arm_found in arms.items():
        progress(f"{name}: numbers and visits in between")
        numbers = anchor_numbers(
            study, targets, rules, quantities, arm_found, generator_of(targets, f"numbers {name}")
        )
        arm_found.states = courses_of(
            study, targets, rules, arm_found, flags[name], numbers, generator_of(targets, f"courses {name}")
        )
        arm_found.numbers = visit_numbers(
            study,
            targets,
            quantities,
            arm_found,
            flags[name],
            numbers,
            generator_of(targets, f"visits {name}"),
        )
    return Cohort(rules=rules, quantities=quantities, arms=arms, rates=rates)


def _quantities(study: Study, targets: Targets) -> dict[str, Quantity]:
    names = [*(t.parameter for t in (*targets.targets, *targets.assumed)), *targets.model.numbers]
    found = {name: quantity_of(study, targets.model, name) for name in dict.fromkeys(names)}
    return {name: quantity for name, quantity in found.items() if quantity is not None}


def rules_of(study: Study, targets: Targets) -> Rules:
    """Ask the instruments themselves for the weights of items and the points of grades."""
    from lupustrial.instruments import INSTRUMENTS, score

    uses = {use.id: use for use in study.instruments}
    activity = uses[targets.model.activity]
    items = [each.code for each in INSTRUMENTS[activity.instrument].items]
    rows: list[dict[str, Any]] = [
        {"USUBJID": item, "VISITNUM": 1.0, **{other: "Y" if other == item else "N" for other in items}}
        for item in items
    ]
    scored = score(activity.instrument, pl.DataFrame(rows), settings=dict(activity.settings), reasons=False)
    weights = dict(zip(items, scored["score"].to_list(), strict=True))
    scheme = (
        str(uses[targets.model.graded].settings.get("bilag_numeric_scheme", "12-8-1"))
        if targets.model.graded
        else "0-0-0"
    )
    points = dict(zip("ABC", (int(part) for part in scheme.split("-")), strict=True))
    response = uses[targets.model.response].settings if targets.model.response else {}
    return Rules(
        model=targets.model,
        weights=weights,
        points={**points, "N": 0},
        drop=int(response.get("sri_points", 4)),
        new_b=int(response.get("sri_max_new_b", 1)),
    )


Flags = Mapping[str, Mapping[int, Mapping[int, bool]]]
