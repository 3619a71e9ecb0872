"""Methods on the change since baseline within an arm; changes are later minus baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lupustrial import stats
from lupustrial.analysis._ard import Result
from lupustrial.analysis._between import results_of_test, two_by_two
from lupustrial.analysis._descriptive import binary_count
from lupustrial.analysis._events import Values
from lupustrial.analysis._method import Method, Settings
from lupustrial.stats import HypothesisTest

_NO_PAIRS = "no participant has both a baseline and a later value of this parameter"


def _paired_t(samples: Sequence[Values], settings: Settings) -> list[Result]:
    base, later = _pairs(samples)
    test = stats.paired_t(base, later, confidence_level=settings.confidence)
    return [Result(stat=name, value=getattr(test, name)) for name in _T_STATS]


def _wilcoxon(samples: Sequence[Values], _settings: Settings) -> list[Result]:
    base, later = _pairs(samples)
    return results_of_test(stats.wilcoxon_signed_rank(later - base, continuity=False))


def _mcnemar(samples: Sequence[Values], _settings: Settings) -> list[Result]:
    base, later = _pairs(samples)
    binary_count(base), binary_count(later)
    gained = int(((base == 0) & (later == 1)).sum())
    lost = int(((base == 1) & (later == 0)).sum())
    counts = [Result(stat="gained", value=float(gained)), Result(stat="lost", value=float(lost))]
    return [*counts, *results_of_test(stats.mcnemar(lost=lost, gained=gained), exact=True)]


def _as_if_unpaired(
    name: str, label: str, function: Callable[..., HypothesisTest], definition: str, *, exact: bool = False
) -> Method:
    def compute(samples: Sequence[Values], _settings: Settings) -> list[Result]:
        base, later = _pairs(samples)
        return results_of_test(function(**two_by_two((base, later))), exact=exact)

    return Method(
        id=name,
        label=label,
        level="within",
        suits="binary",
        stats=("p_value",) if exact else ("statistic", "p_value"),
        definition=definition,
        source="He et al., Ann Rheum Dis 2020;79:141-149, Methods (Statistics) and table 2",
        compute=compute,
    )


def _pairs(samples: Sequence[Values]) -> tuple[Values, Values]:
    base, later = samples
    if len(base) == 0:
        raise ValueError(_NO_PAIRS)
    return base, later


_T_STATS = ("estimate", "lower", "upper", "statistic", "df", "p_value")

WITHIN = (
    Method(
        id="paired_t",
        label="Paired t-test",
        level="within",
        suits="number",
        stats=_T_STATS,
        definition="Mean change since baseline with its confidence interval and two-sided p.",
        source="Student, Biometrika 1908;6:1-25",
        compute=_paired_t,
        joint=True,
    ),
    Method(
        id="wilcoxon_signed_rank",
        label="Wilcoxon signed-rank test",
        level="within",
        suits="number",
        stats=("statistic", "p_value"),
        definition=(
            "Signed ranks of the changes since baseline, zero changes left out, normal approximation "
            "corrected for ties and without continuity correction, two-sided."
        ),
        source="Wilcoxon, Biometrics Bull 1945;1:80-83",
        compute=_wilcoxon,
        joint=True,
    ),
    Method(
        id="mcnemar",
        label="McNemar's exact test",
        level="within",
        suits="binary",
        stats=("gained", "lost", "p_value"),
        definition=(
            "Participants who gained the sign since baseline against those who lost it, exact binomial, "
            "two-sided: the test for a change in the same participants."
        ),
        source="McNemar, Psychometrika 1947;12:153-157",
        compute=_mcnemar,
        joint=True,
    ),
    _as_if_unpaired(
        "chi2_unpaired",
        "Chi-square of baseline against later, as if of different participants",
        stats.pearson,
        "Pearson's chi-square of the counts at baseline against those later, which treats the same "
        "participants as two independent groups. The paper's Methods name a chi-square test for "
        "changes since baseline; it is given for comparison and is not a valid test of a change.",
    ),
    _as_if_unpaired(
        "fisher_unpaired",
        "Fisher's test of baseline against later, as if of different participants",
        stats.fisher,
        "Fisher's exact test of the counts at baseline against those later, as if of different participants. "
        "It reproduces most printed p values of table 2; it is not a valid test of a change.",
        exact=True,
    ),
)
