"""Proportions in strata: symmetries, one stratum as without strata, intervals as inverses of their tests."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from lupustrial import stats
from lupustrial.errors import StatisticsError

MEASURES = ("risk difference", "risk ratio", "odds ratio")
WEIGHTINGS = ("mantel-haenszel", "inverse variance", "inverse variance of score")
FOUR = {"x1": [20, 22, 9, 11], "n1": [41, 38, 22, 19], "x2": [12, 13, 6, 7], "n2": [40, 39, 21, 20]}
Table = dict[str, list[int]]


@st.composite
def strata(draw: st.DrawFn, *, least: int = 0, most: int = 5) -> Table:
    """Draw strata of 1 to 25 in each group; ``least`` events and non-events in each."""
    table: Table = {"x1": [], "n1": [], "x2": [], "n2": []}
    for _ in range(draw(st.integers(1, most))):
        for group in ("1", "2"):
            n = draw(st.integers(max(1, 2 * least), 25))
            table["n" + group].append(n)
            table["x" + group].append(draw(st.integers(least, n - least)))
    return table


def swapped(table: Table) -> Table:
    return {"x1": table["x2"], "n1": table["n2"], "x2": table["x1"], "n2": table["n1"]}


def mirrored(table: Table) -> Table:
    """Count participants without an event as events."""
    flip = {f"x{g}": [n - x for x, n in zip(table[f"x{g}"], table[f"n{g}"], strict=True)] for g in ("1", "2")}
    return table | flip


def limits(estimate: stats.StratifiedEstimate) -> tuple[float, float, float]:
    return estimate.lower, estimate.estimate, estimate.upper


DIFFERENCES = [
    stats.stratified_miettinen_nurminen,
    stats.stratified_newcombe,
    stats.stratified_wald,
    stats.mantel_haenszel_difference,
]


@given(strata())
@settings(max_examples=40)
def test_differences_change_sign_when_the_groups_or_the_outcome_are_exchanged(table: Table) -> None:
    for method in DIFFERENCES:
        lower, estimate, upper = limits(method(**table))
        assert lower <= estimate + 1e-12
        assert estimate <= upper + 1e-12
        for other in (swapped(table), mirrored(table)):
            assert limits(method(**other)) == pytest.approx((-upper, -estimate, -lower), abs=1e-9)


@given(strata(least=1))
def test_ratios_are_inverted_when_the_groups_are_exchanged(table: Table) -> None:
    for method in (
        stats.mantel_haenszel_odds_ratio,
        stats.mantel_haenszel_risk_ratio,
        stats.conditional_odds_ratio,
    ):
        lower, estimate, upper = limits(method(**table))
        assert limits(method(**swapped(table))) == pytest.approx(
            (1 / upper, 1 / estimate, 1 / lower), rel=1e-9
        )


@given(strata(least=1), st.sampled_from(("risk ratio", "odds ratio")))
@settings(max_examples=40)
def test_score_ratios_with_mantel_haenszel_weights_are_inverted_too(table: Table, measure: str) -> None:
    weighting = "mantel-haenszel" if measure == "risk ratio" else "inverse variance"
    method = stats.stratified_miettinen_nurminen
    lower, estimate, upper = limits(method(**table, measure=measure, weighting=weighting))
    other = method(**swapped(table), measure=measure, weighting=weighting)
    assert limits(other) == pytest.approx((1 / upper, 1 / estimate, 1 / lower), rel=1e-7)


@given(strata(), st.randoms(use_true_random=False))
def test_the_order_of_the_strata_is_of_no_account(table: Table, random: Any) -> None:
    order = list(range(len(table["x1"])))
    random.shuffle(order)
    other = {name: [column[place] for place in order] for name, column in table.items()}
    assert stats.cmh(**other).p_value == pytest.approx(stats.cmh(**table).p_value, rel=1e-9)
    assert stats.cmh_exact(**other).p_value == stats.cmh_exact(**table).p_value
    first, second = stats.stratified_newcombe(**table), stats.stratified_newcombe(**other)
    assert limits(second) == pytest.approx(limits(first), abs=1e-12)
    assert second.weights == pytest.approx([first.weights[place] for place in order])


@given(strata())
@settings(max_examples=40)
def test_strata_without_a_group_change_nothing_but_the_note(table: Table) -> None:
    more = {name: [*column, 0, 0] for name, column in table.items()}
    more["n1"][-1], more["x1"][-1] = 5, 2
    for method in (*DIFFERENCES, stats.stratified_wald):
        with_empty, without = method(**more), method(**table)
        assert limits(with_empty) == pytest.approx(limits(without), abs=1e-12)
        assert with_empty.weights == pytest.approx((*without.weights, 0.0, 0.0))
        assert "nobody in a group" in with_empty.note
        assert (with_empty.strata, with_empty.n) == (without.strata, without.n)
    assert stats.cmh(**more).p_value == pytest.approx(stats.cmh(**table).p_value)


@given(strata(most=1))
def test_one_stratum_is_the_table_itself(table: Table) -> None:
    one = {name: column[0] for name, column in table.items()}
    assert stats.cmh(**table).p_value == pytest.approx(stats.n_minus_1(**one).p_value)
    assert stats.cmh_exact(**table).p_value == stats.fisher(**one).p_value
    assert stats.cmh_exact(**table, mid_p=True).p_value == pytest.approx(stats.fisher_midp(**one).p_value)
    newcombe, wald = stats.newcombe(**one), stats.wald_interval(**one)
    ours = stats.stratified_newcombe(**table)
    assert (ours.lower, ours.upper) == pytest.approx((newcombe.lower, newcombe.upper), abs=1e-9)
    ours = stats.stratified_wald(**table)
    assert (ours.lower, ours.upper) == pytest.approx((wald.lower, wald.upper), abs=1e-12)
    wilson = stats.stratified_wilson(x=table["x1"], n=table["n1"])
    plain = stats.wilson(x=one["x1"], n=one["n1"])
    assert limits(wilson) == pytest.approx((plain.lower, plain.estimate, plain.upper), abs=1e-12)


@given(
    table=strata(most=1),
    measure=st.sampled_from(MEASURES),
    weighting=st.sampled_from(WEIGHTINGS),
    corrected=st.booleans(),
)
def test_score_interval_of_one_stratum_is_that_of_the_table(
    *, table: Table, measure: str, weighting: str, corrected: bool
) -> None:
    one = {name: column[0] for name, column in table.items()}
    assume(one["n1"] + one["n2"] > 1)
    if weighting != "mantel-haenszel":
        assume(0 < one["x1"] + one["x2"] < one["n1"] + one["n2"])
    options = {"measure": measure, "variance_correction": corrected}
    try:
        plain = stats.miettinen_nurminen(**one, **options)
    except StatisticsError as error:
        with pytest.raises(StatisticsError, match=error.faults[0].id):
            stats.stratified_miettinen_nurminen(**table, weighting=weighting, **options)
        return
    ours = stats.stratified_miettinen_nurminen(**table, weighting=weighting, **options)
    assert limits(ours) == pytest.approx((plain.lower, plain.estimate, plain.upper), rel=1e-6, abs=1e-9)


@given(strata())
@settings(max_examples=40)
def test_cmh_is_the_test_of_the_score_interval_and_of_the_generalised_test(table: Table) -> None:
    p_value = stats.cmh(**table).p_value
    difference = stats.stratified_miettinen_nurminen(**table)
    assert difference.p_value == pytest.approx(p_value, rel=1e-7)
    assert (difference.lower <= 0 <= difference.upper) == (p_value >= 0.05) or abs(p_value - 0.05) < 1e-6
    columns = [table["x1"], table["x2"], mirrored(table)["x1"], mirrored(table)["x2"]]
    counts = np.array(columns).T.reshape(-1, 2, 2).transpose(0, 2, 1)
    for statistic in ("general association", "row means", "correlation"):
        ours = stats.generalised_cmh(counts, statistic=statistic)
        assert ours.p_value == pytest.approx(p_value, rel=1e-7)
    if p_value < 1:
        odds = stats.stratified_miettinen_nurminen(
            **table, measure="odds ratio", weighting="inverse variance"
        )
        assert odds.p_value == pytest.approx(p_value, rel=1e-7)


@given(
    table=strata(least=1),
    measure=st.sampled_from(MEASURES),
    weighting=st.sampled_from(WEIGHTINGS),
    skewed=st.booleans(),
)
@settings(max_examples=40)
def test_a_limit_tested_as_null_value_has_the_level_as_p(
    *, table: Table, measure: str, weighting: str, skewed: bool
) -> None:
    options: dict[str, Any] = {"measure": measure, "weighting": weighting}
    options["skewness_correction"] = skewed and measure != "odds ratio"
    interval = stats.stratified_miettinen_nurminen(**table, **options)
    for limit in (interval.lower, interval.upper):
        assume(0 < limit < math.inf if measure != "risk difference" else abs(limit) < 1)
        again = stats.stratified_miettinen_nurminen(**table, **options, null_value=limit)
        assert again.p_value == pytest.approx(0.05, rel=1e-5)
    greater, less = (
        stats.stratified_miettinen_nurminen(**table, **options, alternative=side).p_value or 0.0
        for side in ("greater", "less")
    )
    assert greater + less == pytest.approx(1)


@given(strata(least=1))
@settings(max_examples=40)
def test_exact_limits_put_the_level_into_each_tail(table: Table) -> None:
    """One stratum: against Fisher's noncentral hypergeometric distribution of SciPy."""
    x1, n1, x2, n2 = (table[name][0] for name in ("x1", "n1", "x2", "n2"))
    one = {name: column[:1] for name, column in table.items()}
    odds = stats.conditional_odds_ratio(**one, confidence_level=0.9)
    if odds.lower > 0:
        law = scipy_stats.nchypergeom_fisher(n1 + n2, x1 + x2, n1, odds.lower)
        assert law.sf(x1 - 1) == pytest.approx(0.05, rel=1e-6)
    if odds.upper < math.inf:
        law = scipy_stats.nchypergeom_fisher(n1 + n2, x1 + x2, n1, odds.upper)
        assert law.cdf(x1) == pytest.approx(0.05, rel=1e-6)
    if 0 < odds.estimate < math.inf:
        law = scipy_stats.nchypergeom_fisher(n1 + n2, x1 + x2, n1, odds.estimate)
        values = np.arange(
            max(0, x1 + x2 - n2), min(n1, x1 + x2) + 1
        )  # SciPy's own mean fails near odds of 1
        assert float(values @ law.pmf(values)) == pytest.approx(x1, rel=1e-7)
    shorter = stats.conditional_odds_ratio(**one, confidence_level=0.9, mid_p=True)
    assert odds.lower <= shorter.lower <= odds.estimate <= shorter.upper <= odds.upper


