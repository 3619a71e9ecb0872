"""Permutation test of changes within participants, by their signs (permutation.md, eq. 10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from lupustrial.stats._arguments import Floats, Values, checked_values
from lupustrial.stats._rank_distributions import midranks
from lupustrial.stats.permutation._allocations import blocks
from lupustrial.stats.permutation._p_value import check_draws, checked_question, chosen_method, result_of
from lupustrial.stats.permutation._result import PermutationTest

CHANGES = ("mean", "signed_rank")


def sign_flip_test(
    changes: Values,
    *,
    statistic: str | Callable[[Floats], float] = "mean",
    method: str = "auto",
    draws: int = 9999,
    seed: int | None = None,
    alternative: str = "two-sided",
    two_sided: str = "absolute",
    confidence_level: float = 0.95,
) -> PermutationTest:
    """Test whether changes are symmetric about zero by turning their signs, every way or at random.

    Args:
        changes: After minus before, shape (n,), at least 1 value, none missing; zeros stay.
        statistic: ``"mean"``, ``"signed_rank"`` (sum of signed ranks, zeros ranked too, as Pratt) or a
            function of the changes that gives one number.
        method: ``"exact"`` enumerates all 2^n signs, ``"monte_carlo"`` draws some, ``"auto"`` enumerates up
            to 100,000.
        draws: As for `permutation_test`.
        seed: As for `permutation_test`.
        alternative: As for `permutation_test`.
        two_sided: As for `permutation_test`.
        confidence_level: As for `permutation_test`.

    Returns:
        As `permutation_test`.

    Raises:
        StatisticsError: As `permutation_test`.
    """
    (array,) = checked_values(least=1, changes=changes)
    question = checked_question(
        statistic,
        CHANGES,
        alternative=alternative,
        two_sided=two_sided,
        confidence_level=confidence_level,
    )
    how = chosen_method(method, 2**array.size)
    used = None if how == "exact" else check_draws(draws, seed)
    batches = _every_sign(array.size) if used is None else _some_signs(array.size, draws, used)
    others = np.concatenate([_statistics(statistic, array, signs) for signs in batches])
    seen = float(_statistics(statistic, array, np.ones((1, array.size)))[0])
    return result_of(question, method=f"sign_flip_{how}", seen=seen, others=others, seed=used)


def _every_sign(n: int) -> Iterator[Floats]:
    for block in blocks(2**n, n):
        index = np.arange(block.start, block.stop)
        yield np.asarray(1.0 - 2.0 * ((index[:, None] >> np.arange(n)) & 1), dtype=np.float64)


def _some_signs(n: int, draws: int, seed: int) -> Iterator[Floats]:
    rng = np.random.default_rng(seed)
    for block in blocks(draws, n):
        signs = rng.integers(0, 2, size=(len(block), n))
        yield np.asarray(1.0 - 2.0 * signs, dtype=np.float64)


def _statistics(statistic: str | Callable[[Floats], float], changes: Floats, signs: Floats) -> Floats:
    """Return the statistic of the changes with each row of signs."""
    if statistic == "mean":
        return np.asarray(signs @ changes / changes.size)
    if isinstance(statistic, str):
        ranks = np.sign(changes) * midranks(np.abs(changes))
        return np.asarray(signs @ ranks)
    return np.array([float(statistic(row * changes)) for row in signs])
