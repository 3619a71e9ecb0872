"""Group sequential chances against R's multivariate normal integral (mvtnorm, Miwa's algorithm).

The statistic at several looks is multivariate normal with correlations sqrt(t_i / t_j); no recursion is used.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from live_r import run_r
from scipy.special import ndtr

from lupustrial import stats

DESIGNS = {
    "of": stats.group_sequential_design(stages=3),
    "pocock two-sided": stats.group_sequential_design(
        information=[0.2, 0.55, 1], alpha=0.05, sided="two-sided", kind="pocock"
    ),
    "spending, binding futility": stats.group_sequential_design(
        information=[0.3, 0.5, 0.8, 1],
        kind="spending",
        spending="hwang_shih_decani",
        parameter=-4,
        futility=[-0.5, 0.3, 0.9],
        binding=True,
    ),
    "late look": stats.group_sequential_design(
        information=[0.4, 0.98, 1], kind="spending", spending="lan_demets_pocock"
    ),
    "beta spending": stats.beta_spending_design(information=[0.4, 0.7, 1]),
}
DRIFTS = (0.0, 1.0, 3.2)

CODE = """
stop_at <- function(k, t, low, high, drift, side) {
  lower <- c(low[seq_len(k - 1)], if (side == "above") high[k] else -40)
  upper <- c(high[seq_len(k - 1)], if (side == "above") 40 else low[k])
  mean <- drift * sqrt(t[1:k])
  if (k == 1) return(pnorm(upper - mean) - pnorm(lower - mean))
  corr <- outer(t[1:k], t[1:k], function(a, b) sqrt(pmin(a, b) / pmax(a, b)))
  as.numeric(pmvnorm(pmax(lower, -40), pmin(upper, 40), mean=mean, corr=corr, algorithm=Miwa(steps=1024)))
}
for (name in names(input)) {
  d <- input[[name]]
  output[[name]] <- lapply(d$drifts, function(drift) list(
    above=sapply(seq_along(d$t), function(k) stop_at(k, d$t, d$low, d$high, drift, "above")),
    below=sapply(seq_along(d$t), function(k) stop_at(k, d$t, d$low, d$high, drift, "below"))))
}
"""


def _lows(design: stats.GroupSequentialDesign) -> list[float]:
    if design.sided == "two-sided":
        return [-z for z in design.critical]
    return [*(design.futility or [-40.0] * (len(design.critical) - 1)), design.critical[-1]]


@pytest.fixture(scope="module")
def r() -> dict[str, Any]:
    data = {
        name: {"t": design.information, "high": design.critical, "low": _lows(design), "drifts": DRIFTS}
        for name, design in DESIGNS.items()
    }
    return run_r(CODE, data, packages=("mvtnorm",))


@pytest.mark.parametrize("name", list(DESIGNS))
def test_chances_to_stop_are_those_of_the_multivariate_normal(r: dict[str, Any], name: str) -> None:
    design = DESIGNS[name]
    for drift, of_r in zip(DRIFTS, r[name], strict=True):
        ours = stats.stopping_chances(design, drift=drift)
        assert list(ours.reject) == pytest.approx(of_r["above"], abs=2e-7)
        below = list(ours.reject_other if design.sided == "two-sided" else ours.futile)
        assert below == pytest.approx(of_r["below"], abs=2e-7)


@pytest.mark.parametrize("name", list(DESIGNS))
def test_level_is_spent_whole(r: dict[str, Any], name: str) -> None:
    design, null = DESIGNS[name], r[name][0]
    total = sum(null["above"]) + (sum(null["below"]) if design.sided == "two-sided" else 0)
    if name == "beta spending":  # not binding: futility stops that are obeyed cost some of the level
        assert total < design.alpha
    else:
        assert total == pytest.approx(design.alpha, abs=2e-7)


def test_two_stages_of_fishers_product_by_hand() -> None:
    """P(p1 <= c1) + integral over p1 > c1 of min(1, c2 / p1) = c1 - c2 log(c1)."""
    design = stats.fisher_design(stages=2, alpha=0.05)
    c1, c2 = design.critical
    assert c1 - c2 * math.log(c1) == pytest.approx(0.05, rel=1e-12)
    assert c2 * (1 - math.log(c2)) == pytest.approx(c1, rel=1e-12)  # one local level for both products
    assert design.spent == pytest.approx((c1, 0.05))


def test_four_stages_of_fishers_product_by_simulation() -> None:
    rng = np.random.default_rng(6)
    products = np.cumprod(rng.random((400_000, 4)), axis=1)
    for method in ("equal_alpha", "full_alpha"):
        design = stats.fisher_design(stages=4, alpha=0.1, method=method)
        stopped = np.logical_or.accumulate(products <= np.array(design.critical), axis=1).mean(axis=0)
        assert list(design.spent) == pytest.approx(stopped, abs=4 * math.sqrt(0.1 * 0.9 / 400_000))


def test_power_of_rates_is_near_a_simulation_of_the_pooled_test() -> None:
    """The formula is a normal approximation, the simulation draws binomials: they agree within 0.01."""
    design = stats.group_sequential_design(information=[0.5, 1], kind="pocock")
    formula = stats.power_sequential_rates(design, p1=0.55, p2=0.3, n=200)
    rng, runs = np.random.default_rng(3), 40_000
    x1, x2 = (np.cumsum(rng.binomial(50, p, (runs, 2)), axis=1) for p in (0.55, 0.3))
    n = np.array([50, 100])
    pooled = (x1 + x2) / (2 * n)
    z = (x1 - x2) / n / np.sqrt(np.maximum(pooled * (1 - pooled), 1e-9) * 2 / n)
    first, any_look = z[:, 0] >= design.critical[0], (z >= np.array(design.critical)).any(axis=1)
    assert formula.power == pytest.approx(any_look.mean(), abs=0.01)
    assert formula.expected_n == pytest.approx(200 - 100 * first.mean(), abs=3)


def test_conditional_power_of_fishers_product_by_simulation() -> None:
    design = stats.fisher_design(stages=4, alpha=0.1)
    found = stats.conditional_power_rates(
        design, x1=[11], n1=[20], x2=[6], n2=[20], planned=[40, 40, 40], p1=0.5, p2=0.4
    )
    error = stats.conditional_power_rates(
        design, x1=[11], n1=[20], x2=[6], n2=[20], planned=[40, 40, 40], p1=0.4, p2=0.4
    )
    # under equal rates both variances agree, so the chances are the conditional error of the products
    rng = np.random.default_rng(9)
    first = stats.combination_test_rates(design, x1=[11], n1=[20], x2=[6], n2=[20]).stage_p_values[0]
    products = first * np.cumprod(rng.random((400_000, 3)), axis=1)
    stopped = np.logical_or.accumulate(products <= np.array(design.critical[1:]), axis=1).mean(axis=0)
    assert list(error) == pytest.approx(stopped, abs=0.004)
    assert all(high > low for high, low in zip(found, error, strict=True))


def test_conditional_power_that_rpact_simulates_is_that_of_a_larger_simulation() -> None:
    """Reference case adapt_cp_fisher_equalalpha: rpact printed 0.414 and 0.708 from 1,000 trials."""
    design = stats.fisher_design(stages=3)
    counts = {"x1": [11], "n1": [20], "x2": [6], "n2": [20]}
    found = stats.conditional_power_rates(design, **counts, planned=[43, 49], p1=0.55, p2=0.3)
    # the drift by hand: unpooled at 0.55 and 0.3, pooled at 0.425, corrected by the conditional error
    z, crit = 1.599232552518, design.critical
    first = 0.5 * math.erfc(z / math.sqrt(2))
    rng = np.random.default_rng(12)
    p_values = rng.random((2_000_000, 2))
    null = (first * p_values[:, 0] <= crit[1]) | (first * p_values.prod(axis=1) <= crit[2])
    quantile = NormalDist().inv_cdf(1 - float(null.mean()))
    pooled, unpooled = math.sqrt(0.425 * 0.575), math.sqrt((0.55 * 0.45 + 0.3 * 0.7) / 2)
    drift = 0.25 * math.sqrt(92) / 2 / unpooled + quantile * (1 - pooled / unpooled)
    later = rng.normal(size=(2_000_000, 2)) + drift * np.sqrt(np.array([43, 49]) / 92)
    products = first * np.cumprod(ndtr(-later), axis=1)
    second = products[:, 0] <= crit[1]
    third = second | (products[:, 1] <= crit[2])
    assert found == pytest.approx((second.mean(), third.mean()), abs=0.0015)
    assert abs(found[1] - 0.708) < 2 * math.sqrt(0.708 * 0.292 / 1000)
