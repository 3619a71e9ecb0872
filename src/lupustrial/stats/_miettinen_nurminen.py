"""Score intervals of Miettinen and Nurminen (1985), for one table or many (intervals.md, eq. 7-10)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import (
    Counts,
    Floats,
    Table,
    check_choice,
    checked_table,
    checked_tables,
    refuse,
)
from lupustrial.stats._one_proportion import normal_quantile
from lupustrial.stats._results import Estimate, Estimates
from lupustrial.stats._roots import falling_roots
from lupustrial.stats._score_functions import MEASURES, SCORES, Score

#: x1, n1, x2, n2 as arrays.
Columns = tuple[Floats, Floats, Floats, Floats]


def columns(table: Table) -> Columns:
    """Return the counts of one table as arrays of length 1."""
    x1, n1, x2, n2 = (np.array([float(count)]) for count in (table.x1, table.n1, table.x2, table.n2))
    return x1, n1, x2, n2


def sample_measure(x1: Floats, n1: Floats, x2: Floats, n2: Floats, measure: str) -> Floats:
    """Return the sample difference, ratio or odds ratio; infinite over 0, NaN for 0/0."""
    if measure == "risk difference":
        return np.asarray(x1 / n1 - x2 / n2)
    above, below = x1 * n2, x2 * n1
    if measure == "odds ratio":
        above, below = x1 * (n2 - x2), x2 * (n1 - x1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(above / below)


def defined_measure(x1: Floats, n1: Floats, x2: Floats, n2: Floats, measure: str) -> Floats:
    """Return the sample measure of every table, or raise naming the first that is 0/0 (STAT-005)."""
    estimates = sample_measure(x1, n1, x2, n2, measure)
    undefined = np.flatnonzero(np.isnan(estimates))
    if undefined.size:
        at = undefined[0]
        table = f"{x1.flat[at]:.0f}/{n1.flat[at]:.0f} v {x2.flat[at]:.0f}/{n2.flat[at]:.0f}"
        more = f" (table {at}; {undefined.size} of {estimates.size} tables)" if estimates.size > 1 else ""
        message = f"{table}: the {measure} is 0/0{more}"
        raise refuse("STAT-005", message, "x1, x2", "report the risk difference")
    return estimates


def score_limits(
    counts: Columns,
    estimates: Floats,
    score: Score,
    z: Floats,
    *,
    ratio: bool,
) -> tuple[Floats, Floats]:
    """Return where the score meets ``z`` and ``-z`` on either side of the estimates, all one-dimensional.

    Ratios are sought as v / (1 + v) in [0, 1]; an estimate at an end of the range is its own limit.
    """
    first, last = (0.0, 1.0) if ratio else (-1.0, 1.0)
    at = _share_of_one(estimates) if ratio else estimates
    # the lower and the upper limits of all tables are sought together
    low, high = np.concatenate([np.full(at.shape, first), at]), np.concatenate([at, np.full(at.shape, last)])
    target, table = np.concatenate([z, -z]), np.tile(np.arange(at.size), 2)
    limits, sought = low.copy(), np.flatnonzero(low < high)

    def excess(places: NDArray[np.intp], points: Floats) -> Floats:
        chosen = sought[places]
        values = points / (1 - points) if ratio else points
        x1, n1, x2, n2 = (count[table[chosen]] for count in counts)
        return np.asarray(score(x1, n1, x2, n2, values) - target[chosen])

    limits[sought] = falling_roots(excess, low[sought], high[sought])
    if ratio:
        with np.errstate(divide="ignore"):
            limits = limits / (1 - limits)
    return limits[: at.size], limits[at.size :]


def _share_of_one(ratios: Floats) -> Floats:
    return np.where(np.isinf(ratios), 1.0, ratios / (1 + np.where(np.isinf(ratios), 0.0, ratios)))


def _limits(
    counts: Columns, measure: str, confidence_level: float, *, variance_correction: bool
) -> tuple[Floats, Floats, Floats]:
    x1, n1, x2, n2 = counts
    z = np.full(x1.shape, normal_quantile(confidence_level))
    if variance_correction:
        z = z * np.sqrt((n1 + n2) / (n1 + n2 - 1))
    estimates = defined_measure(x1, n1, x2, n2, measure)
    ratio = measure != "risk difference"
    lower, upper = score_limits((x1, n1, x2, n2), estimates, SCORES[measure], z, ratio=ratio)
    return estimates, lower, upper


def miettinen_nurminen(
    *,
    x1: int,
    n1: int,
    x2: int,
    n2: int,
    measure: str = "risk difference",
    confidence_level: float = 0.95,
    variance_correction: bool = True,
) -> Estimate:
    """Estimate a difference, ratio or odds ratio with the score interval of Miettinen and Nurminen.

    The interval agrees with the score test: it excludes no difference exactly when the (N-1) chi-square
    (Pearson's, without ``variance_correction``) is significant at 1 - ``confidence_level``. Equations 7-10 of
    intervals.md.

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        measure: ``"risk difference"``, ``"risk ratio"`` or ``"odds ratio"``, first group against second.
        confidence_level: Nominal coverage.
        variance_correction: Multiply the variance by N/(N-1), as Miettinen and Nurminen do; without it the
            interval is Mee's (differences) or Koopman's (ratios).

    Returns:
        Estimate and limits; a ratio's upper limit is ``math.inf`` when the second group has no event.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), a ratio that is 0/0 (STAT-005), unknown measure
            (STAT-006), level outside (0, 1) (STAT-007).
    """
    check_choice("measure", measure, MEASURES)
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    found = _limits(columns(table), measure, confidence_level, variance_correction=variance_correction)
    estimate, lower, upper = (float(values[0]) for values in found)
    return Estimate(
        method="miettinen_nurminen" if variance_correction else "mee",
        measure=measure,
        estimate=estimate,
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
    )


def miettinen_nurminen_many(
    *,
    x1: Counts,
    n1: Counts,
    x2: Counts,
    n2: Counts,
    measure: str = "risk difference",
    confidence_level: float = 0.95,
    variance_correction: bool = True,
) -> Estimates:
    """Estimate many tables at once; every number is the one that `miettinen_nurminen` gives for its table.

    Args:
        x1: Events in the first group: whole numbers, an array of any shape or one number.
        n1: Participants in the first group; the four are broadcast against each other.
        x2: Events in the second group.
        n2: Participants in the second group.
        measure: As for `miettinen_nurminen`; likewise the other options.
        confidence_level: Nominal coverage.
        variance_correction: Multiply the variance by N/(N-1).

    Returns:
        Arrays of the common shape; no tables give empty arrays.

    Raises:
        StatisticsError: Counts that do not fit or shapes that do not (STAT-001), a ratio that is 0/0 in any
            table (STAT-005, with the place of the first in reading order), unknown measure (STAT-006), level
            outside (0, 1) (STAT-007).
    """
    check_choice("measure", measure, MEASURES)
    counts = checked_tables(x1=x1, n1=n1, x2=x2, n2=n2)
    first, all1, second, all2 = (count.ravel() for count in counts)
    flat = first, all1, second, all2
    found = _limits(flat, measure, confidence_level, variance_correction=variance_correction)
    estimate, lower, upper = (values.reshape(counts[0].shape) for values in found)
    return Estimates(
        method="miettinen_nurminen" if variance_correction else "mee",
        measure=measure,
        estimate=estimate,
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
    )
