"""Which printed figures of one group can be true at once, and what comes nearest to the others.

One small model per arm, week and family of parameters: the sorted values of a set of participants.
Quantiles, ranges and means are linear in sorted values. Counts are constraints; means, standard deviations,
quantiles and ranges are wishes: as many as possible are met, earlier ones first, then the others are missed
by as little as possible, then the values stay near a plausible sample. For a wish that cannot be met, a
smallest set of other figures that exclude it is found by leaving out one at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from lupustrial.reconstruct._printed import half_width, position
from lupustrial.reconstruct._solve import impossible, new_model, solve
from lupustrial.reconstruct._targets import Target

_DEVIATION = 1000  # one unit of scaled deviation weighs as much as this many units of shape
_EFFORT = 4.0
_FINE = 100  # centre of squares is rounded to this part of a unit


@dataclass(frozen=True, kw_only=True)
class Family:
    """What the model needs to know of one arm at one week.

    Attributes:
        name: The parameter whose values are sorted.
        unit: Size of a whole unit of it.
        allowed: Values that can be recorded, in units, ascending.
        flags: For each parameter that is 0 or 1 together with the value: the permitted (value, flag) pairs.
        cells: Combinations of sets and the preferred values (in units, sorted) of their participants.
        targets: Published figures of these parameters, in order of preference.
        window: With a standard deviation: how many steps of `allowed` a value may lie from its preferred one.
        definition: Hyndman-Fan definition of quantiles.
    """

    name: str
    unit: Fraction
    allowed: Sequence[int]
    flags: Mapping[str, Sequence[tuple[int, int]]]
    cells: Sequence[tuple[frozenset[str], Sequence[int]]]
    targets: Sequence[Target]
    window: int
    definition: str


@dataclass(kw_only=True)
class Attained:
    """The answer.

    Attributes:
        pairs: Target id to the two order statistics (in units) that make up a quantile.
        unmet: Target id to the printed figures that exclude it (none: it is impossible by itself).
        values: For each cell, the values of its participants, sorted.
    """

    pairs: dict[str, tuple[int, int]] = field(default_factory=dict)
    unmet: dict[str, list[Target]] = field(default_factory=dict)
    values: list[list[int]] = field(default_factory=list)


def attain(family: Family) -> Attained | None:
    """Return the best answer for an arm, or ``None`` when even the counts contradict each other."""
    wishes = [target for target in family.targets if target.statistic != "count"]
    kept = frozenset(target.id for target in wishes)
    outcome = _answer(family, kept)
    if outcome is not None:
        return outcome
    built = _build(family, frozenset())
    weight = {wish.id: 100 + len(wishes) - place for place, wish in enumerate(wishes)}
    built.model.maximize(sum(weight[name] * literal for name, literal in built.wishes.items()))
    solver = solve(built.model, effort=_EFFORT)
    met = [name for name, literal in built.wishes.items() if solver is not None and solver.value(literal)]
    kept = frozenset(met)
    outcome = _answer(family, kept)
    if outcome is None:  # the limit came first
        kept = frozenset()
        outcome = _answer(family, kept)
    if outcome is not None:
        for wish in wishes:
            if wish.id not in kept:
                outcome.unmet[wish.id] = _conflict(family, wish, kept)
    return outcome


@dataclass
class _Built:
    model: Any
    values: list[list[Any]]  # by cell, ascending
    squares: list[list[Any]]
    flags: dict[str, list[list[Any]]] = field(default_factory=dict)
    ranks: dict[tuple[str, int, int], Any] = field(default_factory=dict)
    wishes: dict[str, Any] = field(default_factory=dict)
    misses: list[Any] = field(default_factory=list)
    shifts: list[Any] = field(default_factory=list)


def _build(family: Family, strict: frozenset[str], ignored: frozenset[str] = frozenset()) -> _Built:
    """Build the model: wishes in `strict` are constraints, in `ignored` absent, others get a literal."""
    built = _Built(new_model(), [], [])
    spread = any(target.statistic == "sd" for target in family.targets)
    for _, preferred in family.cells:
        built.values.append([])
        built.squares.append([])
        for wanted in preferred:
            _slot(family, built, wanted, spread=spread)
        for low, high in zip(built.values[-1], built.values[-1][1:], strict=False):
            built.model.add(low <= high)
    for parameter, pairs in family.flags.items():
        built.flags[parameter] = [[_flag(built.model, value, pairs) for value in row] for row in built.values]
    for target in family.targets:
        if target.id in ignored:
            continue
        if target.statistic == "count":
            inside = [
                flag for cell in _inside(family, target) for flag in built.flags[target.parameter][cell]
            ]
            built.model.add(sum(inside) == target.count)
            continue
        literal = None
        if target.id not in strict:
            literal = built.wishes[target.id] = built.model.new_bool_var(target.id)
        _wish(family, built, target, literal)
    return built


def _slot(family: Family, built: _Built, wanted: int, *, spread: bool) -> None:
    """One sorted value; where squares are summed, as a choice among the values around the preferred one."""
    from ortools.sat.python import cp_model

    model, shift = built.model, built.model.new_int_var(0, 10**7, "")
    built.shifts.append(shift)
    if not spread:
        gaps = family.allowed[-1] - family.allowed[0] + 1 > len(family.allowed)
        domain = (
            cp_model.Domain.from_values(list(family.allowed))
            if gaps
            else cp_model.Domain(family.allowed[0], family.allowed[-1])
        )
        value = model.new_int_var_from_domain(domain, "")
        built.values[-1].append(value)
        model.add(shift >= value - wanted)
        model.add(shift >= wanted - value)
        return
    place = min(range(len(family.allowed)), key=lambda index: abs(family.allowed[index] - wanted))
    near = family.allowed[max(0, place - family.window) : place + family.window + 1]
    chosen = [model.new_bool_var("") for _ in near]
    model.add_exactly_one(chosen)
    built.values[-1].append(sum(each * literal for each, literal in zip(near, chosen, strict=True)))
    centre = _centre(family)
    built.squares[-1].append(
        sum((_FINE * each - centre) ** 2 * literal for each, literal in zip(near, chosen, strict=True))
    )
    model.add(shift == sum(abs(each - wanted) * literal for each, literal in zip(near, chosen, strict=True)))


def _flag(model: Any, value: Any, pairs: Sequence[tuple[int, int]]) -> Any:
    flag = model.new_bool_var("")
    model.add_allowed_assignments([value, flag], list(pairs))
    return flag


def _inside(family: Family, target: Target) -> list[int]:
    """The cells whose participants are in the set of a target."""
    return [cell for cell, (sets, _) in enumerate(family.cells) if target.set in sets]


def _wish(family: Family, built: _Built, target: Target, literal: Any | None) -> None:
    """Make a mean, SD or quantile round to the printed figure (if `literal`); note how far it is off.

    A value between two digits rounds up.
    """
    printed, half = Fraction(target.printed), half_width(target.printed)
    if target.statistic == "sd":
        low, high = _squares(family, target)
        inside = [square for cell in _inside(family, target) for square in built.squares[cell]]
        _between(built.model, sum(inside), _above(low), _below(high), literal)
        return
    if target.statistic == "mean":
        expression: Any = sum(value for cell in _inside(family, target) for value in built.values[cell])
        factor = target.size / family.unit
    else:
        place = position(target.statistic, target.size, family.definition)
        parts = place.share.denominator
        upper = int(place.share * parts)
        expression = (parts - upper) * _rank(family, built, target, place.rank)
        if upper:
            expression = expression + upper * _rank(family, built, target, place.rank + 1)
        factor = parts / family.unit
    _between(
        built.model,
        expression,
        _ceiling((printed - half) * factor),
        _below((printed + half) * factor),
        literal,
    )
    miss = built.model.new_int_var(0, 10**9, "")
    scale = max(1, round(half * factor / 5))
    centre = printed * factor
    built.model.add(miss * scale >= expression - _ceiling(centre))
    built.model.add(miss * scale >= centre.__floor__() - expression)
    built.misses.append(miss)


def _ceiling(value: Fraction) -> int:
    return -((-value).__floor__())


def _above(bound: Fraction) -> int:
    return bound.__floor__() + 1


def _below(bound: Fraction) -> int:
    return _ceiling(bound) - 1


def _between(model: Any, expression: Any, low: int, high: int, literal: Any | None) -> None:
    lower, upper = model.add(expression >= low), model.add(expression <= high)
    if literal is not None:
        lower.only_enforce_if(literal)
        upper.only_enforce_if(literal)


def _centre(family: Family) -> int:
    """The printed mean (or that of the shape) in hundredths of a unit: squares are taken about it."""
    mean = next((Fraction(t.printed) for t in family.targets if t.statistic == "mean"), None)
    if mean is None:
        values = [value for _, row in family.cells for value in row]
        mean = family.unit * Fraction(sum(values), len(values))
    return round(mean / family.unit * _FINE)


def _squares(family: Family, target: Target) -> tuple[Fraction, Fraction]:
    """Bounds for the sum of squares about the centre: (n - 1) SD^2, plus what a rounded mean can add.

    They keep a tenth of the interval from its ends, as a date stands for a number of months.
    """
    printed, half = Fraction(target.printed), half_width(target.printed) * Fraction(9, 10)
    mean = next((t for t in family.targets if t.statistic == "mean" and t.set == target.set), None)
    slack = target.size * (half_width(mean.printed) if mean else half) ** 2
    scale = (_FINE / family.unit) ** 2
    freedom = target.size - 1
    return (freedom * (printed - half) ** 2 + slack) * scale, (
        freedom * (printed + half) ** 2 - slack
    ) * scale


def _rank(family: Family, built: _Built, target: Target, rank: int) -> Any:
    """The value with a rank among a set: the largest cell is sorted, the others are inserted one by one."""
    cells = sorted(_inside(family, target), key=lambda cell: (-len(built.values[cell]), cell))
    others = [value for cell in cells[1:] for value in built.values[cell]]
    return _merged(built, (target.set, *cells), built.values[cells[0]], others, rank)


def _merged(
    built: _Built, key: tuple[Any, ...], first: Sequence[Any], others: Sequence[Any], rank: int
) -> Any:
    """Rank among `first` and `others`: the middle one of (rank - 1, rank, the inserted value)."""
    if not others:
        return first[rank - 1]
    known = (str(key), len(others), rank)
    if known in built.ranks:
        return built.ranks[known]
    model, inserted, size = built.model, others[-1], len(first) + len(others)
    result = model.new_int_var(-(10**7), 10**7, "")
    upper: Any = inserted
    if rank < size:
        upper = model.new_int_var(-(10**7), 10**7, "")
        model.add_min_equality(upper, [inserted, _merged(built, key, first, others[:-1], rank)])
    lower = [_merged(built, key, first, others[:-1], rank - 1)] if rank > 1 else []
    model.add_max_equality(result, [upper, *lower])
    built.ranks[known] = result
    return result


def _answer(family: Family, kept: frozenset[str]) -> Attained | None:
    """Meet the wishes in `kept`, come near the others, keep to the shape."""
    built = _build(family, kept)
    built.model.minimize(_DEVIATION * sum(built.misses) + sum(built.shifts))
    solver = solve(built.model, effort=_EFFORT, gap=0.05)
    if solver is None:
        return None
    attained = Attained(values=[[int(solver.value(value)) for value in row] for row in built.values])
    for target in family.targets:
        if target.statistic in {"count", "mean", "sd"}:
            continue
        place = position(target.statistic, target.size, family.definition)
        values = sorted(value for cell in _inside(family, target) for value in attained.values[cell])
        attained.pairs[target.id] = (values[place.rank - 1], values[place.rank - 1 + bool(place.share)])
    return attained


def _conflict(family: Family, wish: Target, kept: frozenset[str]) -> list[Target]:
    """A smallest set of figures that exclude a wish: leave out one at a time what is not needed."""
    needed = [t for t in family.targets if t.id != wish.id and (t.statistic == "count" or t.id in kept)]
    for candidate in list(needed):
        trial = [target for target in needed if target.id != candidate.id]
        active = frozenset(target.id for target in trial) | {wish.id}
        ignored = frozenset(target.id for target in family.targets if target.id not in active)
        if impossible(_build(family, active, ignored).model, effort=_EFFORT):
            needed = trial
    return needed
