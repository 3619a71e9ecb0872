"""What the methods return: frozen records without NaN; what cannot be had is ``None`` or an error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, slots=True)
class HypothesisTest:
    """The result of a test.

    Attributes:
        method: Stable name of the method, e.g. ``"pearson"``.
        p_value: In [0, 1].
        statistic: The test statistic; ``None`` where the method has none (exact tests) or it is 0/0.
        df: Degrees of freedom, where the reference distribution has any.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.
        note: What a reader must know about this result, e.g. that the table is degenerate; usually empty.
    """

    method: str
    p_value: float
    statistic: float | None = None
    df: float | None = None
    alternative: str = "two-sided"
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """An estimate with its confidence interval.

    Attributes:
        method: Stable name of the method, e.g. ``"newcombe"``.
        measure: What is estimated, e.g. ``"risk difference"``; differences are first minus second group.
        estimate: The point estimate; ``math.inf`` where a ratio has a zero below.
        lower: Lower confidence limit.
        upper: Upper confidence limit; ``math.inf`` where the data set no upper bound to a ratio.
        confidence_level: Nominal coverage, e.g. 0.95.
        note: What a reader must know about this result; usually empty.
    """

    method: str
    measure: str
    estimate: float
    lower: float
    upper: float
    confidence_level: float
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Estimates:
    """Estimates of many tables with their confidence intervals, as arrays of one shape.

    Attributes:
        method: Stable name of the method.
        measure: What is estimated.
        estimate: The point estimates; ``inf`` where a ratio has a zero below.
        lower: Lower confidence limits.
        upper: Upper confidence limits; ``inf`` where the data set no upper bound to a ratio.
        confidence_level: Nominal coverage.
    """

    method: str
    measure: str
    estimate: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    confidence_level: float


@dataclass(frozen=True, kw_only=True, slots=True)
class MeanTest:
    """A t-test with the mean (difference) it tests.

    Attributes:
        method: ``"t_pooled"``, ``"t_welch"``, ``"t_paired"`` or ``"t_one_sample"``.
        estimate: Mean difference (first minus second, after minus before) or mean.
        standard_error: Of the estimate, above 0.
        statistic: t.
        df: Degrees of freedom, not whole for Welch.
        p_value: Two-sided.
        lower: Lower confidence limit of the estimate.
        upper: Upper confidence limit of the estimate.
        confidence_level: Nominal coverage.
        n: Number of values (pairs) used.
    """

    method: str
    estimate: float
    standard_error: float
    statistic: float
    df: float
    p_value: float
    lower: float
    upper: float
    confidence_level: float
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """Descriptive statistics of one group; ``None`` where the data are too few.

    Attributes:
        n: Number of values.
        mean: Arithmetic mean; ``None`` for n = 0.
        sd: Standard deviation with n - 1; ``None`` for n < 2.
        median: Median; ``None`` for n = 0.
        q1: First quartile by ``definition``.
        q3: Third quartile by ``definition``.
        minimum: Smallest value.
        maximum: Largest value.
        definition: Definition of the quartiles, ``"hf6"`` or ``"hf7"``.
    """

    n: int
    mean: float | None
    sd: float | None
    median: float | None
    q1: float | None
    q3: float | None
    minimum: float | None
    maximum: float | None
    definition: str
