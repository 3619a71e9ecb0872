"""From the statistics of all allocations to p (permutation.md, eq. 3, 4)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lupustrial.errors import StatisticsError
from lupustrial.stats._arguments import (
    ALTERNATIVES,
    Floats,
    check_choice,
    check_probabilities,
    refuse,
)
from lupustrial.stats._one_proportion import clopper_pearson
from lupustrial.stats.permutation._result import PermutationTest

TWO_SIDED = ("absolute", "doubled")
METHODS = ("auto", "exact", "monte_carlo")
#: Allocations and signs that ``"auto"`` enumerates, and the most that ``"exact"`` does.
ENUMERATED, LARGEST_ENUMERATED = 100_000, 1_000_000
#: Statistics nearer than this part of the largest are tied: sums in another order differ by rounding.
_EQUAL = 1e-10


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked of a permutation test, apart from its data."""

    name: str
    alternative: str
    two_sided: str
    confidence_level: float


def checked_question(
    statistic: object, known: Sequence[str], *, alternative: str, two_sided: str, confidence_level: float
) -> Question:
    """Put the options together, or raise on an unknown one (STAT-006) or a level (STAT-007)."""
    name = "own"
    if isinstance(statistic, str):
        check_choice("statistic", statistic, known)
        name = statistic
    check_choice("alternative", alternative, ALTERNATIVES)
    check_choice("two_sided", two_sided, TWO_SIDED)
    check_probabilities(confidence_level=confidence_level)
    return Question(
        name=name, alternative=alternative, two_sided=two_sided, confidence_level=confidence_level
    )


def check_draws(draws: int, seed: int | None) -> int:
    """Return the seed; raise where draws have none or are none (STAT-007)."""
    if draws < 1:
        raise refuse("STAT-007", f"{draws!r} draws", "draws", "give e.g. 9999")
    if seed is None or seed < 0:
        hint = "give a whole number and keep it with the result: the same seed gives the same p"
        raise refuse("STAT-007", f"a seed of {seed!r} for Monte Carlo draws", "seed", hint)
    return seed


def chosen_method(method: str, count: int) -> str:
    """Return ``"exact"`` or ``"monte_carlo"``; raise where too many would be enumerated (STAT-008)."""
    check_choice("method", method, METHODS)
    if method == "auto":
        return "exact" if count <= ENUMERATED else "monte_carlo"
    if method == "exact" and count > LARGEST_ENUMERATED:
        message = f"{count:.3g} allocations; at most {LARGEST_ENUMERATED} are enumerated"
        raise refuse("STAT-008", message, "method", "use method='monte_carlo' with a seed")
    return method


def undefined(place: str) -> StatisticsError:
    """Make the error for a statistic without a value for the data as they are (STAT-004)."""
    hint = "choose a statistic that is defined for these groups"
    return refuse("STAT-004", "the statistic has no value for the data as they are", place, hint)


def result_of(
    question: Question, *, method: str, seen: float, others: Floats, seed: int | None
) -> PermutationTest:
    """Return p from the statistic seen and those of the other allocations; NaN counts as extreme."""
    if math.isnan(seen):
        raise undefined("statistic")
    sizes = np.abs(np.append(others, seen))
    near = _EQUAL * float(sizes[np.isfinite(sizes)].max(initial=0.0))
    unknown = np.isnan(others)
    up, down = others >= seen - near, others <= seen + near
    factor = 1
    if question.alternative != "two-sided":
        extreme = int(((up if question.alternative == "greater" else down) | unknown).sum())
    elif question.two_sided == "absolute":
        extreme = int(((np.abs(others) >= abs(seen) - near) | unknown).sum())
    else:
        factor, extreme = 2, min(int((up | unknown).sum()), int((down | unknown).sum()))
    return _finished(
        question,
        method=method,
        seen=seen,
        counts=(extreme, others.size, int(unknown.sum())),
        factor=factor,
        seed=seed,
    )


def _finished(
    question: Question,
    *,
    method: str,
    seen: float,
    counts: tuple[int, int, int],
    factor: int,
    seed: int | None,
) -> PermutationTest:
    extreme, total, unknown = counts
    if seed is None:
        p_value = lower = upper = min(1.0, factor * extreme / total)
    else:
        p_value = min(1.0, factor * (extreme + 1) / (total + 1))
        limits = clopper_pearson(x=extreme, n=total, confidence_level=question.confidence_level)
        lower, upper = min(1.0, factor * limits.lower), min(1.0, factor * limits.upper)
    note = f"{unknown} allocations without a value of the statistic count as extreme" if unknown else ""
    return PermutationTest(
        method=method,
        statistic_name=question.name,
        statistic=seen,
        p_value=p_value,
        alternative=question.alternative,
        two_sided=question.two_sided if question.alternative == "two-sided" else "",
        allocations=total,
        as_extreme=extreme,
        lower=lower,
        upper=upper,
        confidence_level=question.confidence_level,
        seed=seed,
        note=note,
    )
