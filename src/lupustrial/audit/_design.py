"""Audit of a published sample size: which rates it assumes, and what power it has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lupustrial import stats
from lupustrial.audit._claims import Claim
from lupustrial.errors import StatisticsError

PER_GROUP = re.compile(r"(\d+)\s+(?:\w+\s+)?(?:per|in each|a)\s+(?:group|arm)")
POWER = re.compile(r"(\d+(?:\.\d+)?)\s*%\s+power")
LEVEL = re.compile(r"two-sided\s+(?:p\s*=\s*|alpha\s*=?\s*)?(0?\.\d+)")
FIRST_RATES = (0.95, 0.9, 0.8, 0.7, 0.6)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
    n1: int
    n2: int
    power: float | None
    alpha: float
    parsed: bool


def _number(pattern: re.Pattern[str], text: str) -> float | None:
    found = pattern.search(text)
    return float(found[1]) if found else None


def _plan(claim: Claim, alpha: float) -> _Plan | None:
    """Take the plan from the columns, and what they lack from the description."""
    size = _number(PER_GROUP, claim.description)
    n1 = claim.group1.n or round(size or 0)
    if n1 < 1:
        return None
    percent = _number(POWER, claim.description)
    power = claim.power if claim.power is not None else (percent or 0) / 100
    level = claim.alpha if claim.alpha is not None else _number(LEVEL, claim.description)
    return _Plan(
        n1=n1,
        n2=claim.group2.n or n1,
        power=power if 0 < power < 1 else None,
        alpha=level if level is not None and 0 < level < 1 else alpha,
        parsed=claim.group1.n is None or (claim.power is None and percent is not None),
    )


def _powers(plan: _Plan, p1: float, p2: float) -> str:
    """Return the exact power in words, or that the sizes are too large to enumerate."""
    powers = {}
    for test in ("pearson", "fisher"):
        try:
            powers[test] = stats.power_two_proportions(
                p1=p1, p2=p2, n1=plan.n1, n2=plan.n2, alpha=plan.alpha, test=test
            )
        except StatisticsError:
            continue
    if not powers:
        return "a power that was not computed (groups too large to enumerate)"
    fisher = f"; Fisher {powers['fisher']:.0%}" if "fisher" in powers else ""
    return f"{powers['pearson']:.0%} power (Pearson, exact{fisher})"


def judge_design(claim: Claim, claims: Sequence[Claim], *, alpha: float) -> tuple[str, tuple[str, ...]]:
    """Judge a sample size.

    Returns:
        The conclusion, and remarks on where its figures come from. The conclusion is empty where the claim
        gives no size per group.
    """
    plan = _plan(claim, alpha)
    if plan is None:
        return "", ()
    size = f"{plan.n1} per group" if plan.n1 == plan.n2 else f"{plan.n1} v {plan.n2}"
    sentences, remarks = [], []
    if plan.parsed:
        remarks.append("size, power and level are read from the description")
    if claim.rate1 is not None and claim.rate2 is not None:
        power = _powers(plan, claim.rate1, claim.rate2)
        sentences.append(f"{size} at {claim.rate1:.0%} v {claim.rate2:.0%} has {power}.")
    elif plan.power is not None and plan.n1 == plan.n2:
        sentences.append(_assumed(plan, claim.rate1, size))
    seen = next((c for c in claims if c.design == "between-arm" and c.has_counts), None)
    if seen is not None:
        sentences.append(_at_rates_seen(plan, seen, size, alpha))
    return " ".join(sentences), tuple(remarks)


def _assumed(plan: _Plan, rate1: float | None, size: str) -> str:
    """Say which second rate the stated power needs, by the normal approximation for Pearson's test."""
    power = plan.power or 0.0
    pairs = []
    for p1 in (rate1,) if rate1 is not None else FIRST_RATES:
        p2 = stats.detectable_rate(p1=p1, n=plan.n1, power=power, alpha=plan.alpha)
        if p2 is not None:
            pairs.append((p1, p2))
    if not pairs:
        return f"{size} has not {power:.0%} power at any rates tried."
    rates = ", ".join(f"{p1:.0%} v {p2:.0%}" for p1, p2 in pairs)
    exact = ""
    if len(pairs) == 1:
        exact = f"; there it has {_powers(plan, *pairs[0])}"
    return f"{power:.0%} power with {size} at two-sided {plan.alpha:g} needs rates such as {rates}{exact}."


def _at_rates_seen(plan: _Plan, seen: Claim, size: str, alpha: float) -> str:
    x1, n1 = seen.group1.x or 0, seen.group1.n or 1
    x2, n2 = seen.group2.x or 0, seen.group2.n or 1
    then = _powers(plan, x1 / n1, x2 / n2)
    real = _powers(_Plan(n1=n1, n2=n2, power=None, alpha=alpha, parsed=False), x1 / n1, x2 / n2)
    where = f"{seen.id}, {x1}/{n1} v {x2}/{n2}"
    return (
        f"At the rates of the paper's first comparison ({where}) {size} has {then}; {n1} v {n2} has {real}."
    )
