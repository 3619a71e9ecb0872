"""One proportion against a fixed rate, exactly (docs/methods/power.md, eq. 12, 13)."""

from __future__ import annotations

import numpy as np
from scipy import special

from lupustrial.stats._arguments import ALTERNATIVES, check_choice, check_probabilities, refuse
from lupustrial.stats.power._checks import check_direction, check_plan, check_rates, check_sizes
from lupustrial.stats.power._enumerated import binomial
from lupustrial.stats.power._results import ExactSampleSize
from lupustrial.stats.power._search import ALL_UP_TO, LOWEST_PART, design, search

TESTS = ("exact", "score")
LARGEST = 20_000


def power_one_proportion(
    *,
    p: float,
    null: float,
    n: int,
    alpha: float = 0.05,
    test: str = "exact",
    alternative: str = "two-sided",
) -> float:
    """Return the exact power of a test of one proportion against a fixed rate (power.md, eq. 12).

    Args:
        p: True rate, 0 to 1.
        null: Rate under the null hypothesis, between 0 and 1.
        n: Participants.
        alpha: Level, two-sided where ``alternative`` is; a count is significant when p < alpha.
        test: ``"exact"`` (binomial; two-sided is twice the smaller tail, as in Clopper-Pearson) or
            ``"score"`` (normal z with the variance under the null hypothesis).
        alternative: ``"two-sided"``, ``"greater"`` or ``"less"``.

    Raises:
        StatisticsError: A size below 1 (STAT-001), an unknown option (STAT-006), a value out of range
            (STAT-007), more than 20,000 participants (STAT-008).
    """
    check_choice("test", test, TESTS)
    check_choice("alternative", alternative, ALTERNATIVES)
    check_probabilities(null=null, alpha=alpha)
    check_rates(p=p)
    check_sizes(n=n)
    if n > LARGEST:
        raise refuse("STAT-008", f"{n} participants", "n", f"give at most {LARGEST}")
    x = np.arange(n + 1.0)
    if test == "score":
        z = (x - n * null) / np.sqrt(n * null * (1 - null))
        above, below = special.ndtr(-z), special.ndtr(z)
    else:
        above, below = special.bdtrc(x - 1, n, null), special.bdtr(x, n, null)
        above[0] = 1.0
    tails = {"greater": above, "less": below, "two-sided": 2 * np.minimum(above, below)}
    return min(1.0, float(binomial(n, np.array(p)) @ (tails[alternative] < alpha)))


def _normal(p: float, null: float, *, power: float, alpha: float) -> float:
    width = special.ndtri(power) * np.sqrt(p * (1 - p)) - special.ndtri(alpha) * np.sqrt(null * (1 - null))
    return float((width / (p - null)) ** 2)


def sample_size_one_proportion(
    *,
    p: float,
    null: float,
    power: float = 0.8,
    alpha: float = 0.05,
    test: str = "exact",
    alternative: str = "two-sided",
    dropout: float = 0.0,
) -> ExactSampleSize:
    """Return the sizes at which a test of one proportion has the power exactly (power.md, eq. 13).

    Arguments are as for `power_one_proportion`; the result as of `exact_sample_size_two_proportions`, with
    ``n2 = 0``.

    Raises:
        StatisticsError: As for `power_one_proportion`; no effect, or one on the side that is not tested
            (STAT-007).
    """
    check_plan(power=power, alpha=alpha, ratio=1.0, alternative=alternative, dropout=dropout)
    check_probabilities(p=p, null=null)
    check_direction(p - null, alternative, "p, null")

    def power_of(n: int, _: int) -> float:
        return power_one_proportion(p=p, null=null, n=n, alpha=alpha, test=test, alternative=alternative)

    about = _normal(p, null, power=power, alpha=alpha / (2 if alternative == "two-sided" else 1))
    found = None
    if about <= LARGEST:
        least = 1 if about <= ALL_UP_TO else int(LOWEST_PART * about)
        found = search(((n, 0) for n in range(least, LARGEST + 1)), power_of, power)
    if found is None:
        message = f"more than {LARGEST} participants, where enumeration ends"
        raise refuse("STAT-008", message, "p, null, power", "assume a larger effect")
    smallest, lasting, last = (design(one, dropout) for one in found)
    return ExactSampleSize(
        test=test,
        smallest=smallest,
        lasting=lasting,
        searched_to=last,
        power=power,
        alpha=alpha,
        alternative=alternative,
        ratio=1.0,
        dropout=dropout,
    )
