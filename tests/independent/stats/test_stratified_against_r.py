"""Proportions in strata against R, run live: mantelhaen.test, clogit, coin, and definitions written out in R.

Where R has a function, it is called. The score intervals are R code that maximises the likelihood of each
stratum numerically, so that it shares no formula with ours; minimum-risk weights are the matrix equation of
the paper.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from live_r import run_r

from lupustrial import stats

TABLES: dict[str, dict[str, list[int]]] = {
    "four": {"x1": [20, 22, 9, 11], "n1": [41, 38, 22, 19], "x2": [12, 13, 6, 7], "n2": [40, 39, 21, 20]},
    "rare": {"x1": [4, 2, 4, 1], "n1": [16, 16, 18, 15], "x2": [5, 3, 10, 3], "n2": [79, 87, 90, 82]},
    "two": {"x1": [3, 9], "n1": [11, 14], "x2": [7, 4], "n2": [12, 13]},
    "sparse": {"x1": [1, 0, 2, 1, 3], "n1": [2, 1, 2, 3, 4], "x2": [0, 1, 1, 0, 1], "n2": [1, 2, 2, 2, 4]},
}
RNG = np.random.default_rng(20)
ROWS = RNG.integers(0, 3, 90)
COLUMNS = np.minimum(RNG.poisson(1.2 + 0.4 * ROWS), 3)
STRATA = RNG.integers(0, 12, 90)  # about eight a stratum
SCORES = [0.0, 1.0, 4.0, 9.0]

R_CODE = r"""
cube <- function(t) array(rbind(t$x1, t$x2, t$n1 - t$x1, t$n2 - t$x2), c(2, 2, length(t$x1)))
pair <- function(measure, theta, x1, n1, x2, n2) {     # most likely pair, by maximising the likelihood
  p1 <- switch(measure, RD=function(p) p + theta, RR=function(p) p * theta,
               OR=function(p) theta*p/(1 - p + theta*p))
  lo <- if (measure == "RD") max(0, -theta) else 0
  hi <- switch(measure, RD=min(1, 1 - theta), RR=min(1, 1/theta), OR=1)
  loglik <- function(p) dbinom(x1, n1, min(1, max(0, p1(p))), log=TRUE) + dbinom(x2, n2, p, log=TRUE)
  best <- optimize(loglik, c(lo, hi), maximum=TRUE, tol=1e-13)$maximum
  c(min(1, max(0, p1(best))), best)
}
zscore <- function(measure, weighting, theta, t) {
  n <- t$n1 + t$n2
  p <- mapply(function(a, b, c, d) pair(measure, theta, a, b, c, d), t$x1, t$n1, t$x2, t$n2)
  p1 <- p[1, ]; p2 <- p[2, ]; a <- t$x1/t$n1; b <- t$x2/t$n2
  s <- switch(measure, RD=a - b - theta, RR=a - theta*b, OR=(a - p1)/(p1*(1 - p1)) - (b - p2)/(p2*(1 - p2)))
  v <- switch(measure, RD=p1*(1-p1)/t$n1 + p2*(1-p2)/t$n2, RR=p1*(1-p1)/t$n1 + theta^2*p2*(1-p2)/t$n2,
              OR=1/(t$n1*p1*(1-p1)) + 1/(t$n2*p2*(1-p2)))
  if (measure == "RR" && weighting != "MH") { s <- s/p2; v <- v/p2^2 }
  w <- switch(weighting, MH=t$n1*t$n2/n, INV=1/v, IVS=1/(v*n/(n-1)))
  sum(w*s)/sqrt(sum(w^2*v*n/(n-1)))
}
score <- function(measure, weighting, t) {
  span <- if (measure == "RD") c(-.6, .8) else c(.05, 30)
  root <- function(z) uniroot(function(th) zscore(measure, weighting, th, t) - z, span, tol=1e-11)$root
  c(root(qnorm(.975)), root(0), root(-qnorm(.975)),
    2*pnorm(-abs(zscore(measure, weighting, if (measure == "RD") 0 else 1, t))))
}
breslow <- function(t) {
  or <- unname(mantelhaen.test(cube(t))$estimate); s <- t$x1 + t$x2
  e <- mapply(function(n1, n2, s) uniroot(
    function(a) log(a) + log(n2 - s + a) - log(n1 - a) - log(s - a) - log(or),
    c(max(0, s - n2) + 1e-9, min(n1, s) - 1e-9), tol=1e-12)$root, t$n1, t$n2, s)
  v <- 1/(1/e + 1/(t$n1 - e) + 1/(s - e) + 1/(t$n2 - s + e))
  x <- sum((t$x1 - e)^2/v)
  c(x, x - sum(t$x1 - e)^2/sum(v))
}
minrisk <- function(t) {
  n <- t$n1 + t$n2; p1 <- t$x1/t$n1; p2 <- t$x2/t$n2; d <- p1 - p2; p <- (t$x1 + t$x2)/n
  v <- p1*(1-p1)/t$n1 + p2*(1-p2)/t$n2; v0 <- p*(1-p)*(1/t$n1 + 1/t$n2)
  alpha <- d*sum(1/v) - sum(d/v)
  w <- solve(diag(v*sum(1/v)) + alpha %*% t(d), 1 + alpha*sum(n*d/sum(n)))
  cc <- 3/16/sum(t$n1*t$n2/n)
  list(weights=as.vector(w), estimate=sum(w*d), p=2*pnorm(-max(0, abs(sum(w*d)) - cc)/sqrt(sum(w^2*v0))),
       half=cc + qnorm(.975)*sqrt(sum(w^2*v)))
}
weights <- list("mantel-haenszel"="MH", "inverse variance"="INV", "inverse variance of score"="IVS")
for (name in names(input$tables)) {
  t <- input$tables[[name]]; m <- cube(t); a <- list()
  a$plain <- mantelhaen.test(m, correct=FALSE)$p.value
  r <- mantelhaen.test(m)
  a$corrected <- c(r$statistic, r$p.value); a$odds <- c(r$estimate, r$conf.int)
  for (side in c("greater", "less")) {
    a[[side]] <- mantelhaen.test(m, alternative=side)$p.value
    a[[paste0("exact_", side)]] <- mantelhaen.test(m, exact=TRUE, alternative=side)$p.value
  }
  e <- mantelhaen.test(m, exact=TRUE)
  a$exact <- e$p.value; a$limits <- e$conf.int
  ones <- function(x, n) rep(1:0, c(x, n - x))
  long <- do.call(rbind, lapply(seq_along(t$x1), function(k) data.frame(k=k,
    arm=rep(1:0, c(t$n1[k], t$n2[k])), y=c(ones(t$x1[k], t$n1[k]), ones(t$x2[k], t$n2[k])))))
  a$clogit <- exp(unname(coef(survival::clogit(y ~ arm + strata(k), long, method="exact",
    control=survival::coxph.control(eps=1e-14, iter.max=50)))))
  if (name != "sparse") {
    a$breslow <- breslow(t); a$minrisk <- minrisk(t)
    for (measure in c("RD", "RR", "OR")) for (w in names(weights))
      a$score[[measure]][[w]] <- score(measure, weights[[w]], t)
  }
  output[[name]] <- a
}
d <- data.frame(x=factor(input$rows), y=input$columns, k=factor(input$strata))
d$s <- input$scores[d$y + 1]
keep <- ave(rep(1, nrow(d)), d$k, FUN=length) > 1
d <- droplevels(d[keep, ])
q <- function(test) c(statistic(test), pvalue(test))
output$general <- q(cmh_test(factor(y) ~ x | k, d))
output$row_means <- q(independence_test(s ~ x | k, d, teststat="quadratic"))
output$correlation <- q(independence_test(s ~ as.integer(x) | k, d, teststat="quadratic"))
d$r <- ave(d$y, d$k, FUN=rank); d$n <- ave(rep(1, nrow(d)), d$k, FUN=length)
output$rank <- q(independence_test(r ~ x | k, d, teststat="quadratic"))
output$ridit <- q(independence_test(I(r/n) ~ x | k, d, teststat="quadratic"))
output$modified_ridit <- q(independence_test(I(r/(n+1)) ~ x | k, d, teststat="quadratic"))
d$rx <- ave(as.integer(d$x), d$k, FUN=rank)
output$rank_correlation <- q(independence_test(r ~ rx | k, d, teststat="quadratic"))
full <- table(d$x, factor(d$y), factor(d$n > 8))
m <- mantelhaen.test(full)
output$base <- c(m$statistic, m$parameter, m$p.value)
output$full <- lapply(1:2, function(k) lapply(1:3, function(i) as.vector(full[i, , k])))
kw <- kruskal.test(d$y, d$x); output$kruskal <- c(kw$statistic, kw$parameter, kw$p.value)
output$kept <- keep
tr <- prop.trend.test(c(49, 63, 61, 64), c(108, 108, 108, 107), c(0, 200, 600, 1200))
output$trend <- c(tr$statistic, tr$p.value)
"""


@pytest.fixture(scope="module")
def r() -> dict[str, Any]:
    data = {
        "tables": TABLES,
        "rows": ROWS.tolist(),
        "columns": COLUMNS.tolist(),
        "strata": STRATA.tolist(),
        "scores": SCORES,
    }
    return run_r(R_CODE, data, ["coin", "survival"])


@pytest.mark.parametrize("name", TABLES)
def test_cmh_is_that_of_mantelhaen_test(r: dict[str, Any], name: str) -> None:
    table, expected = TABLES[name], r[name]
    assert stats.cmh(**table).p_value == pytest.approx(expected["plain"], rel=1e-9)
    corrected = stats.cmh(**table, continuity=True)
    assert [corrected.statistic, corrected.p_value] == pytest.approx(expected["corrected"], rel=1e-9)
    for side in ("greater", "less"):
        one_sided = stats.cmh(**table, continuity=True, alternative=side)
        assert one_sided.p_value == pytest.approx(expected[side], rel=1e-9)


@pytest.mark.parametrize("name", TABLES)
def test_common_odds_ratio_is_that_of_mantelhaen_test(r: dict[str, Any], name: str) -> None:
    odds = stats.mantel_haenszel_odds_ratio(**TABLES[name])
    assert [odds.estimate, odds.lower, odds.upper] == pytest.approx(r[name]["odds"], rel=1e-9)


@pytest.mark.parametrize("name", TABLES)
def test_exact_test_is_that_of_mantelhaen_test(r: dict[str, Any], name: str) -> None:
    table, expected = TABLES[name], r[name]
    assert stats.cmh_exact(**table).p_value == pytest.approx(expected["exact"], rel=1e-7)
    for side in ("greater", "less"):
        one_sided = stats.cmh_exact(**table, alternative=side)
        assert one_sided.p_value == pytest.approx(expected[f"exact_{side}"], rel=1e-7)


@pytest.mark.parametrize("name", TABLES)
def test_conditional_odds_ratio_is_that_of_clogit_and_its_limits_those_of_mantelhaen_test(
    r: dict[str, Any], name: str
) -> None:
    odds = stats.conditional_odds_ratio(**TABLES[name])
    assert odds.estimate == pytest.approx(r[name]["clogit"], rel=1e-8)
    # mantelhaen.test stops its search for a limit v, or for 1/v, at 1.2e-4
    assert [odds.lower, odds.upper] == pytest.approx(r[name]["limits"], rel=2e-3)


@pytest.mark.parametrize("weighting", ["mantel-haenszel", "inverse variance", "inverse variance of score"])
@pytest.mark.parametrize("measure", ["RD", "RR", "OR"])
@pytest.mark.parametrize("name", ["four", "rare", "two"])
def test_score_interval_is_that_of_likelihoods_maximised_in_r(
    r: dict[str, Any], name: str, measure: str, weighting: str
) -> None:
    long = {"RD": "risk difference", "RR": "risk ratio", "OR": "odds ratio"}[measure]
    ours = stats.stratified_miettinen_nurminen(**TABLES[name], measure=long, weighting=weighting)
    # optimize() finds a maximum to about 1e-8 of its place
    assert [ours.lower, ours.estimate, ours.upper, ours.p_value] == pytest.approx(
        r[name]["score"][measure][weighting], rel=1e-5, abs=1e-7
    )


@pytest.mark.parametrize("name", ["four", "rare", "two"])
def test_breslow_day_is_that_of_expectations_searched_in_r(r: dict[str, Any], name: str) -> None:
    plain, tarone = r[name]["breslow"]
    assert stats.breslow_day(**TABLES[name], tarone=False).statistic == pytest.approx(plain, rel=1e-7)
    assert stats.breslow_day(**TABLES[name]).statistic == pytest.approx(tarone, rel=1e-7)


@pytest.mark.parametrize("name", ["four", "rare", "two"])
def test_minimum_risk_is_the_matrix_equation_of_the_paper(r: dict[str, Any], name: str) -> None:
    expected = r[name]["minrisk"]
    ours = stats.minimum_risk(**TABLES[name])
    assert ours.weights == pytest.approx(expected["weights"], rel=1e-9)
    assert ours.estimate == pytest.approx(expected["estimate"], rel=1e-9)
    assert ours.p_value == pytest.approx(expected["p"], rel=1e-9)
    assert ours.upper - ours.estimate == pytest.approx(expected["half"], rel=1e-9)


GENERALISED = {
    "general": {"statistic": "general association"},
    "row_means": {"statistic": "row means", "column_scores": SCORES},
    "correlation": {"statistic": "correlation", "column_scores": SCORES, "row_scores": [1, 2, 3]},
    "rank": {"statistic": "row means", "scores": "rank"},
    "ridit": {"statistic": "row means", "scores": "ridit"},
    "modified_ridit": {"statistic": "row means", "scores": "modified ridit"},
    "rank_correlation": {"statistic": "correlation", "scores": "rank"},
}


@pytest.mark.parametrize("name", GENERALISED)
def test_generalised_cmh_is_that_of_coin(r: dict[str, Any], name: str) -> None:
    table = stats.cross_tabulate(ROWS, COLUMNS, STRATA)
    ours = stats.generalised_cmh(table.counts, **GENERALISED[name])
    assert [ours.statistic, ours.p_value] == pytest.approx(r[name], rel=1e-7)


def test_general_association_is_that_of_mantelhaen_test(r: dict[str, Any]) -> None:
    ours = stats.generalised_cmh(np.array(r["full"]))
    assert [ours.statistic, ours.df, ours.p_value] == pytest.approx(r["base"], rel=1e-9)


def test_row_means_of_ranks_in_one_stratum_are_kruskal_and_wallis(r: dict[str, Any]) -> None:
    kept = np.array(r["kept"])
    table = stats.cross_tabulate(ROWS[kept], COLUMNS[kept])
    ours = stats.generalised_cmh(table.counts, statistic="row means", scores="rank")
    assert [ours.statistic, ours.df, ours.p_value] == pytest.approx(r["kruskal"], rel=1e-9)


def test_trend_is_that_of_prop_trend_test(r: dict[str, Any]) -> None:
    ours = stats.cochran_armitage(x=[49, 63, 61, 64], n=[108, 108, 108, 107], scores=[0, 200, 600, 1200])
    assert ours.statistic is not None
    assert [ours.statistic**2, ours.p_value] == pytest.approx(r["trend"], rel=1e-9)
