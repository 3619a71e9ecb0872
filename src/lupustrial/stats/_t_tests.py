"""t-tests from data and from summaries; equations in docs/methods/means-and-ranks.md."""

from __future__ import annotations

import math

import numpy as np

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import (
    Floats,
    Values,
    check_choice,
    check_probabilities,
    checked_values,
    refuse,
)
from lupustrial.stats._results import MeanTest
from lupustrial.stats._t_limits import satterthwaite_df, t_limits, t_p_value
from lupustrial.stats._wald import VARIANCES


def _mean_test(
    method: str, *, estimate: float, standard_error: float, df: float, confidence_level: float, n: int
) -> MeanTest:
    """Complete a t-test from estimate, standard error and degrees of freedom (eq. 1)."""
    check_probabilities(confidence_level=confidence_level)
    t = estimate / standard_error
    lower, upper = t_limits(estimate, standard_error, df, confidence_level)
    return MeanTest(
        method=method,
        estimate=estimate,
        standard_error=standard_error,
        statistic=t,
        df=df,
        p_value=t_p_value(t, df),
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
        n=n,
    )


def _constant(place: str) -> StatisticsError:
    hint = "report the values; a t-test needs spread"
    return refuse("STAT-004", "the values do not vary, so the standard error is zero", place, hint)


def t_test(x: Values, y: Values, *, variances: str = "welch", confidence_level: float = 0.95) -> MeanTest:
    """Compare two independent means (means-and-ranks.md, eq. 2, 3).

    Args:
        x: Values of the first group, at least 2, none missing.
        y: Values of the second group, at least 2, none missing.
        variances: ``"welch"`` or ``"pooled"`` (Student).
        confidence_level: Nominal coverage of the interval.

    Returns:
        Mean of x minus mean of y with standard error, t, df, p and interval.

    Raises:
        StatisticsError: Missing values (STAT-002), too few (STAT-003), no variation (STAT-004), unknown
            option (STAT-006), level outside (0, 1) (STAT-007).
    """
    a, b = checked_values(least=2, x=x, y=y)
    return t_test_summary(
        mean1=float(a.mean()),
        sd1=_sd(a),
        n1=a.size,
        mean2=float(b.mean()),
        sd2=_sd(b),
        n2=b.size,
        variances=variances,
        confidence_level=confidence_level,
    )


def _sd(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """Return the standard deviation; exactly 0 for equal values, whose mean may carry rounding."""
    return 0.0 if values.min() == values.max() else float(values.std(ddof=1))


def t_test_summary(
    *,
    mean1: float,
    sd1: float,
    n1: int,
    mean2: float,
    sd2: float,
    n2: int,
    variances: str = "welch",
    confidence_level: float = 0.95,
) -> MeanTest:
    """Compare two independent means from mean, standard deviation and size (means-and-ranks.md, eq. 2, 3).

    Args:
        mean1: Mean of the first group.
        sd1: Standard deviation of the first group, 0 or more.
        n1: Size of the first group, at least 2.
        mean2: Mean of the second group.
        sd2: Standard deviation of the second group.
        n2: Size of the second group, at least 2.
        variances: ``"welch"`` or ``"pooled"``.
        confidence_level: Nominal coverage of the interval.

    Returns:
        As `t_test`.

    Raises:
        StatisticsError: Not finite or a negative deviation (STAT-002), a size below 2 (STAT-003), both
            deviations 0 (STAT-004), unknown option (STAT-006), level outside (0, 1) (STAT-007).
    """
    check_choice("variances", variances, VARIANCES)
    _check_summary(means=(mean1, mean2), sds=(sd1, sd2), sizes=(n1, n2))
    if sd1 == sd2 == 0:
        raise _constant("sd1, sd2")
    parts = (sd1**2 / n1, sd2**2 / n2)
    if variances == "pooled":
        df = float(n1 + n2 - 2)
        variance = ((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / df * (1 / n1 + 1 / n2)
    else:
        variance = sum(parts)
        df = satterthwaite_df(parts[0], n1, parts[1], n2)
    return _mean_test(
        f"t_{variances}",
        estimate=mean1 - mean2,
        standard_error=math.sqrt(variance),
        df=df,
        confidence_level=confidence_level,
        n=n1 + n2,
    )


def _check_summary(*, means: tuple[float, float], sds: tuple[float, float], sizes: tuple[int, int]) -> None:
    faults = []
    for group, (mean, sd, n) in enumerate(zip(means, sds, sizes, strict=True), start=1):
        if not (math.isfinite(mean) and math.isfinite(sd) and sd >= 0):
            message = f"mean {mean!r} with standard deviation {sd!r}"
            hint = "give finite numbers and a standard deviation of 0 or more"
            place = f"mean{group}, sd{group}"
            faults.append(Fault(id="STAT-002", message=message, place=place, hint=hint))
        if n < 2:  # noqa: PLR2004 - a variance needs 2
            message = f"{n} values where a variance needs at least 2"
            faults.append(Fault(id="STAT-003", message=message, place=f"n{group}", hint="report the values"))
    if faults:
        raise StatisticsError(faults)


def one_sample_t(values: Values, *, confidence_level: float = 0.95) -> MeanTest:
    """Test whether a mean (for example of changes from baseline) is zero (means-and-ranks.md, eq. 4).

    Args:
        values: At least 2 values, none missing.
        confidence_level: Nominal coverage of the interval.

    Returns:
        The mean with standard error, t, df = n - 1, p and interval.

    Raises:
        StatisticsError: Missing values (STAT-002), too few (STAT-003), no variation (STAT-004), level outside
            (0, 1) (STAT-007).
    """
    (array,) = checked_values(least=2, values=values)
    return _one_mean("t_one_sample", array, "values", confidence_level)


def paired_t(before: Values, after: Values, *, confidence_level: float = 0.95) -> MeanTest:
    """Test the mean change within participants, after minus before (means-and-ranks.md, eq. 4).

    Args:
        before: First value of each participant, none missing.
        after: Second value of the same participants in the same order, none missing.
        confidence_level: Nominal coverage of the interval.

    Returns:
        Mean change with standard error, t, df = pairs - 1, p and interval.

    Raises:
        StatisticsError: As for `one_sample_t`; different lengths (STAT-003).
    """
    first, second = checked_values(least=2, before=before, after=after)
    if first.size != second.size:
        message = f"{first.size} values before and {second.size} after"
        raise refuse("STAT-003", message, "before, after", "keep only participants who have both")
    return _one_mean("t_paired", second - first, "after - before", confidence_level)


def _one_mean(method: str, values: Floats, name: str, confidence_level: float) -> MeanTest:
    """Test one mean against 0 on n - 1 degrees of freedom; ``name`` says what does not vary."""
    sd = _sd(values)
    if sd == 0:
        raise _constant(name)
    return _mean_test(
        method,
        estimate=float(values.mean()),
        standard_error=sd / math.sqrt(values.size),
        df=float(values.size - 1),
        confidence_level=confidence_level,
        n=values.size,
    )
