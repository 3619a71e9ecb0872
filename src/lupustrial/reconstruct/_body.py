"""Age, sex, height, weight, dose and duration put together so that each belongs to one person."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from lupustrial.errors import Fault, ReconstructError
from lupustrial.reconstruct._people import Member
from lupustrial.reconstruct._printed import half_width
from lupustrial.reconstruct._schema import BodySpec
from lupustrial.reconstruct._solve import new_model, solve
from lupustrial.reconstruct._targets import Target, Targets

_EFFORT = 3.0
_FINE = 10**5  # body surface in units of 1e-5 m2
_MARGIN = Fraction(1, 20_000)  # kept from the edge of a printed interval, more than rounding to 1e-5 can add

Values = MutableMapping[tuple[str, int, int], int]


def fit_bodies(
    targets: Targets,
    spec: BodySpec,
    members: Sequence[Member],
    values: Values,
    scales: Mapping[str, int],
    week: int,
    generator: np.random.Generator,
) -> tuple[dict[int, str], list[str]]:
    """Deal the baseline values of an arm anew, each to a participant whom it fits.

    Args:
        targets: For body surface and the number of women.
        spec: Which parameter is what.
        members: The arm.
        values: (parameter, member, week) to whole units; dealt anew in place.
        scales: Whole units per unit of each parameter.
        week: Baseline.
        generator: Decides among those whom a value fits.

    Returns:
        Sex by member, and the ids of targets of body surface that could not be met.
    """
    if spec.dose and spec.weight:
        ratio = float(spec.most) * scales[spec.dose] / scales[spec.weight]
        dose = {m.index: values[spec.dose, m.index, week] for m in members}
        _deal(members, values, spec.weight, week, dose, lambda weight, mg: mg <= ratio * weight, generator)
    if spec.duration:
        age = {m.index: -values[spec.age, m.index, week] for m in members}
        months = 12 * scales[spec.duration]
        _deal(
            members,
            values,
            spec.duration,
            week,
            age,
            lambda duration, years: duration <= (-years - spec.onset) * months,
            generator,
        )
    unmet: list[str] = []
    if spec.height and spec.weight:
        asked = [t for t in targets.targets if t.parameter == spec.surface and t.arm == members[0].arm]
        unmet = _heights(members, values, spec, scales, week, asked)
    women = next(
        (t.count for t in targets.targets if t.parameter == spec.sex and t.arm == members[0].arm),
        len(members),
    )
    tall = sorted(members, key=lambda m: (-values.get((spec.height or "", m.index, week), 0), m.index))
    men = {m.index for m in tall[: len(members) - women]}
    return {m.index: "M" if m.index in men else "F" for m in members}, unmet


def _deal(
    members: Sequence[Member],
    values: Values,
    name: str,
    week: int,
    demand: Mapping[int, int],
    fits: Callable[[int, int], bool],
    generator: np.random.Generator,
) -> None:
    """Serve the most demanding participant first, each with a value of chance among those that fit."""
    rest = [values[name, m.index, week] for m in members]
    for member in sorted(members, key=lambda m: (-demand[m.index], m.index)):
        fitting = [place for place, value in enumerate(rest) if fits(value, demand[member.index])]
        if not fitting:
            raise ReconstructError(
                Fault(
                    id="RECON-035",
                    message=f"no value of {name} fits every participant of arm {member.arm}",
                    place="published/drawing.yaml",
                    hint="loosen the limits under `body`",
                )
            )
        values[name, member.index, week] = rest.pop(fitting[int(generator.integers(len(fitting)))])


def _heights(
    members: Sequence[Member],
    values: Values,
    spec: BodySpec,
    scales: Mapping[str, int],
    week: int,
    asked: Sequence[Target],
) -> list[str]:
    """Give heights to weights so that body surface has the printed mean and SD, if any way does."""
    height, weight = str(spec.height), str(spec.weight)
    heights = {m.index: values[height, m.index, week] / scales[height] for m in members}
    weights = {m.index: values[weight, m.index, week] / scales[weight] for m in members}
    limits = (float(spec.mass[0]), float(spec.mass[1]))
    for dropped in range(len(asked) + 1):
        kept = asked[: len(asked) - dropped]
        paired = _paired(heights, weights, limits, kept)
        if paired is not None:
            for index, centimetres in paired.items():
                values[height, index, week] = round(centimetres * scales[height])
            return [target.id for target in asked if target not in kept]
    return [target.id for target in asked]


def _paired(
    heights: Mapping[int, float],
    weights: Mapping[int, float],
    limits: tuple[float, float],
    asked: Sequence[Target],
) -> dict[int, float] | None:
    """Choose a height (cm) for each weight (kg) within limits of body mass; ``None`` if there is no way."""
    model, pool = new_model(), list(heights.values())
    pairs: dict[tuple[int, float], Any] = {}
    surface: list[tuple[int, Any]] = []
    for index, kilograms in weights.items():
        for centimetres in sorted(set(pool)):
            if limits[0] <= kilograms / (centimetres / 100) ** 2 <= limits[1]:
                literal = pairs[index, centimetres] = model.new_bool_var("")
                surface.append((round(_FINE * math.sqrt(centimetres * kilograms / 3600)), literal))
        model.add_exactly_one(literal for (each, _), literal in pairs.items() if each == index)
    for centimetres in sorted(set(pool)):
        given = [literal for (_, each), literal in pairs.items() if each == centimetres]
        model.add(sum(given) == pool.count(centimetres))
    for target in asked:
        _constrain(model, surface, target, asked)
    solver = solve(model, effort=_EFFORT)
    if solver is None:
        return None
    return {index: centimetres for (index, centimetres), literal in pairs.items() if solver.value(literal)}


def _constrain(
    model: Any, surface: Sequence[tuple[int, Any]], target: Target, asked: Sequence[Target]
) -> None:
    """Make mean or SD of body surface round to the printed figure."""
    printed, half = Fraction(target.printed), half_width(target.printed) - _MARGIN
    if target.statistic == "mean":
        total = sum(value * literal for value, literal in surface)
        factor = _FINE * target.size
        model.add(total >= math.ceil((printed - half) * factor))
        model.add(total <= math.floor((printed + half) * factor))
        return
    mean = next((t for t in asked if t.statistic == "mean"), None)
    centre = round(Fraction(mean.printed if mean else 0) * _FINE)
    slack = target.size * (half_width(mean.printed) if mean else Fraction(0)) ** 2
    squares = sum((value - centre) ** 2 * literal for value, literal in surface)
    low = (target.size - 1) * (printed - half) ** 2 + slack
    high = (target.size - 1) * (printed + half) ** 2
    model.add(squares >= math.ceil(low * _FINE**2))
    model.add(squares <= math.floor(high * _FINE**2))
