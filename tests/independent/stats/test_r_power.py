"""Sample size and power against R, which is asked while the tests run, and against brute force there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from live_r import run_r
from scipy import special
from scipy import stats as distributions

from lupustrial import stats

RATES = ((0.9, 0.33), (0.55, 0.3), (0.12, 0.4), (0.02, 0.2))
TINY = {"n1": 9, "n2": 7}
MARGINS = ((0.55, 0.6, -0.15, 2.0), (0.8, 0.7, -0.05, 1.0), (0.3, 0.5, 0.1, 0.5), (0.9, 0.95, -0.2, 1.5))

CODE = r"""
output$prop <- sapply(1:nrow(input$rates), function(i) power.prop.test(p1=input$rates[i,1],
  p2=input$rates[i,2], power=.9)$n)
output$prop_one <- sapply(1:nrow(input$rates), function(i) power.prop.test(p1=input$rates[i,1],
  p2=input$rates[i,2], power=.8, sig.level=.025, alternative="one.sided")$n)
output$prop_power <- sapply(1:nrow(input$rates), function(i) power.prop.test(n=25, p1=input$rates[i,1],
  p2=input$rates[i,2])$power)
t_size <- function(...) power.t.test(..., tol=1e-10)$n
output$t <- c(t_size(delta=2, sd=4, power=.9, strict=TRUE), t_size(delta=3, sd=2, power=.8, strict=TRUE),
  t_size(delta=.5, power=.8, sig.level=.025, alternative="one.sided"))
output$paired <- c(t_size(delta=2, sd=4, power=.9, type="paired", strict=TRUE),
  t_size(delta=.5, sd=1, power=.8, type="one.sample", alternative="one.sided"))
output$t_power <- c(power.t.test(n=12, delta=.3, sd=1, strict=TRUE)$power,
  power.t.test(n=5, delta=1, sd=1, alternative="one.sided")$power)

n1 <- input$n1; n2 <- input$n2
tables <- expand.grid(x1=0:n1, x2=0:n2)
m <- function(x1, x2) matrix(c(x1, n1 - x1, x2, n2 - x2), 2)
p_of <- function(f) mapply(function(x1, x2) f(m(x1, x2)), tables$x1, tables$x2)
fisher <- list(two=p_of(function(t) fisher.test(t)$p.value),
  greater=p_of(function(t) fisher.test(t, alternative="greater")$p.value),
  less=p_of(function(t) fisher.test(t, alternative="less")$p.value))
likely <- function(pi1, pi2) dbinom(tables$x1, n1, pi1) * dbinom(tables$x2, n2, pi2)
power <- function(p) sum(likely(.75, .2)[p < .05])
level <- function(p) max(sapply(seq(0, 1, length.out=4001), function(pi) sum(likely(pi, pi)[p < .05])))
output$fisher_power <- lapply(fisher, power)
output$fisher_level <- lapply(fisher, level)
pis <- seq(0, 1, length.out=4001)
null <- sapply(pis, function(pi) likely(pi, pi))
sup <- function(order) sapply(order, function(o) max(colSums(null[order <= o + 1e-12, , drop=FALSE])))
s <- tables$x1 + tables$x2
z <- (tables$x1/n1 - tables$x2/n2) / sqrt(s/(n1+n2) * (1 - s/(n1+n2)) * (1/n1 + 1/n2))
z[is.nan(z)] <- 0
two <- function(f) pmin(1, 2 * pmin(f("greater"), f("less")))
boschloo <- function(side) sup(fisher[[side]])
score <- function(side) sup(if (side == "greater") -z else z)
output$exact <- list(boschloo=power(two(boschloo)), unconditional_score=power(two(score)),
  barnard=power(sup(-abs(z))), boschloo_greater=power(boschloo("greater")),
  score_less=sum(likely(.2, .75)[score("less") < .05]))

output$binomial <- sapply(c("two.sided", "greater"), function(a) sum(sapply(0:20, function(x)
  dbinom(x, 20, .55) * (switch(a, greater=binom.test(x, 20, .3, a)$p.value,
    min(1, 2 * min(binom.test(x, 20, .3, "l")$p.value, binom.test(x, 20, .3, "g")$p.value))) < .05))))

