"""Multiple tests against R as it is installed: stats, mvtnorm, multcomp. One R process answers everything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from live_r import run_r
from scipy import special

from lupustrial import stats

RNG = np.random.default_rng(20261126)
LISTS = {
    "few": [0.01, 0.04, 0.03, 0.005, 0.2, 0.012],
    "tied": [0.02, 0.02, 0.02, 0.5, 0.5, 0.001],
    "ends": [0.0, 1.0, 0.3, 0.0, 0.9999],
    "one": [0.04],
    "many": np.round(RNG.beta(0.4, 2, 60), 6).tolist(),
}
#: Our name → that of R's p.adjust.
NAMES = {
    "bonferroni": "bonferroni",
    "holm": "holm",
    "hochberg": "hochberg",
    "hommel": "hommel",
    "benjamini_hochberg": "BH",
    "benjamini_yekutieli": "BY",
}
#: A correlation that is no product, one with independent blocks, one with negative signs.
GENERAL = [[1, 0.7, 0.2, -0.1], [0.7, 1, 0.5, 0.3], [0.2, 0.5, 1, 0.6], [-0.1, 0.3, 0.6, 1]]
BLOCKS = [[1, 0.6, 0, 0], [0.6, 1, 0, 0], [0, 0, 1, -0.4], [0, 0, -0.4, 1]]
NEGATIVE = np.where(np.eye(4, dtype=bool), 1.0, -0.25).tolist()
MATRICES = {"general": GENERAL, "blocks": BLOCKS, "negative": NEGATIVE}
TAILS = [0.012, 0.03, 0.008, 0.021]
DFS = {"normal": 0, "t7": 7}
GROUP = np.repeat([0, 1, 2, 3], [14, 9, 12, 11])
VALUE = np.round(RNG.normal(0, 1, GROUP.size) + np.array([0, 0.4, 0.9, 1.3])[GROUP], 4)

CODE = """
output$adjusted <- lapply(input$lists, function(p)
  lapply(input$names, function(m) I(p.adjust(p, m))))
set.seed(1)
inside <- function(low, q, corr) pmvnorm(low, q, corr=corr, algorithm=Miwa(steps=128))[1]
one_of <- function(corr, df, two) {
  p <- if (two) input$tails / 2 else input$tails
  q <- if (df == 0) qnorm(p, lower.tail=FALSE) else qt(p, df, lower.tail=FALSE)
  low <- if (two) -q else rep(-Inf, length(q))
  if (df == 0) return(1 - inside(low, q, corr))
  at <- function(v) {  # pmvt is a randomised rule with an error of 5e-6; so integrate over the scale exp(v)
    density <- dchisq(df * exp(2 * v), df) * 2 * df * exp(2 * v)
    if (density < 1e-14) 0 else density * (1 - inside(exp(v) * low, exp(v) * q, corr))
  }
  0.05 * sum(sapply(seq(-6, 2.5, by=0.05), at))
}
output$union <- lapply(input$matrices, function(m) lapply(input$dfs, function(df)
  c(one_of(m, df, FALSE), one_of(m, df, TRUE))))
d <- data.frame(y=input$value, g=factor(input$group))
fit <- lm(y ~ g, d)
dunnett <- function(alternative, type) {
  s <- summary(glht(fit, linfct=mcp(g="Dunnett"), alternative=alternative),
               test=adjusted(type, abseps=1e-5, maxpts=25000))
  as.numeric(s$test$pvalues)
}
output$single <- list(greater=dunnett("greater", "single-step"), two=dunnett("two.sided", "single-step"))
output$closed <- list(greater=dunnett("greater", "free"), two=dunnett("two.sided", "free"))
raw <- function(alternative) as.numeric(summary(
  glht(fit, linfct=mcp(g="Dunnett"), alternative=alternative), test=univariate())$test$pvalues)
output$raw <- list(greater=raw("greater"), two=raw("two.sided"))
"""


@pytest.fixture(scope="module")
def r() -> dict[str, Any]:
    data = {
        "lists": LISTS,
        "names": NAMES,
        "tails": TAILS,
        "matrices": MATRICES,
        "dfs": DFS,
        "value": VALUE.tolist(),
        "group": GROUP.tolist(),
    }
    return run_r(CODE, data, ["mvtnorm", "multcomp"])


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("name", LISTS)
def test_adjusted_p_values_are_those_of_r(r: dict[str, Any], name: str, method: str) -> None:
    ours = stats.adjust_p_values(LISTS[name], method=method).adjusted
    assert ours == pytest.approx(r["adjusted"][name][method], rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("alternative", ["one-sided", "two-sided"])
@pytest.mark.parametrize("df", DFS)
@pytest.mark.parametrize("name", MATRICES)
def test_joint_p_values_are_those_of_mvtnorm(r: dict[str, Any], name: str, df: str, alternative: str) -> None:
    # Weights in proportion to the tails make the limits of all four those of mvtnorm.
    weights = np.array(TAILS) / sum(TAILS)
    ours = stats.closed_test(
        TAILS,
        stats.multiplicity_graph(weights, np.zeros((4, 4))),
        test="parametric",
        correlation=MATRICES[name],
        df=DFS[df] or None,
        alternative=alternative,
    )
    expected = r["union"][name][df][alternative == "two-sided"]
    assert ours.intersection_p[0] == pytest.approx(expected, abs=2e-6)
    assert ours.numerical_error < 5e-6


def correlations() -> np.ndarray:
    """Return those of three comparisons with one control: λ_i λ_j with λ² = n_i / (n_i + n_0)."""
    sizes = np.bincount(GROUP)
    loading = np.sqrt(sizes[1:] / (sizes[1:] + sizes[0]))
    return np.where(np.eye(3, dtype=bool), 1.0, np.outer(loading, loading))


@pytest.mark.parametrize(("key", "alternative"), [("greater", "one-sided"), ("two", "two-sided")])
def test_dunnett_is_that_of_multcomp(r: dict[str, Any], key: str, alternative: str) -> None:
    options: dict[str, Any] = {
        "correlation": correlations(),
        "df": float(GROUP.size - 4),
        "alternative": alternative,
    }
    single = stats.single_step(r["raw"][key], **options)
    assert single.adjusted == pytest.approx(r["single"][key], abs=2e-5)
    closed = stats.closed_test(r["raw"][key], stats.holm_graph(3), test="parametric", **options)
    assert closed.adjusted == pytest.approx(r["closed"][key], abs=2e-5)
    assert closed.numerical_error == 0.0


def test_raw_p_values_are_those_of_the_pooled_t(r: dict[str, Any]) -> None:
    means = np.array([VALUE[group == GROUP].mean() for group in range(4)])
    sizes = np.bincount(GROUP)
    variance = sum(((VALUE[group == GROUP] - means[group]) ** 2).sum() for group in range(4)) / (
        GROUP.size - 4
    )
    t = (means[1:] - means[0]) / np.sqrt(variance * (1 / sizes[1:] + 1 / sizes[0]))
    assert special.stdtr(GROUP.size - 4, -t).tolist() == pytest.approx(r["raw"]["greater"], rel=1e-9)
