"""The assumptions of the sample size name the arms, and fit the test."""

from __future__ import annotations

from decimal import Decimal

from lupustrial.study._assumptions import AssumedRate, SampleSizePlan
from lupustrial.study._inspection import Inspection, Path

#: Keys that each test needs; all other tests are of two rates.
NEEDS = {
    "t": ("difference", "sd"),
    "ancova": ("difference", "sd", "correlation"),
    "mann_whitney": ("win_probability",),
}
EFFECTS = ("rates", "difference", "sd", "correlation", "win_probability")
ROOT: Path = ("sample_size",)
PAIR = 2
HALF = Decimal("0.5")


def check_sample_size(inspection: Inspection) -> None:
    """STUDY-100 to STUDY-102."""
    plan = inspection.study.sample_size
    if plan is None or inspection.doubtful("sample_size"):
        return
    _check_values(inspection, plan)
    needed = NEEDS.get(plan.test, ("rates",))
    for key in EFFECTS:
        given = getattr(plan, key) not in (None, ())
        if key in needed and not given:
            message = f"the test `{plan.test}` needs `{key}`"
            inspection.error("STUDY-101", ROOT, message, f"add `{key}:`")
        if given and key not in needed:
            message = f"the test `{plan.test}` has no use for `{key}`"
            inspection.error("STUDY-101", (*ROOT, key), message, f"it needs {', '.join(needed)}")
    if plan.rates:
        _check_rates(inspection, (*ROOT, "rates"), plan.rates, open_allowed=plan.stated is not None)
    for place, scenario in enumerate(plan.scenarios):
        path = (*ROOT, "scenarios", place, "rates")
        _check_rates(inspection, path, scenario.rates, open_allowed=False)


def _check_values(inspection: Inspection, plan: SampleSizePlan) -> None:
    wrong = {
        "power": not plan.alpha < plan.power < 1,
        "alpha": not 0 < plan.alpha < 1,
        "dropout": not 0 <= plan.dropout < 1,
        "margin": not -1 < plan.margin < 1,
        "stated": plan.stated is not None and plan.stated < PAIR,
        "difference": plan.difference == 0,
        "sd": plan.sd is not None and plan.sd <= 0,
        "correlation": plan.correlation is not None and not -1 < plan.correlation < 1,
        "win_probability": plan.win_probability is not None
        and not (0 < plan.win_probability < 1 and plan.win_probability != HALF),
    }
    for key, at_fault in wrong.items():
        if at_fault:
            message = f"`{key}` is {getattr(plan, key)}, for which no sample size exists"
            inspection.error("STUDY-102", (*ROOT, key), message, "see docs/study-folder.md for its range")
    if plan.margin and plan.test != "farrington_manning":
        hint = "use `test: farrington_manning`, or leave `margin` out"
        inspection.error("STUDY-101", (*ROOT, "margin"), f"`{plan.test}` is a test of equal rates", hint)


def _check_rates(
    inspection: Inspection, path: Path, rates: tuple[AssumedRate, ...], *, open_allowed: bool
) -> None:
    arms = [arm.id for arm in inspection.study.arms]
    for place, rate in enumerate(rates):
        inspection.refer("STUDY-100", (*path, place, "arm"), rate.arm, arms, "arms")
        _check_rate(inspection, (*path, place), rate, open_allowed=open_allowed)
    named = [rate.arm for rate in rates]
    references = [arm.id for arm in inspection.study.arms if arm.reference]
    if not references or inspection.doubtful("arms"):
        return  # which is said where the arms are
    if len(set(named)) != PAIR or len(named) != PAIR or not set(references) & set(named):
        hint = "give the rate of one arm and of the reference"
        inspection.error("STUDY-100", path, f"rates of {', '.join(named) or 'no arm'}", hint)
    elif sum(_is_open(rate) for rate in rates) > 1:
        hint = "give a rate for at least one arm"
        inspection.error("STUDY-102", path, "no rate is known", hint)


def _is_open(rate: AssumedRate) -> bool:
    return rate.rate is None and rate.events is None and rate.of is None


def _check_rate(inspection: Inspection, path: Path, rate: AssumedRate, *, open_allowed: bool) -> None:
    if _is_open(rate):
        if not open_allowed:
            hint = "give `rate`, or `events` and `of`; or `stated`, from which it is derived"
            inspection.error("STUDY-102", path, f"the rate of {rate.arm} is not given", hint)
        return
    counts = [count for count in (rate.events, rate.of) if count is not None]
    if len(counts) != (PAIR if rate.rate is None else 0):
        hint = "give either `rate`, or both `events` and `of`"
        inspection.error("STUDY-102", path, f"the rate of {rate.arm} is not one number", hint)
    elif not 0 < (rate.value or 0) < 1:
        hint = "give a rate between 0 and 1, both left out"
        inspection.error("STUDY-102", path, f"the rate of {rate.arm} is {rate.value}", hint)
