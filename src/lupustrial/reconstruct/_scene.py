"""One participant at one visit, as the fillers of forms see it."""

from __future__ import annotations

import math
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from lupustrial.instruments import estimate_gfr
from lupustrial.reconstruct._clinic import State
from lupustrial.reconstruct._schema import Case, Curve, Fill, Scalar
from lupustrial.study import Item

_OWN, _PASSING = 0.97, math.sqrt(1 - 0.97**2)  # share of a drawn value that is the participant's own


class Chance:
    """Standard normal numbers: one of each participant for each item, and one of each visit beside it.

    Both come in pairs of opposite sign within a group, so that the mean of the group is the
    one that was asked for and no difference arises by chance alone.
    """

    def __init__(self, generator: np.random.Generator) -> None:
        """Keep the generator; numbers are drawn in the order in which they are asked for."""
        self._generator = generator
        self._own: dict[tuple[str, str], float] = {}
        self._lonely: dict[tuple[str, str], float] = {}
        self._unpaired: dict[tuple[str, str, str], float] = {}

    def own(self, participant: str, item: str, arm: str = "") -> float:
        """The participant's number for an item; the next participant of the arm has the opposite one."""
        key, group = (participant, item), (item, arm)
        if key not in self._own:
            if group in self._lonely:
                self._own[key] = -self._lonely.pop(group)
            else:
                self._own[key] = self._lonely[group] = float(self._generator.normal())
        return self._own[key]

    def passing(self, item: str, arm: str, visit: str) -> float:
        """A number of this visit only; the next one for the same item, arm and visit is its opposite."""
        key = (item, arm, visit)
        if key in self._unpaired:
            return -self._unpaired.pop(key)
        self._unpaired[key] = float(self._generator.normal())
        return self._unpaired[key]


@dataclass(kw_only=True)
class Scene:
    """What is known while forms are filled in.

    Attributes:
        participant: Participant id.
        arm: Arm id.
        week: Week of the visit, that of baseline at screening.
        visit: Visit id.
        state: Clinical state.
        traits: Traits, sex among them.
        numbers: Number parameters in their own unit.
        facts: Dates, sex, slot and the like.
        overrides: Values set from outside (screening failures), by ``form.ITEM``.
        chance: Where numbers of chance come from.
        values: What was filled in so far at this visit, by ``form.ITEM``.
    """

    participant: str
    arm: str
    week: int
    visit: str
    state: State
    traits: frozenset[str]
    numbers: Mapping[str, Decimal]
    facts: Mapping[str, Any]
    overrides: Mapping[str, Scalar]
    chance: Chance
    values: MutableMapping[str, str] = field(default_factory=dict)

    def holds(self, literals: Sequence[str]) -> bool:
        """Whether all literals hold."""
        return all(self.state.holds(literal, self.traits) for literal in literals)


def filled(scene: Scene, form: str, item: Item, fill: Fill) -> str | None:
    """The value of an item as text, ``None`` where nothing is recorded."""
    name = f"{form}.{item.id}"
    if name in scene.overrides:
        return str(scene.overrides[name])
    if fill.sign is not None:
        return "Y" if any(scene.holds((literal,)) for literal in fill.sign) else "N"
    if fill.cases is not None:
        return _first(scene, name, item, fill.cases)
    if fill.curve is not None:
        return written(_curve(scene, name, fill.curve), item)
    if fill.egfr is not None:
        return _filtration(scene, item, fill.egfr)
    return _known(scene, item, fill)


def _known(scene: Scene, item: Item, fill: Fill) -> str | None:
    """A value that stands somewhere already: another item, a number, a fact or a constant."""
    if fill.same is not None:
        other = scene.values.get(fill.same)
        return other if other is None or fill.times == 1 else written(Decimal(other) * fill.times, item)
    known: Any = fill.value
    if fill.number is not None:
        known = scene.numbers.get(fill.number)
    elif fill.fact is not None:
        known = scene.facts.get(fill.fact)
    return written(known, item) if isinstance(known, Decimal) else None if known is None else str(known)


def _filtration(scene: Scene, item: Item, creatinine: str) -> str | None:
    """The filtration rate estimated from the creatinine of the visit."""
    value, born, today = (
        scene.values.get(creatinine),
        scene.facts.get("birth date"),
        scene.facts["visit date"],
    )
    if value is None or born is None:
        return None
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    rate = estimate_gfr(float(value), age=age, female=scene.facts["sex"] == "F")
    return written(Decimal(repr(round(float(rate), 6))), item)


def _first(scene: Scene, name: str, item: Item, cases: Sequence[Case]) -> str | None:
    """The value of the first case that holds."""
    for case in cases:
        chance = case.chance is None or _share(scene, f"{name}?") < float(case.chance)
        if chance and scene.holds(case.when):
            return _case(scene, name, item, case)
    return None


def written(number: Decimal, item: Item) -> str:
    """A number with the digits that its item records."""
    places = item.decimals if item.type == "decimal" and item.decimals is not None else 0
    return str(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def _case(scene: Scene, name: str, item: Item, case: Case) -> str | None:
    if case.between is None:
        return None if case.value is None else str(case.value)
    low, high = case.between
    share = _share(scene, name, passing=True)
    number = low + (high - low) * Decimal(repr(round(share, 6)))
    if case.of is not None:
        number *= Decimal(scene.values[case.of])
    return written(number, item)


def _share(scene: Scene, name: str, *, passing: bool = False) -> float:
    """The participant's place between 0 and 1 for an item, a little different at each visit if `passing`."""
    z = scene.chance.own(scene.participant, name, scene.arm)
    if passing:
        z = _OWN * z + _PASSING * scene.chance.passing(name, scene.arm, scene.visit)
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def _curve(scene: Scene, name: str, curve: Curve) -> Decimal:
    """Mean of the week, deviations of participant and visit, and the pull of other numbers."""
    points = curve.weeks.get(scene.arm) or curve.weeks["all"]
    before = max((week for week in points if week <= scene.week), default=min(points))
    after = min((week for week in points if week >= scene.week), default=max(points))
    low, high = float(points[before]), float(points[after])
    mean = low if after == before else low + (high - low) * (scene.week - before) / (after - before)
    off = float(curve.between) * scene.chance.own(scene.participant, name, scene.arm) + float(
        curve.within
    ) * scene.chance.passing(name, scene.arm, scene.visit)
    value = mean * math.exp(off) if curve.log else mean + off
    for other, slope in curve.per.items():
        value += float(slope) * float(scene.numbers.get(other, 0))
    if curve.low is not None:
        value = max(value, float(curve.low))
    if curve.high is not None:
        value = min(value, float(curve.high))
    return Decimal(repr(round(value, 6)))
