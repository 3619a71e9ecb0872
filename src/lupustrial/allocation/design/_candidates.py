"""The designs that are compared: that of the study, and what a statistician would weigh against it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from lupustrial.allocation.design._plan import Plan
from lupustrial.allocation.methods import Method, method_of
from lupustrial.study import Randomisation

_MULTIPLES = (1, 2, 3, 4)  # of the sum of the ratio: block sizes
_STICKS = (2, 3)
_COINS = (Decimal("0.67"), Decimal("0.8"))
_COIN_OF_MINIMISATION = Decimal("0.8")
_LARGEST_BLOCK = 24


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A design to simulate.

    Attributes:
        name: What tables call it.
        method: The method.
        strata: Places of the plan's factors whose combinations have a list of their own.
        margins: Places of those that minimisation balances.
        actual: Whether it is the study's own.
    """

    name: str
    method: Method
    strata: tuple[int, ...]
    margins: tuple[int, ...] = ()
    actual: bool = False


def candidates(plan: Plan) -> list[Candidate]:
    """Return the study's design first, then alternatives with the same ratio and the same factors."""
    rule = plan.rule
    own = _candidate(plan, rule, actual=True)
    others = [_candidate(plan, other) for other in _alternatives(plan)]
    if plan.strata and rule.method == "permuted_blocks":
        unstratified = _candidate(plan, rule)
        others.append(replace(unstratified, name=f"{unstratified.name}, without strata", strata=()))
    return [own, *(other for other in others if other.name != own.name)]


def _alternatives(plan: Plan) -> list[Randomisation]:
    base = Randomisation(
        method="complete", ratio=plan.rule.ratio, strata=plan.rule.strata, by_site=plan.rule.by_site
    )
    total = sum(base.ratio.values())
    sizes = [total * k for k in _MULTIPLES if total * k <= min(_LARGEST_BLOCK, plan.participants)] or [total]
    found = [base]
    found += [replace(base, method="permuted_blocks", block_sizes=(size,)) for size in sizes]
    found += [
        replace(base, method="permuted_blocks", block_sizes=tuple(sizes[1:end]))
        for end in (3, 4)
        if sizes[2:end]
    ]
    found = list({describe(rule): rule for rule in found}.values())
    if len(base.ratio) > 1:
        found += [replace(base, method="big_stick", maximum_imbalance=limit) for limit in _STICKS]
        found += [replace(base, method="biased_coin", probability=p) for p in _COINS]
        if len(set(base.ratio.values())) == 1:
            found.append(replace(base, method="urn", urn_start=1, urn_added=1))
        if plan.strata:
            found.append(
                replace(base, method="minimisation", probability=_COIN_OF_MINIMISATION, imbalance="range")
            )
    return found


def _candidate(plan: Plan, rule: Randomisation, *, actual: bool = False) -> Candidate:
    minimised = rule.method == "minimisation"
    return Candidate(
        name=describe(rule),
        method=method_of(rule),
        strata=() if minimised else plan.strata,
        margins=plan.strata if minimised else (),
        actual=actual,
    )


def describe(rule: Randomisation) -> str:
    """Return what a statistician calls a method with its parameters."""
    match rule.method:
        case "permuted_blocks":
            sizes = [str(size) for size in rule.block_sizes]
            return f"Blocks of {' or '.join(filter(None, (', '.join(sizes[:-1]), sizes[-1])))}"
        case "biased_coin":
            return f"Biased coin, {rule.probability}"
        case "big_stick":
            return f"Big stick, {rule.maximum_imbalance}"
        case "urn":
            return f"Urn UD({rule.urn_start}, {rule.urn_added})"
        case "minimisation":
            return f"Minimisation, {rule.probability}, {rule.imbalance}"
    return "Complete"
