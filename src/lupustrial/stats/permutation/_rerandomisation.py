"""Re-randomisation tests: p by the trial's own method of allocation (permutation.md, eq. 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from lupustrial.errors import StatisticsError
from lupustrial.stats._arguments import Values, checked_values, refuse
from lupustrial.stats.permutation._allocations import blocks
from lupustrial.stats.permutation._p_value import check_draws, checked_question, result_of
from lupustrial.stats.permutation._permutation import (
    Assignment,
    Statistic,
    checked_assignment,
    statistics_of,
)
from lupustrial.stats.permutation._result import PermutationTest
from lupustrial.stats.permutation._statistics import STATISTICS
from lupustrial.stats.ranks._strata import Labels

Generator = Callable[[np.random.Generator], Labels]


def rerandomisation_test(
    values: Values,
    assignment: Labels,
    generate: Generator,
    *,
    seed: int,
    draws: int = 9999,
    statistic: Statistic = "mean_difference",
    alternative: str = "two-sided",
    two_sided: str = "absolute",
    confidence_level: float = 0.95,
) -> PermutationTest:
    """Compare groups by running the trial's own allocation again with other random numbers.

    Whatever was used (permuted blocks, minimisation, a biased coin, an adaptive rule), ``generate`` must run
    it for the same participants in the same order with the same strata. The values stay as they are: under
    the hypothesis that treatment changes nobody's value they would have been the same.

    Args:
        values: Values of all participants, shape (n,), none missing, in the order of ``assignment``.
        assignment: Group of each, as for `permutation_test`.
        generate: Takes a `numpy.random.Generator` and returns a new assignment, shape (n,), of the same kind
            as ``assignment``. Group sizes may differ from draw to draw.
        seed: Seed of the draws; the same seed gives the same p.
        draws: Number of allocations drawn.
        statistic: As for `permutation_test`.
        alternative: As for `permutation_test`.
        two_sided: As for `permutation_test`. Where chances are not equal (an unequal ratio with minimisation,
            say) the statistic need not be centred on zero: use ``"doubled"``.
        confidence_level: Of the interval for the p that infinitely many draws would give.

    Returns:
        Statistic and p = (b + 1) / (draws + 1). Draws for which the statistic has no value (an empty group)
        count as extreme and are noted.

    Raises:
        StatisticsError: As `permutation_test`; a generator whose assignments do not fit, or that always gives
            the same one (STAT-003, STAT-002, STAT-004).
    """
    (array,) = checked_values(least=2, values=values)
    named = isinstance(statistic, str)
    labels = checked_assignment(assignment, array.size, named=named)
    question = checked_question(
        statistic,
        tuple(STATISTICS),
        alternative=alternative,
        two_sided=two_sided,
        confidence_level=confidence_level,
    )
    used = check_draws(draws, seed)
    rng = np.random.default_rng(used)
    parts, fixed = [], True
    for rows in _generated(generate, rng, draws, array.size, named=named):
        fixed = fixed and bool((rows == labels).all())
        parts.append(statistics_of(statistic, array, rows))
    if fixed:
        raise _always_the_same()
    seen = float(statistics_of(statistic, array, labels[None, :])[0])
    return result_of(question, method="rerandomisation", seen=seen, others=np.concatenate(parts), seed=used)


def _generated(
    generate: Generator, rng: np.random.Generator, draws: int, n: int, *, named: bool
) -> Iterator[Assignment]:
    """Give the allocations drawn, checked, in blocks of rows."""
    for block in blocks(draws, n):
        yield np.stack([_checked(generate(rng), n, named=named) for _ in block])


def _checked(drawn: Labels, n: int, *, named: bool) -> Assignment:
    try:
        return checked_assignment(drawn, n, named=named)
    except StatisticsError as error:
        faults = [(fault.id, f"what generate gave: {fault.message}") for fault in error.faults]
        raise refuse(*faults[0], "generate", "give one label a participant, as in assignment") from None


def _always_the_same() -> StatisticsError:
    message = "every draw is the assignment of the trial itself"
    return refuse("STAT-004", message, "generate", "let it draw from the random generator that it is given")
