"""Every target compared with the finished records, and said in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from lupustrial.errors import Fault, ReconstructError
from lupustrial.reconstruct._cohort import Cohort
from lupustrial.reconstruct._observed import Observed, observe
from lupustrial.reconstruct._printed import agrees, agrees_root, quantile, variance
from lupustrial.reconstruct._targets import Target, Targets
from lupustrial.study import Study

_STATISTIC = {
    "mean": "mean",
    "sd": "SD",
    "median": "median",
    "q1": "lower quartile",
    "q3": "upper quartile",
    "min": "minimum",
    "max": "maximum",
    "count": "number",
}
_IMPUTED_AS_NO = frozenset({"response", "remission", "any remission", "resolved", "reduction", "decreased"})


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A target and what the records give for it."""

    target: Target
    attained: Fraction | float
    met: bool


def check_cohort(
    study: Study, targets: Targets, cohort: Cohort, records: pl.DataFrame, allocation: pl.DataFrame
) -> list[Outcome]:
    """Recompute every target from the records.

    Raises:
        ReconstructError: RECON-040, a count is off: a fault of this package, not of the targets.
    """
    observed = observe(study, targets, cohort.quantities, records)
    arms = dict(allocation.select("participant", "arm").iter_rows())
    having = _having(study, targets, records)
    outcomes = [
        _outcome(study, targets, cohort, observed, arms, having, target) for target in targets.targets
    ]
    off = [each for each in outcomes if each.target.statistic == "count" and not each.met]
    if off:
        raise ReconstructError(
            Fault(
                id="RECON-040",
                message=f"{each.target.id}: {each.target.count} is printed, the records give {each.attained}",
                place="published/targets.yaml",
                hint="please report this, with the files of published/",
            )
            for each in off
        )
    return outcomes


def _having(study: Study, targets: Targets, records: pl.DataFrame) -> dict[str, frozenset[str]]:
    """Who has each trait, by the item that records it."""
    found: dict[str, frozenset[str]] = {}
    traits = {spec.trait for spec in targets.sets.values() if spec.trait is not None}
    for form in study.forms:
        for item in form.items:
            if item.id in traits:
                rows = records.filter(
                    (pl.col("form") == form.id) & (pl.col("item") == item.id) & (pl.col("value") == "Y")
                )
                found[item.id] = frozenset(rows["participant"].to_list())
    return found


def _outcome(
    study: Study,
    targets: Targets,
    cohort: Cohort,
    observed: Observed,
    arms: Mapping[str, str],
    having: Mapping[str, frozenset[str]],
    target: Target,
) -> Outcome:
    spec = targets.sets[target.set]
    first = study.baseline_visit.week
    inside = [
        who
        for who, arm in arms.items()
        if arm == target.arm
        and max(observed.attended[who]) >= spec.stays
        and (spec.trait is None or who in having[spec.trait])
    ]
    week = first if target.week is None else target.week
    kind = cohort.quantities[target.parameter].kind
    found = [observed.at(target.parameter, who, week, carried=kind not in _IMPUTED_AS_NO) for who in inside]
    values = [value for value in found if value is not None]
    if target.statistic == "count":
        total = sum(values, Fraction(0))
        return Outcome(
            target=target, attained=total, met=total == target.count and len(inside) == target.size
        )
    whole = len(values) == target.size
    if target.statistic == "mean":
        mean = sum(values, Fraction(0)) / len(values)
        return Outcome(target=target, attained=mean, met=whole and agrees(mean, target.printed))
    if target.statistic == "sd":
        square = variance(values)
        return Outcome(
            target=target, attained=float(square) ** 0.5, met=whole and agrees_root(square, target.printed)
        )
    middle = quantile(values, target.statistic, study.plan.quantile)
    return Outcome(target=target, attained=middle, met=whole and agrees(middle, target.printed))


def notes_of(study: Study, targets: Targets, cohort: Cohort, outcomes: list[Outcome]) -> list[str]:
    """What was followed, what was not attained, and why: one sentence each."""
    met = sum(each.met for each in outcomes)
    counts = [each for each in outcomes if each.target.statistic == "count"]
    first = (
        f"Of {len(outcomes)} published figures {met} are reproduced to the printed digits, "
        f"among them all {len(counts)} counts."
    )
    unmet = [_unmet(study, targets, cohort, each) for each in outcomes if not each.met]
    return [first, *unmet, *_rates(study, targets, cohort)]


def _unmet(study: Study, targets: Targets, cohort: Cohort, outcome: Outcome) -> str:
    target = outcome.target
    rivals = cohort.arms[target.arm].aims.unmet.get(target.id)
    printed = describe(study, targets, target)
    words = f"Not attained: {printed}; the nearest attained value is {_shown(outcome, target)}"
    if rivals is None:
        return f"{words} (missed when values were dealt to participants)."
    if rivals:
        followed = " and ".join(describe(study, targets, rival) for rival in rivals)
        return f"{words}, since it excludes {followed}, which is followed."
    grid = targets.model.numbers[target.parameter].grid if target.parameter in targets.model.numbers else None
    steps = f" recorded in steps of {grid.step}" if grid is not None and grid.step is not None else ""
    return f"{words}, since no {target.size} values{steps} have the printed one."


def _shown(outcome: Outcome, target: Target) -> str:
    exponent = max(0, -int(target.printed.as_tuple().exponent))
    return f"{float(outcome.attained):.{exponent}f}"


def describe(study: Study, targets: Targets, target: Target) -> str:
    """A target in words: where, what, in whom, when, how much."""
    week = (
        "over the whole treatment"
        if target.week is None
        else "at baseline"
        if target.week == study.baseline_visit.week
        else f"at week {target.week}"
    )
    label = study.plan.parameter(target.parameter).label
    return (
        f"{target.where}, {label}, {study.arm(target.arm).label}, {week}, {_STATISTIC[target.statistic]} "
        f"{target.printed} ({targets.sets[target.set].label}, n = {target.size})"
    )


def _rates(study: Study, targets: Targets, cohort: Cohort) -> list[str]:
    if not cohort.rates or not targets.rates:
        return []
    parameter = study.plan.parameter(targets.rates[0].parameter).label
    known = {t.week for t in targets.targets if t.parameter == targets.rates[0].parameter}
    arms = [study.arm(arm) for arm in cohort.rates]
    first = study.baseline_visit.week
    drawn = [
        f"week {week}: {' v '.join(str(cohort.rates[arm.id][week]) for arm in arms)}"
        for week in sorted(cohort.rates[arms[0].id])
        if week not in known and week != first
    ]
    named = " v ".join(arm.label for arm in arms)
    text = f"Not published and drawn so that every printed comparison holds: {parameter}, {named}: "
    return [f"{text}{', '.join(drawn)}."]
