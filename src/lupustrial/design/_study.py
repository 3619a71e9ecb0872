"""The sample size of a study, from the assumptions that study.yaml declares."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lupustrial import stats
from lupustrial.design._answers import Question, SizeRow
from lupustrial.design._means import TwoMeans
from lupustrial.design._ranks import Ranks
from lupustrial.design._rates import TwoRates
from lupustrial.design._study_answer import Assumption, ScenarioPower, StudyPower
from lupustrial.design._words import TESTS, groups, level, percent, share, shorter
from lupustrial.errors import Fault, StudyError
from lupustrial.study import Arm, AssumedRate, SampleSizePlan, Study

BESIDE = ("pearson", "fisher", "boschloo")
ONE_SIDED = 1
CONFIDENCE = 0.95


def study_power(study: Study) -> StudyPower:
    """Answer for the sample size of a study.

    Raises:
        StudyError: STUDY-103, the study declares no assumptions; STUDY-104, the stated size shows no rate.
    """
    plan = study.sample_size
    if plan is None:
        raise StudyError(
            Fault(
                id="STUDY-103",
                message="the study declares nothing on its sample size",
                place=str(study.folder / "study.yaml"),
                hint="add `sample_size:` (docs/study-folder.md), or use lupustrial power two-proportions",
            )
        )
    first, second = _arms(study, plan)
    if plan.rates:
        return _of_rates(study, plan, first, second)
    return _of_others(study, plan, first, second)


def _arms(study: Study, plan: SampleSizePlan) -> tuple[Arm, Arm]:
    """Return the arm under test and the reference."""
    named = [rate.arm for rate in plan.rates] or [arm.id for arm in study.arms]
    first = next(arm for arm in study.arms if not arm.reference and arm.id in named)
    return first, study.reference_arm


def _of_rates(study: Study, plan: SampleSizePlan, first: Arm, second: Arm) -> StudyPower:
    known = {rate.arm: rate for rate in plan.rates}
    p1, p2, derived = _rates(study, plan, known[first.id], known[second.id])
    question = TwoRates(
        p1=p1,
        p2=p2,
        tests=(plan.test, *(test for test in BESIDE if test != plan.test and not plan.margin)),
        margin=float(plan.margin),
        first=first.label,
        second=second.label,
        also_first=_further(plan, first, known[first.id]),
        also_second=_further(plan, second, known[second.id]),
        **_options(plan, first, second, p1 - p2 - float(plan.margin)),
    )
    lines = [_rate_line(known[arm.id], arm, p, derived) for arm, p in ((first, p1), (second, p2))]
    return replace(
        _answer(study, plan, question, lines, (first.planned, second.planned)),
        derived=derived,
        scenarios=tuple(_scenarios(plan, question, (first.planned, second.planned), first, second)),
        because=_because(lines, derived),
        others=_others(plan, question, first, second),
    )


def _of_others(study: Study, plan: SampleSizePlan, first: Arm, second: Arm) -> StudyPower:
    win = plan.win_probability
    effect = float(plan.difference or 0) if win is None else float(win) - 1 / 2
    options = _options(plan, first, second, effect)
    question: TwoMeans | Ranks
    if win is not None:
        question = Ranks(win_probability=float(win), **options)
    else:
        correlation = None if plan.correlation is None else float(plan.correlation)
        question = TwoMeans(
            difference=float(plan.difference or 0),
            sd=float(plan.sd or 0),
            correlation=correlation,
            **options,
        )
    assumed = question.assumption.partition(";")[0]
    line = Assumption(what=f"{first.label} against {second.label}", value=assumed, source=plan.source)
    return _answer(study, plan, question, [line], (first.planned, second.planned))


def _options(plan: SampleSizePlan, first: Arm, second: Arm, effect: float) -> dict[str, Any]:
    """Return what every comparison is asked with."""
    return {
        "power": float(plan.power),
        "alpha": float(plan.alpha),
        "alternative": _alternative(plan, effect),
        "ratio": first.planned / second.planned,
        "dropout": float(plan.dropout),
    }


def _answer(
    study: Study,
    plan: SampleSizePlan,
    question: Question,
    lines: list[Assumption],
    planned: tuple[int, int],
) -> StudyPower:
    """Return what is answered of every comparison."""
    stated = plan.stated
    return StudyPower(
        study=study.id,
        endpoint=plan.endpoint,
        question=question,
        assumptions=(*lines, *_common(study, plan)),
        derived="",
        planned=planned,
        stated=stated,
        at_planned=tuple(question.powers(*planned)),
        at_stated=() if stated is None else tuple(question.powers(stated, stated)),
        scenarios=(),
        because="",
    )


def _alternative(plan: SampleSizePlan, effect: float) -> str:
    if plan.sides != ONE_SIDED:
        return "two-sided"
    return "greater" if effect > 0 else "less"


def _rates(
    study: Study, plan: SampleSizePlan, first: AssumedRate, second: AssumedRate
) -> tuple[float, float, str]:
    """Return both rates; one that is not stated is derived from the stated size."""
    p1, p2 = first.value, second.value
    if p1 is not None and p2 is not None:
        return p1, p2, ""
    known = p1 if p1 is not None else p2 or 0.0
    level_two_sided = float(plan.alpha) * (2 if plan.sides == ONE_SIDED else 1)
    stated, power = plan.stated or 0, float(plan.power)
    found = stats.detectable_rate(p1=known, n=stated, power=power, alpha=level_two_sided)
    if found is None:
        raise StudyError(
            Fault(
                id="STUDY-104",
                message=f"no rate below {share(known)} gives {share(power)} power with {stated} an arm",
                place=str(study.folder / "study.yaml"),
                hint="state the rates of both arms under sample_size",
            )
        )
    open_arm = study.arm(second.arm if p2 is None else first.arm).label
    derived = (
        f"The rate of {open_arm} is not stated. {groups(stated, stated).capitalize()} and a power of "
        f"{share(power)} fit a rate of {share(found)} at the most, against {share(known)} (normal "
        f"approximation, pooled variance, {level(float(plan.alpha), _alternative(plan, 1.0))})."
    )
    return (known, found, derived) if p2 is None else (found, known, derived)


def _rate_line(rate: AssumedRate, arm: Arm, p: float, derived: str) -> Assumption:
    what = f"rate of {arm.label}"
    if rate.value is None:
        return Assumption(what=what, value=f"{share(p)} (derived)", source=rate.source or derived)
    if rate.events is None or rate.of is None:
        return Assumption(what=what, value=share(p), source=rate.source)
    interval = stats.clopper_pearson(x=rate.events, n=rate.of, confidence_level=CONFIDENCE)
    value = f"{share(p)} ({rate.events} of {rate.of}; 95 % interval {percent(interval.lower, 0)} to "
    return Assumption(what=what, value=f"{value}{percent(interval.upper, 0)})", source=rate.source)


def _common(study: Study, plan: SampleSizePlan) -> list[Assumption]:
    sides = "one-sided" if plan.sides == ONE_SIDED else "two-sided"
    shares = ", ".join(f"{arm.planned} {arm.label}" for arm in study.arms)
    dropout = share(float(plan.dropout)) if plan.dropout else "none allowed for"
    lines = [
        Assumption(what="test", value=TESTS[plan.test].removeprefix("the "), source=""),
        Assumption(what="level", value=f"{shorter(float(plan.alpha))} {sides}", source=plan.source),
        Assumption(what="power", value=share(float(plan.power)), source=plan.source),
        Assumption(what="dropout", value=dropout, source=plan.source),
        Assumption(what="planned", value=shares, source="arms of study.yaml"),
    ]
    if plan.margin:
        margin = f"{100 * float(plan.margin):+g} points"
        lines.insert(1, Assumption(what="margin", value=margin, source=plan.source))
    if plan.stated is not None:
        lines.append(Assumption(what="stated", value=f"{plan.stated} an arm", source=plan.source))
    return lines


def _because(lines: list[Assumption], derived: str) -> str:
    told = [f"the {line.what} is assumed to be {line.value}" for line in lines]
    sentence = " and ".join(told).replace(" (derived)", "")
    return f"{sentence[0].upper()}{sentence[1:]}." + (f" {derived}" if derived else "")


def _further(plan: SampleSizePlan, arm: Arm, rate: AssumedRate) -> tuple[float, ...]:
    """Return the rates of an arm in the scenarios, and the limits of the one that was counted."""
    seen = [other.value for scenario in plan.scenarios for other in scenario.rates if other.arm == arm.id]
    found = [value for value in seen if value is not None]
    if rate.events is not None and rate.of is not None:
        interval = stats.clopper_pearson(x=rate.events, n=rate.of, confidence_level=CONFIDENCE)
        found += [interval.lower, interval.upper]
    return tuple(found)


def _others(plan: SampleSizePlan, question: TwoRates, first: Arm, second: Arm) -> dict[str, Question]:
    """Return the comparison in each scenario whose rates, as rounded, differ."""
    found: dict[str, Question] = {}
    for scenario in plan.scenarios:
        rates = {rate.arm: rate.value or 0.0 for rate in scenario.rates}
        p1, p2 = rates[first.id], rates[second.id]
        found.setdefault(f"{percent(p1, 0)} against {percent(p2, 0)}", replace(question, p1=p1, p2=p2))
    return found


def _scenarios(
    plan: SampleSizePlan, question: TwoRates, planned: tuple[int, int], first: Arm, second: Arm
) -> list[ScenarioPower]:
    found = []
    for scenario in plan.scenarios:
        rates = {rate.arm: rate for rate in scenario.rates}
        p1, p2 = rates[first.id].value or 0.0, rates[second.id].value or 0.0
        there = replace(question, p1=p1, p2=p2)
        found.append(
            ScenarioPower(
                name=scenario.name,
                rates=f"{_in_words(rates[first.id], first)}, {_in_words(rates[second.id], second)}",
                source=scenario.source,
                rows=tuple(there.powers(*planned)),
                needed=_needed(there),
            )
        )
    return found


def _needed(question: TwoRates) -> SizeRow:
    effect = question.p1 - question.p2 - question.margin
    against = {"two-sided": effect == 0, "greater": effect <= 0, "less": effect >= 0}[question.alternative]
    if against:
        return SizeRow(key="none", label="no size", n1=None, n2=None, note="no such difference there")
    return replace(question, tests=question.tests[:1]).sizes()[0]


def _in_words(rate: AssumedRate, arm: Arm) -> str:
    counted = f" ({rate.events} of {rate.of})" if rate.events is not None else ""
    return f"{share(rate.value or 0.0)}{counted} {arm.label}"