# the constrained rates by maximising the likelihood, not by the closed form
output$margins <- apply(input$margins, 1, function(a) {
  p1 <- a[1]; p2 <- a[2]; d <- a[3]; r <- a[4]
  f <- function(q) r * (p1 * log(q + d) + (1 - p1) * log(1 - q - d)) + p2 * log(q) + (1 - p2) * log(1 - q)
  q <- optimize(f, c(max(0, -d), min(1, 1 - d)), maximum=TRUE, tol=1e-12)$maximum
  s0 <- sqrt((q + d) * (1 - q - d) / r + q * (1 - q)); s1 <- sqrt(p1 * (1 - p1) / r + p2 * (1 - p2))
  ((qnorm(.975) * s0 + qnorm(.8) * s1) / (p1 - p2 - d))^2
})
output$ratio_margin <- {
  p1 <- .6; p2 <- .5; d <- .8; r <- 1.5
  f <- function(q) r * (p1 * log(q * d) + (1 - p1) * log(1 - q * d)) + p2 * log(q) + (1 - p2) * log(1 - q)
  q <- optimize(f, c(0, 1), maximum=TRUE, tol=1e-12)$maximum
  s0 <- sqrt(q * d * (1 - q * d) / r + d^2 * q * (1 - q)); s1 <- sqrt(p1 * (1 - p1) / r + d^2 * p2 * (1 - p2))
  ((qnorm(.975) * s0 + qnorm(.9) * s1) / (p1 - d * p2))^2
}

ancova <- function(n1, n2, d, r) integrate(function(t) { n <- n1 + n2
  ncp <- d / sqrt((1 - r^2) * (1/n1 + 1/n2) * (1 + t^2/(n - 2))); q <- qt(.975, n - 3)
  (pt(q, n - 3, ncp, lower.tail=FALSE) + pt(-q, n - 3, ncp)) * dt(t, n - 2) }, -Inf, Inf, rel.tol=1e-10)$value
output$ancova <- c(ancova(8, 11, .9, .6), ancova(30, 30, .5, .3), ancova(4, 3, 2, -.8))
set.seed(20240601)
arm <- rep(0:1, c(7, 9))
output$ancova_simulated <- mean(replicate(6000, { x <- rnorm(16); y <- .7 * x + sqrt(.51) * rnorm(16) + arm
  f <- .lm.fit(cbind(1, arm, x), y); s <- sum(f$residuals^2) / 13
  v <- chol2inv(f$qr[1:3, 1:3])[2, 2] * s
  abs(f$coefficients[2] / sqrt(v)) > qt(.975, 13) }))
