"""From the study's words to a method, and from a method to the list of a stratum."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from lupustrial.allocation.methods._blocks import PermutedBlocks
from lupustrial.allocation.methods._coin import BiasedCoin
from lupustrial.allocation.methods._method import Method, unfit
from lupustrial.allocation.methods._minimisation import Imbalance, Margin, Minimisation
from lupustrial.allocation.methods._simple import BigStick, Complete, Urn
from lupustrial.allocation.methods._stream import Stream
from lupustrial.errors import AllocationError, Fault
from lupustrial.study import Randomisation

T = TypeVar("T")

SITE = "site"  # the margin that the site is, with `by_site`
POOL = "all"  # the stratum where there is no factor, and the pool of minimisation


def method_of(randomisation: Randomisation, sites: Sequence[str] | None = None) -> Method:
    """Return the method that a study declares.

    Args:
        randomisation: What ``study.yaml`` says.
        sites: Sites that minimisation accepts; None: any.

    Raises:
        AllocationError: ALLOC-001, the method allocates nobody; ALLOC-006, a parameter is missing or
            cannot be used.
    """
    rule = randomisation
    arms, ratio = tuple(rule.ratio), tuple(rule.ratio.values())
    match rule.method:
        case "complete":
            return Complete(arms=arms, ratio=ratio)
        case "permuted_blocks":
            return PermutedBlocks(arms=arms, ratio=ratio, block_sizes=rule.block_sizes)
        case "biased_coin":
            return BiasedCoin(arms=arms, ratio=ratio, probability=_exact(rule.probability))
        case "big_stick":
            limit = _given(rule.maximum_imbalance, "maximum_imbalance")
            return BigStick(arms=arms, ratio=ratio, maximum_imbalance=limit)
        case "urn":
            start, added = _given(rule.urn_start, "urn_start"), _given(rule.urn_added, "urn_added")
            return Urn(arms=arms, ratio=ratio, urn_start=start, urn_added=added)
        case "minimisation":
            return _minimisation(rule, sites)
    raise AllocationError(
        Fault(
            id="ALLOC-001",
            message=f"the method `{rule.method}` allocates nobody",
            place="study.yaml, randomisation.method",
            hint="docs/allocation/methods.md lists the methods",
        )
    )


def allocate_list(randomisation: Randomisation, seed: bytes, stratum: str, length: int) -> tuple[str, ...]:
    """Return the arms of the first ``length`` slots of a stratum, by the public algorithm.

    Args:
        randomisation: What ``study.yaml`` says; any method but minimisation.
        seed: 32 bytes, secret until the list is revealed.
        stratum: Id of the stratum, as `strata_of` gives it.
        length: Number of slots, from 0. A shorter list is the beginning of a longer one.

    Raises:
        AllocationError: ALLOC-001, the method makes no list; ALLOC-003, the seed cannot be used;
            ALLOC-006, a parameter or the length cannot be used.
    """
    method = method_of(randomisation)
    if isinstance(method, Minimisation):
        hint = "minimisation allocates one participant after another, from their levels"
        raise AllocationError(
            Fault(id="ALLOC-001", message="minimisation makes no list", place="randomisation", hint=hint)
        )
    if length < 0:
        raise unfit("a list cannot be shorter than 0", "give the number of slots")
    state, stream = method.start(), Stream(seed, list_label(stratum))
    return tuple(state.choose(stream) for _ in range(length))


def list_label(stratum: str) -> str:
    """Return the label of the stream from which the arms of a stratum are drawn."""
    return f"list/{stratum}"


def _minimisation(rule: Randomisation, sites: Sequence[str] | None) -> Minimisation:
    margins = [
        Margin(id=factor.id, weight=factor.weight, levels=tuple(level.id for level in factor.levels))
        for factor in rule.strata
    ]
    if rule.by_site:
        margins.append(Margin(id=SITE, levels=None if sites is None else tuple(sites)))
    imbalance: Imbalance = _given(rule.imbalance, "imbalance")
    return Minimisation(
        arms=tuple(rule.ratio),
        ratio=tuple(rule.ratio.values()),
        probability=_exact(rule.probability),
        imbalance=imbalance,
        margins=tuple(margins),
    )


def _exact(probability: Decimal | None) -> Fraction:
    if probability is None or not probability.is_finite():
        raise unfit("`probability` is not given", "write a decimal number, e.g. 0.8")
    return Fraction(probability)


def _given(value: T | None, key: str) -> T:
    if value is None:
        raise unfit(f"`{key}` is not given", "docs/allocation/methods.md tells what it means")
    return value