def brute_force(table: Table) -> dict[int, int]:
    """Count the ways to each total of events in the first group by walking through all tables."""
    ways = {0: 1}
    for x1, n1, x2, n2 in zip(*(table[name] for name in ("x1", "n1", "x2", "n2")), strict=True):
        longer: dict[int, int] = {}
        for total, way in ways.items():
            for first in range(max(0, x1 + x2 - n2), min(n1, x1 + x2) + 1):
                more = way * math.comb(n1, first) * math.comb(n2, x1 + x2 - first)
                longer[total + first] = longer.get(total + first, 0) + more
        ways = longer
    return ways


@given(strata())
def test_exact_p_is_that_of_all_tables_walked_through(table: Table) -> None:
    ways, seen = brute_force(table), sum(table["x1"])
    whole = sum(ways.values())
    extreme = sum(way for way in ways.values() if way <= ways[seen])
    assert stats.cmh_exact(**table).p_value == extreme / whole
    greater = sum(way for total, way in ways.items() if total >= seen)
    assert stats.cmh_exact(**table, alternative="greater").p_value == greater / whole
    midp = stats.cmh_exact(**table, alternative="greater", mid_p=True).p_value
    assert midp == pytest.approx((greater - ways[seen] / 2) / whole)


def test_strata_alike_give_their_common_value_whatever_the_weights() -> None:
    table = {"x1": [6, 12, 3], "n1": [20, 40, 10], "x2": [4, 12, 2], "n2": [20, 60, 10]}
    for weighting in ("mantel-haenszel", "inverse variance", "sample size"):
        assert stats.stratified_wald(**table, weighting=weighting).estimate == pytest.approx(0.1)
    assert stats.minimum_risk(**table).estimate == pytest.approx(0.1)
    for weighting in WEIGHTINGS:
        ours = stats.stratified_miettinen_nurminen(**table, weighting=weighting)
        assert ours.estimate == pytest.approx(0.1)
        assert sum(ours.weights) == pytest.approx(1)
    for measure, common in (("risk ratio", 1.5), ("odds ratio", (0.3 / 0.7) / (0.2 / 0.8))):
        ours = stats.stratified_miettinen_nurminen(**table, measure=measure)
        assert ours.estimate == pytest.approx(common)
        assert stats.score_homogeneity(**table, measure=measure).p_value == pytest.approx(1)
    assert stats.mantel_haenszel_odds_ratio(**table).estimate == pytest.approx((0.3 / 0.7) / 0.25)
    assert stats.mantel_haenszel_risk_ratio(**table).estimate == pytest.approx(1.5)
    assert stats.breslow_day(**table).statistic == pytest.approx(0, abs=1e-12)


