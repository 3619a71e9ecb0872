"""Rank tests against R as it is installed: stats and coin. One R process answers everything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from live_r import run_r

from lupustrial import stats

RNG = np.random.default_rng(20260511)
N = 60
STRATUM = RNG.integers(1, 5, N)
FIRST = RNG.permutation(N) < 28
#: Whole numbers with many ties, some strata higher than others.
VALUE = np.rint(RNG.normal(0, 4, N) + 2 * STRATUM + 2.5 * FIRST)
FINE = RNG.normal(0, 1, N) + 0.6 * FIRST
SMALL_X, SMALL_Y = [3, 1, 4, 4, 5, 9, 2], [6, 5, 5, 8, 9, 7, 9, 3, 11, 4]
CHANGES = [-3, 0, 2, 5, 0, -1, 4, 4, 6, -2, 0, 3, 7, 1, 1]
TABLE = RNG.integers(0, 9, (12, 4)).tolist()
DOSES = [[1, 3, 2, 5, 2], [2, 4, 6, 3], [5, 7, 4, 8, 9, 6]]

CODE = """
v <- input$value; f <- factor(ifelse(input$first, "a", "b")); s <- factor(input$stratum)
p2 <- function(test) c(as.numeric(statistic(test)), as.numeric(pvalue(test)))
both <- function(a) p2(wilcox_test(v ~ f | s, alternative=a))
output$blocks <- lapply(list(`two-sided`="two.sided", greater="greater", less="less"), both)
within <- ave(v, s, FUN=rank); size <- ave(v, s, FUN=length)
sum_of <- function(score) p2(independence_test(score ~ f | s))
output$locally_best <- sum_of(within / (size + 1))
output$equal <- sum_of(within)
m <- ave(as.numeric(input$first), s, FUN=sum)
output$design_free <- sum_of(within / (m * (size - m)))
mids <- v - ave(v, s, FUN=median)
output$aligned_median <- p2(wilcox_test(mids ~ f | s))
means <- round(v - ave(v, s), 9)
output$aligned_mean <- p2(wilcox_test(means ~ f | s))
x <- input$x; y <- input$y
xy <- c(x, y); g <- factor(rep(c("a", "b"), c(length(x), length(y))))
exact <- function(a) as.numeric(pvalue(wilcox_test(xy ~ g, distribution="exact", alternative=a)))
output$exact <- lapply(list(`two-sided`="two.sided", greater="greater", less="less"), exact)
rs <- function(a) suppressWarnings(wilcox.test(x, y, exact=FALSE, alternative=a)$p.value)
output$asymptotic <- lapply(list(`two-sided`="two.sided", greater="greater", less="less"), rs)
d <- input$changes; zero <- rep(0, length(d))
sr <- function(zeros, dist) p2(wilcoxsign_test(d ~ zero, zero.method=zeros, distribution=dist))
output$pratt <- sr("Pratt", "asymptotic"); output$pratt_exact <- sr("Pratt", "exact")
output$dropped <- sr("Wilcoxon", "asymptotic"); output$dropped_exact <- sr("Wilcoxon", "exact")
one <- function(a) suppressWarnings(wilcox.test(d, exact=FALSE, alternative=a)$p.value)
output$signed <- lapply(list(`two-sided`="two.sided", greater="greater", less="less"), one)
kw <- function(test) c(as.numeric(test$statistic), as.numeric(test$parameter), test$p.value)
dose <- unlist(input$doses); level <- rep(seq_along(input$doses), lengths(input$doses))
output$kruskal <- kw(kruskal.test(dose, factor(level)))
output$friedman <- kw(friedman.test(as.matrix(input$table)))
trend <- function(a) cor.test(dose, level, method="kendall", exact=FALSE, alternative=a)$p.value
output$trend <- lapply(list(`two-sided`="two.sided", greater="greater", less="less"), trend)
xf <- input$fine[input$first]; yf <- input$fine[!input$first]
per <- oneway_test(c(x, y) ~ g, distribution="exact")
output$means_exact <- as.numeric(pvalue(per))
hl <- suppressWarnings(wilcox.test(xf, yf, conf.int=TRUE, exact=FALSE, correct=FALSE))
output$shift <- c(as.numeric(hl$estimate), as.numeric(hl$conf.int))
"""


@pytest.fixture(scope="module")
def r() -> dict[str, Any]:
    data = {
        "value": VALUE.tolist(),
        "first": FIRST.tolist(),
        "stratum": STRATUM.tolist(),
        "fine": FINE.tolist(),
        "x": SMALL_X,
        "y": SMALL_Y,
        "changes": CHANGES,
        "table": TABLE,
        "doses": DOSES,
    }
    return run_r(CODE, data, packages=("coin",))


def _same(result: stats.HypothesisTest, of_r: list[float]) -> None:
    assert abs(result.statistic or 0) == pytest.approx(abs(of_r[0]), rel=1e-10)
    assert result.p_value == pytest.approx(of_r[1], rel=1e-9)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_ranks_over_all_strata_permuted_within_are_coins_block_test(
    r: dict[str, Any], alternative: str
) -> None:
    _same(stats.blocked_wilcoxon(VALUE, FIRST, STRATUM, alternative=alternative), r["blocks"][alternative])


@pytest.mark.parametrize("weights", ["locally_best", "design_free", "equal"])
def test_van_elteren_is_coins_linear_statistic_of_weighted_ranks(r: dict[str, Any], weights: str) -> None:
    _same(stats.van_elteren(VALUE, FIRST, STRATUM, weights=weights), r[weights])


@pytest.mark.parametrize("centre", ["median", "mean"])
def test_aligned_ranks_are_coins_of_centred_values(r: dict[str, Any], centre: str) -> None:
    _same(stats.aligned_wilcoxon(VALUE, FIRST, STRATUM, centre=centre), r[f"aligned_{centre}"])


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_rank_sum_with_ties_and_unequal_groups(r: dict[str, Any], alternative: str) -> None:
    options = {"method": "exact", "alternative": alternative, "two_sided": "distance"}
    exact = stats.mann_whitney(SMALL_X, SMALL_Y, **options)
    assert exact.p_value == pytest.approx(r["exact"][alternative], rel=1e-10)
    normal = stats.mann_whitney(SMALL_X, SMALL_Y, alternative=alternative)
    assert normal.p_value == pytest.approx(r["asymptotic"][alternative], rel=1e-10)


@pytest.mark.parametrize("zeros", ["pratt", "wilcoxon"])
def test_signed_ranks_with_zeros_and_ties(r: dict[str, Any], zeros: str) -> None:
    name = "pratt" if zeros == "pratt" else "dropped"
    normal = stats.wilcoxon_signed_rank(CHANGES, continuity=False, zeros=zeros)
    assert normal.p_value == pytest.approx(r[name][1], rel=1e-10)
    exact = stats.wilcoxon_signed_rank(CHANGES, method="exact", zeros=zeros)
    assert exact.p_value == pytest.approx(r[f"{name}_exact"][1], rel=1e-10)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_one_sided_signed_rank_with_correction(r: dict[str, Any], alternative: str) -> None:
    result = stats.wilcoxon_signed_rank(CHANGES, alternative=alternative)
    assert result.p_value == pytest.approx(r["signed"][alternative], rel=1e-10)


def test_kruskal_wallis_and_friedman_with_ties(r: dict[str, Any]) -> None:
    for result, of_r in (
        (stats.kruskal_wallis(DOSES), r["kruskal"]),
        (stats.friedman(TABLE), r["friedman"]),
    ):
        assert [result.statistic, result.df, result.p_value] == pytest.approx(of_r, rel=1e-10)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_trend_is_kendalls_score_test_of_value_and_level(r: dict[str, Any], alternative: str) -> None:
    result = stats.jonckheere_terpstra(DOSES, alternative=alternative)
    assert result.p_value == pytest.approx(r["trend"][alternative], rel=1e-10)


def test_permutation_of_means_is_coins_exact_oneway_test(r: dict[str, Any]) -> None:
    marks = [True] * len(SMALL_X) + [False] * len(SMALL_Y)
    result = stats.permutation_test(SMALL_X + SMALL_Y, marks, method="exact")
    assert result.p_value == pytest.approx(r["means_exact"], rel=1e-10)


def test_shift_and_limits_lie_where_r_finds_them_by_root_search(r: dict[str, Any]) -> None:
    """R inverts the asymptotic test numerically; ours are the order statistics next to its roots."""
    ours = stats.hodges_lehmann_stratified(FINE, FIRST, np.ones(N))
    gaps = np.diff(np.sort(np.subtract.outer(FINE[FIRST], FINE[~FIRST]), axis=None)).max()
    assert [ours.estimate, ours.lower, ours.upper] == pytest.approx(r["shift"], abs=min(gaps, 0.02))
