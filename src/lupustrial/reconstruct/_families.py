"""The published figures of an arm, by families of parameters that constrain each other, made consistent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lupustrial.errors import Fault, ReconstructError
from lupustrial.reconstruct._clinic import Rules
from lupustrial.reconstruct._figures import Attained, Family, attain
from lupustrial.reconstruct._people import Member
from lupustrial.reconstruct._quantities import Quantity
from lupustrial.reconstruct._shape import assumed_points, grid_values, sample, snapped
from lupustrial.reconstruct._targets import Target, Targets

_HIGHEST = 48  # activity index and numeric score above which nobody is drawn
_WINDOW = 12  # steps that a value may move from a plausible sample to attain a standard deviation


@dataclass(kw_only=True)
class Aims:
    """What an arm is to attain.

    Attributes:
        pairs: Target id to the order statistics that make up a quantile.
        unmet: Target id to the figures that exclude it.
        values: (parameter, week) to the values of the arm, in whole units, by combination of the sets
            that the figures ask for.
    """

    pairs: dict[str, tuple[int, int]] = field(default_factory=dict)
    unmet: dict[str, list[Target]] = field(default_factory=dict)
    values: dict[tuple[str, int], list[tuple[frozenset[str], list[int]]]] = field(default_factory=dict)


def aims_of(
    targets: Targets,
    rules: Rules,
    arm: str,
    members: Sequence[Member],
    quantities: Mapping[str, Quantity],
    definition: str,
) -> Aims:
    """Reconcile the figures of an arm, family by family and week by week.

    Raises:
        ReconstructError: RECON-030, the counts of a family contradict each other.
    """
    aims = Aims()
    ours = [target for target in targets.targets if target.arm == arm and target.week is not None]
    for week in targets.weeks:
        for parameters in _groups(targets, quantities):
            asked = [target for target in ours if target.parameter in parameters and target.week == week]
            if any(target.statistic != "count" for target in asked) or parameters[0] in targets.model.numbers:
                family = _family(
                    targets, rules, arm, week, parameters, asked, members, quantities, definition
                )
                if family is None:
                    continue
                attained = attain(family)
                if attained is None:
                    raise _contradiction(asked)
                _take(aims, parameters[0], week, family, attained)
    return aims


def _groups(targets: Targets, quantities: Mapping[str, Quantity]) -> list[list[str]]:
    """Parameters that are read off one value: the graded index, the activity index, each number."""
    kinds = {name: quantity.kind for name, quantity in quantities.items()}
    graded = [name for name, kind in kinds.items() if kind == "numeric"] + [
        n for n, k in kinds.items() if k == "active"
    ]
    total = [name for name, kind in kinds.items() if kind == "total"]
    return [group for group in (graded, total, *([name] for name in targets.model.numbers)) if group]


def _family(
    targets: Targets,
    rules: Rules,
    arm: str,
    week: int,
    parameters: Sequence[str],
    asked: Sequence[Target],
    members: Sequence[Member],
    quantities: Mapping[str, Quantity],
    definition: str,
) -> Family | None:
    name = parameters[0]
    spec = targets.model.numbers.get(name)
    first = week == targets.baseline
    numbers: dict[frozenset[str], int] = {}
    for member in members:
        if (spec is None or spec.trait is None or spec.trait in member.traits) and (
            first or member.last_week > targets.baseline
        ):
            sets = member.sets & {target.set for target in asked}
            numbers[sets] = numbers.get(sets, 0) + 1
    own = [target for target in asked if target.parameter == name]
    flags: dict[str, list[tuple[int, int]]] = {}
    if spec is not None:
        scale, skew = quantities[name].scale, spec.skew
        ends, allowed = assumed_points(spec.ends, arm, week), grid_values(spec.grid, scale)
        if not own and not ends:
            return None
    else:
        scale, skew = 1, False
        activity = quantities[name].kind == "total"
        ends = assumed_points(targets.model.activity_shape, arm, week) if activity else {}
        ends = ends or {0.0: 0.0, 1.0: 16.0}
        allowed, flags = _sums(rules) if activity else _grades(rules, parameters)
    cells = [
        (sets, snapped(sample(own, size, ends, skew=skew), allowed, scale)) for sets, size in numbers.items()
    ]
    return Family(
        name=name,
        unit=Fraction(1, scale),
        allowed=allowed,
        flags=flags,
        cells=cells,
        targets=asked,
        window=_WINDOW,
        definition=definition,
    )


def _sums(rules: Rules) -> tuple[list[int], dict[str, list[tuple[int, int]]]]:
    """What a sum of weights can be."""
    sums = {0}
    for item, weight in rules.weights.items():
        if item in rules.model.items:
            sums |= {value + weight for value in sums}
    return sorted(value for value in sums if value <= _HIGHEST), {}


def _grades(rules: Rules, parameters: Sequence[str]) -> tuple[list[int], dict[str, list[tuple[int, int]]]]:
    """Numeric score and activity of every number of A, B and C."""
    domains = len(rules.model.domains)
    found: set[tuple[int, int]] = set()
    for a in range(domains + 1):
        for b in range(domains + 1 - a):
            for c in range(domains + 1 - a - b):
                score = a * rules.points["A"] + b * rules.points["B"] + c * rules.points["C"]
                found.add((score, int(a >= 1 or b >= 2)))  # noqa: PLR2004 - active disease: 1 A or 2 B
    pairs = sorted(pair for pair in found if pair[0] <= _HIGHEST)
    return sorted({value for value, _ in pairs}), dict.fromkeys(parameters[1:], pairs)


def _take(aims: Aims, name: str, week: int, family: Family, attained: Attained) -> None:
    aims.pairs.update(attained.pairs)
    aims.unmet.update(attained.unmet)
    aims.values[name, week] = [
        (sets, values) for (sets, _), values in zip(family.cells, attained.values, strict=True)
    ]


def _contradiction(asked: Sequence[Target]) -> ReconstructError:
    counts = ", ".join(target.id for target in asked if target.statistic == "count")
    return ReconstructError(
        Fault(
            id="RECON-030",
            message=f"the counts {counts} contradict each other",
            place="published/targets.yaml",
            hint="compare them with the paper; a count is met exactly or not at all",
        )
    )