def test_minimum_risk_weights_have_the_least_mean_squared_error() -> None:
    ours = stats.minimum_risk(**FOUR)
    x1, n1, x2, n2 = (np.array(FOUR[name]) for name in ("x1", "n1", "x2", "n2"))
    p1, p2, share = x1 / n1, x2 / n2, (n1 + n2) / (n1 + n2).sum()
    variance = p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2

    def error(weights: np.ndarray[Any, Any]) -> float:
        return float((weights**2 * variance).sum() + ((weights - share) @ (p1 - p2)) ** 2)

    least = error(np.array(ours.weights))
    for first in range(4):
        for second in range(4):
            moved = np.array(ours.weights)
            moved[first] += 1e-3
            moved[second] -= 1e-3
            assert error(moved) >= least - 1e-15


def test_sato_and_klingenberg_solve_the_same_equation() -> None:
    interval = stats.mantel_haenszel_difference(**FOUR, variance="klingenberg")
    sato = stats.mantel_haenszel_difference(**FOUR)
    robins = stats.mantel_haenszel_difference(**FOUR, variance="greenland-robins")
    assert interval.estimate == sato.estimate == robins.estimate
    # the variance is linear in the difference, so three points of it tell the slope
    x1, n1, x2, n2 = (np.array(FOUR[name], dtype=float) for name in ("x1", "n1", "x2", "n2"))
    n, weight = n1 + n2, (n1 * n2 / (n1 + n2)).sum()
    slope = ((n1**2 * x2 - n2**2 * x1 + n1 * n2 * (n2 - n1) / 2) / n**2).sum() / weight**2
    z = 1.959963984540054
    for limit in (interval.lower, interval.upper):
        variance = (sato.standard_error or 0.0) ** 2 + (limit - sato.estimate) * slope
        assert (limit - sato.estimate) ** 2 == pytest.approx(z**2 * variance)
    # Greenland and Robins's variance is that of Wald's interval with the same weights
    assert robins.standard_error == pytest.approx(stats.stratified_wald(**FOUR).standard_error)