ranks <- replicate(6000, { x <- rnorm(26, .9); wilcox.test(x, rnorm(26), exact=FALSE)$p.value < .05 })
output$ranks_simulated <- mean(ranks)
"""


@pytest.fixture(scope="module")
def r() -> dict[str, Any]:
    return run_r(CODE, {"rates": RATES, "margins": MARGINS, **TINY})


def test_two_proportions_by_the_normal_formula(r: dict[str, Any]) -> None:
    for (p1, p2), n, one, power in zip(RATES, r["prop"], r["prop_one"], r["prop_power"], strict=True):
        size = stats.sample_size_two_proportions(p1=p1, p2=p2, power=0.9)
        assert size.n1_unrounded == pytest.approx(n, rel=2e-5)  # the root finder of R stops there
        side = "greater" if p1 > p2 else "less"
        size = stats.sample_size_two_proportions(p1=p1, p2=p2, power=0.8, alpha=0.025, alternative=side)
        assert size.n2_unrounded == pytest.approx(one, rel=2e-5)
        ours = stats.approximate_power_two_proportions(p1=p1, p2=p2, n1=25, n2=25)
        assert ours == pytest.approx(power, abs=1e-12)


def test_means_by_the_noncentral_t(r: dict[str, Any]) -> None:
    sizes = (
        stats.sample_size_two_means(difference=2, sd=4, power=0.9),
        stats.sample_size_two_means(difference=3, sd=2),
        stats.sample_size_two_means(difference=0.5, sd=1, alpha=0.025, alternative="greater"),
    )
    assert [size.n1_unrounded for size in sizes] == pytest.approx(r["t"], rel=1e-7)
    pairs = (
        stats.sample_size_paired_means(difference=-2, sd=4, power=0.9),
        stats.sample_size_paired_means(difference=0.5, sd=1, alternative="greater"),
    )
    assert [size.n_unrounded for size in pairs] == pytest.approx(r["paired"], rel=1e-7)
    powers = (
        stats.power_two_means(difference=0.3, sd=1, n1=12, n2=12),
        stats.power_two_means(difference=-1, sd=1, n1=5, n2=5, alternative="less"),
    )
    assert powers == pytest.approx(r["t_power"], abs=1e-10)


@pytest.mark.parametrize(("side", "name"), [("two-sided", "two"), ("greater", "greater"), ("less", "less")])
def test_fisher_enumerated_by_r(r: dict[str, Any], side: str, name: str) -> None:
    options: dict[str, Any] = {**TINY, "test": "fisher", "alternative": side}
    power = stats.power_two_proportions(p1=0.75, p2=0.2, **options)
    assert power == pytest.approx(r["fisher_power"][name], abs=1e-12)
    assert stats.exact_level_two_proportions(**options).level == pytest.approx(
        r["fisher_level"][name], abs=1e-7
    )


def test_unconditional_tests_enumerated_by_brute_force_in_r(r: dict[str, Any]) -> None:
    for test in ("boschloo", "unconditional_score", "barnard"):
        ours = stats.power_two_proportions(p1=0.75, p2=0.2, test=test, **TINY)
        assert ours == pytest.approx(r["exact"][test], abs=1e-12), test
    one = stats.power_two_proportions(p1=0.75, p2=0.2, test="boschloo", alternative="greater", **TINY)
    assert one == pytest.approx(r["exact"]["boschloo_greater"], abs=1e-12)
    options: dict[str, Any] = {"test": "unconditional_score", "alternative": "less", **TINY}
    less = stats.power_two_proportions(p1=0.2, p2=0.75, **options)
    assert less == pytest.approx(r["exact"]["score_less"], abs=1e-12)


def test_one_proportion_enumerated_by_r(r: dict[str, Any]) -> None:
    ours = [
        stats.power_one_proportion(p=0.55, null=0.3, n=20, alternative=side)
        for side in ("two-sided", "greater")
    ]
    assert ours == pytest.approx(r["binomial"], abs=1e-12)


def test_margins_with_rates_constrained_by_maximising_the_likelihood(r: dict[str, Any]) -> None:
    for (p1, p2, margin, ratio), n2 in zip(MARGINS, r["margins"], strict=True):
        size = stats.sample_size_two_proportions(
            p1=p1, p2=p2, margin=margin, ratio=ratio, variance="farrington_manning"
        )
        assert size.n2_unrounded == pytest.approx(n2, rel=1e-7)
    size = stats.sample_size_two_proportions(
        p1=0.6,
        p2=0.5,
        margin=0.8,
        measure="risk ratio",
        ratio=1.5,
        power=0.9,
        variance="farrington_manning",
    )
    assert size.n2_unrounded == pytest.approx(r["ratio_margin"], rel=1e-7)


def test_ancova_is_averaged_over_the_chance_imbalance(r: dict[str, Any]) -> None:
    ours = (
        stats.power_ancova(difference=0.9, sd=1, correlation=0.6, n1=8, n2=11),
        stats.power_ancova(difference=0.5, sd=1, correlation=0.3, n1=30, n2=30),
        stats.power_ancova(difference=2, sd=1, correlation=-0.8, n1=4, n2=3),
    )
    assert ours == pytest.approx(r["ancova"], abs=1e-9)


def test_ancova_and_ranks_against_trials_simulated_in_r(r: dict[str, Any]) -> None:
    ours = stats.power_ancova(difference=1, sd=1, correlation=0.7, n1=9, n2=7)
    assert r["ancova_simulated"] == pytest.approx(ours, abs=4 * np.sqrt(ours * (1 - ours) / 6000))
    win = stats.win_probability_of_shift(difference=0.9, sd=1)
    # Noether takes the variance of no effect, and comes out a few points low where the effect is large
    assert r["ranks_simulated"] == pytest.approx(
        stats.power_ranks(win_probability=win, n1=26, n2=26), abs=0.05
    )


def test_pearson_by_hand() -> None:
    # 2 against 2: chi-square is 4 where all differ from all (p = .0455), and at most 4/3 elsewhere
    power = stats.power_two_proportions(p1=0.8, p2=0.1, n1=2, n2=2)
    assert power == pytest.approx(0.8**2 * 0.9**2 + 0.2**2 * 0.1**2, rel=1e-14)
    level = stats.exact_level_two_proportions(n1=2, n2=2)
    assert (level.level, level.rate) == pytest.approx((2 * 0.5**4, 0.5), rel=1e-9)


def test_noether_by_hand() -> None:
    # N = (1.959964 + 1.281552)^2 / (12 x 1/4 x 0.1^2)
    z = special.ndtri(0.975) + special.ndtri(0.9)
    size = stats.sample_size_ranks(win_probability=0.6, power=0.9)
    assert size.n1_unrounded + size.n2_unrounded == pytest.approx(z**2 / 0.03, rel=1e-12)
    assert (size.n1, size.n2) == (176, 176)


def test_ordered_categories_by_hand() -> None:
    shift = stats.shift_of_categories([0.2, 0.3, 0.5], [0.5, 0.3, 0.2])
    # wins: .3 x .5 + .5 x .8; ties: .1 + .09 + .1; thirds powers of .35, .3, .35
    assert shift.win_probability == pytest.approx(0.55 + 0.29 / 2, rel=1e-12)
    assert shift.ties == pytest.approx(2 * 0.35**3 + 0.3**3, rel=1e-12)


def test_paired_power_is_the_noncentral_t_by_hand() -> None:
    """20 pairs, difference 1, deviation 2: t with 19 df around sqrt(20)/2, both tails (R: strict=TRUE)."""
    centre, quantile = 20**0.5 / 2, distributions.t.ppf(0.975, 19)
    both = distributions.nct.sf(quantile, 19, centre) + distributions.nct.cdf(-quantile, 19, centre)
    assert stats.power_paired_means(difference=1, sd=2, n=20) == pytest.approx(both, abs=1e-9)
