"""Methods that compare an arm with the reference. Differences are arm minus reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lupustrial import stats
from lupustrial.analysis._ard import Result
from lupustrial.analysis._descriptive import binary_count
from lupustrial.analysis._events import Values
from lupustrial.analysis._method import Method, Settings
from lupustrial.stats import Estimate, HypothesisTest


def results_of_test(test: HypothesisTest, *, exact: bool = False) -> list[Result]:
    """Lay a test out as its statistic (exact tests have none) and p value, with its note as a warning."""
    p_value = Result(stat="p_value", value=test.p_value, warning=test.note or None)
    if exact:
        return [p_value]
    reason = (
        None if test.statistic is not None else test.note or "the statistic is not defined for these data"
    )
    return [Result(stat="statistic", value=test.statistic, error=reason), p_value]


def results_of_estimate(estimate: Any, *, scale: float = 1.0, text: str | None = None) -> list[Result]:
    """Lay an estimate out with its confidence limits; proportions are given per cent (`scale` 100).

    Args:
        estimate: What has the attributes ``estimate``, ``lower`` and ``upper``, and may have a ``note``.
        scale: Factor of all three.
        text: How the estimate came about.
    """
    note = getattr(estimate, "note", "") or None
    return [
        Result(stat=name, value=scale * getattr(estimate, name), text=text, warning=note)
        for name in ("estimate", "lower", "upper")
    ]


def two_by_two(samples: Sequence[Values]) -> dict[str, int]:
    """Return both samples of a binary outcome as the arguments of the tests for a 2x2 table."""
    (x1, n1), (x2, n2) = (binary_count(sample) for sample in samples)
    return {"x1": x1, "n1": n1, "x2": x2, "n2": n2}


def _table_test(
    name: str,
    label: str,
    function: Callable[..., HypothesisTest],
    definition: str,
    source: str,
    *,
    exact: bool = False,
) -> Method:
    def compute(samples: Sequence[Values], _settings: Settings) -> list[Result]:
        return results_of_test(function(**two_by_two(samples)), exact=exact)

    return Method(
        id=name,
        label=label,
        level="between",
        suits="binary",
        stats=("p_value",) if exact else ("statistic", "p_value"),
        definition=definition,
        source=source,
        compute=compute,
    )


def _table_estimate(
    name: str, label: str, function: Callable[..., Estimate], definition: str, source: str
) -> Method:
    def compute(samples: Sequence[Values], settings: Settings) -> list[Result]:
        estimate = function(**two_by_two(samples), confidence_level=settings.confidence)
        return results_of_estimate(estimate, scale=100.0)

    return Method(
        id=name,
        label=label,
        level="between",
        suits="binary",
        stats=("estimate", "lower", "upper"),
        definition=definition,
        source=source,
        compute=compute,
    )


def _mann_whitney(samples: Sequence[Values], _settings: Settings) -> list[Result]:
    return results_of_test(stats.mann_whitney(samples[0], samples[1], continuity=False))


def _hodges_lehmann(samples: Sequence[Values], settings: Settings) -> list[Result]:
    shift = stats.hodges_lehmann(samples[0], samples[1], confidence_level=settings.confidence)
    return results_of_estimate(shift)


def _t_test(samples: Sequence[Values], settings: Settings) -> list[Result]:
    test = stats.t_test(samples[0], samples[1], variances="pooled", confidence_level=settings.confidence)
    return [Result(stat=name, value=getattr(test, name)) for name in _T_STATS]


_T_STATS = ("estimate", "lower", "upper", "statistic", "df", "p_value")

BETWEEN = (
    _table_test(
        "pearson",
        "Pearson's chi-square",
        stats.pearson,
        "Chi-square with 1 degree of freedom on the 2x2 table, without continuity correction, two-sided.",
        "Pearson, Phil Mag 1900;50:157-175",
    ),
    _table_test(
        "n_minus_1",
        "(N-1) chi-square",
        stats.n_minus_1,
        "Pearson's chi-square times (N-1)/N, two-sided; what SPSS prints as linear-by-linear association.",
        "Campbell, Stat Med 2007;26:3661-3675",
    ),
    _table_test(
        "yates",
        "Chi-square with Yates's correction",
        stats.yates,
        "Chi-square with 1 degree of freedom and continuity correction N/2, two-sided.",
        "Yates, Suppl J R Stat Soc 1934;1:217-235",
    ),
    _table_test(
        "likelihood_ratio",
        "Likelihood-ratio chi-square",
        stats.likelihood_ratio,
        "Twice the log likelihood ratio of the 2x2 table against independence, 1 df, two-sided.",
        "Wilks, Ann Math Stat 1938;9:60-62",
    ),
    _table_test(
        "fisher",
        "Fisher's exact test",
        stats.fisher,
        "Two-sided: the sum of the hypergeometric probabilities not above that of the observed table.",
        "Fisher, J R Stat Soc 1935;98:39-82",
        exact=True,
    ),
    _table_estimate(
        "newcombe",
        "Risk difference with Newcombe's interval",
        stats.newcombe,
        "Difference of percentages (percentage points) with Newcombe's hybrid score interval (method 10).",
        "Newcombe, Stat Med 1998;17:873-890",
    ),
    _table_estimate(
        "miettinen_nurminen",
        "Risk difference with Miettinen and Nurminen's interval",
        stats.miettinen_nurminen,
        "Difference of percentages (percentage points) with the score interval of Miettinen and Nurminen.",
        "Miettinen and Nurminen, Stat Med 1985;4:213-226",
    ),
    Method(
        id="mann_whitney",
        label="Mann-Whitney U test",
        level="between",
        suits="number",
        stats=("statistic", "p_value"),
        definition=(
            "Two-sided; normal approximation with the variance corrected for ties, without continuity "
            "correction, as SPSS prints it."
        ),
        source="Mann and Whitney, Ann Math Stat 1947;18:50-60",
        compute=_mann_whitney,
        joint=True,
    ),
    Method(
        id="hodges_lehmann",
        label="Hodges-Lehmann shift",
        level="between",
        suits="number",
        stats=("estimate", "lower", "upper"),
        definition=(
            "Median of all differences between a participant of the arm and one of the reference, with the "
            "distribution-free confidence interval of Moses that belongs to the Mann-Whitney test."
        ),
        source="Hodges and Lehmann, Ann Math Stat 1963;34:598-611",
        compute=_hodges_lehmann,
        joint=True,
    ),
    Method(
        id="t_test",
        label="Student's t-test",
        level="between",
        suits="number",
        stats=_T_STATS,
        definition="Difference of means with the pooled variance, its confidence interval and two-sided p.",
        source="Student, Biometrika 1908;6:1-25",
        compute=_t_test,
        joint=True,
    ),
)