LABELS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 4)), min_size=2, max_size=60)


@given(LABELS, st.permutations([0, 1, 2]))
@settings(max_examples=40)
def test_general_association_does_not_depend_on_order_and_row_means_not_on_linear_scores(
    people: list[tuple[int, int, int]], order: list[int]
) -> None:
    counts = stats.cross_tabulate(*zip(*people, strict=True)).counts
    assume(min(counts.shape[1:]) > 1)
    order = [place for place in order if place < counts.shape[1]]
    general = stats.generalised_cmh(counts)
    again = stats.generalised_cmh(counts[:, order, ::-1])
    assert (again.p_value, again.df) == pytest.approx((general.p_value, general.df))
    means = stats.generalised_cmh(counts, statistic="row means")
    scores = [7.0 - 3 * level for level in range(counts.shape[2])]
    again = stats.generalised_cmh(counts[:, order], statistic="row means", column_scores=scores)
    assert (again.p_value, again.df) == pytest.approx((means.p_value, means.df))
    correlation = stats.generalised_cmh(counts, statistic="correlation")
    across = stats.generalised_cmh(counts.transpose(0, 2, 1), statistic="correlation")
    assert across.p_value == pytest.approx(correlation.p_value)


@given(LABELS)
def test_row_means_of_modified_ridits_are_van_elteren(people: list[tuple[int, int, int]]) -> None:
    two = [(arm % 2, y, k) for arm, y, k in people]
    arm, y, k = (list(column) for column in zip(*two, strict=True))
    table = stats.cross_tabulate(arm, y, k)
    assume(min(table.counts.shape[1:]) > 1)
    ours = stats.generalised_cmh(table.counts, statistic="row means", scores="modified ridit")
    assume(ours.statistic is not None)
    other = stats.van_elteren(y, [a == 1 for a in arm], k)
    assert ours.p_value == pytest.approx(other.p_value, rel=1e-7)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=6),
    st.floats(0.1, 9),
    st.floats(-5, 5),
)
def test_trend_does_not_depend_on_origin_and_unit_of_the_scores(
    groups: list[tuple[int, int]], unit: float, origin: float
) -> None:
    x, n = [a for a, _ in groups], [a + b for a, b in groups]
    assume(sum(size > 0 for size in n) > 1)
    places = np.arange(len(n), dtype=float)
    ours = stats.cochran_armitage(x=x, n=n)
    again = stats.cochran_armitage(x=x, n=n, scores=origin + unit * places)
    assert again.p_value == pytest.approx(ours.p_value)
    back = stats.cochran_armitage(x=x, n=n, scores=-places)
    assert back.p_value == pytest.approx(ours.p_value)
    greater = stats.cochran_armitage(x=x, n=n, alternative="greater").p_value
    less = stats.cochran_armitage(x=x, n=n, alternative="less").p_value
    if ours.statistic is None:
        assert greater == less == 1
    else:
        assert greater + less == pytest.approx(1)
        # apart from N/(N-1) it is the correlation test of one stratum
        counts = np.array([[b, a] for a, b in groups])
        correlation = stats.generalised_cmh(counts, statistic="correlation")
        total = sum(n)
        assert ours.statistic**2 * (total - 1) / total == pytest.approx(correlation.statistic, abs=1e-9)
