"""Logistic regression, standardised risks and GEE against R (glm, sandwich, geepack), asked live.

The variances of standardised risks are written out in R from the formulas of docs/methods/adjustment.md;
those of beeca stand in the shared vectors.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from live_r import run_r

from lupustrial import stats

DRAW = random.Random(8)  # noqa: S311 - made-up data, no secret
N = 150
ARMS = ["PBO", "high", "low"]


def _trial() -> dict[str, list[Any]]:
    data: dict[str, list[Any]] = {
        "arm": [ARMS[i % 3] for i in range(N)],
        "base": [round(DRAW.gauss(0, 1), 3) for _ in range(N)],
        "sex": [DRAW.choice("FM") for _ in range(N)],
        "site": [DRAW.choice("AB") for _ in range(N)],
    }
    rows = zip(data["arm"], data["base"], data["sex"], strict=True)
    risks = [1 / (1 + np.exp(0.6 - 0.8 * (a != "PBO") - 0.7 * b - 0.3 * (s == "F"))) for a, b, s in rows]
    return data | {"y": [int(DRAW.random() < risk) for risk in risks]}


def _visits() -> dict[str, list[Any]]:
    """Six visits of 60 participants, of whom a quarter of visits and some whole participants are missing."""
    rows = []
    for who in range(60):
        own, last = DRAW.gauss(0, 1), DRAW.gauss(0, 1)
        for visit in range(1, 7):
            last = 0.6 * last + 0.8 * DRAW.gauss(0, 1)
            value = round(own + last + 0.3 * visit * (who % 2), 4)
            if DRAW.random() < 0.75:
                rows.append((who, ("PBO", "TRT")[who % 2], float(visit), value, int(value > 0.5)))
    names = ("id", "arm", "visit", "value", "response")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


TRIAL, VISITS = _trial(), _visits()
FORMULAS = ["y ~ arm", "y ~ arm + base + sex", "y ~ arm*base + sex + site"]
KINDS = ["HC0", "HC1", "HC2", "HC3", "HC4", "HC4m", "HC5"]
GEES = [
    (family, correlation)
    for family in ("binomial", "gaussian")
    for correlation in ("independence", "exchangeable", "ar1")
]
CODE = """
d <- as.data.frame(input$trial, stringsAsFactors=TRUE)
d$arm <- relevel(d$arm, "PBO")
exact <- glm.control(epsilon=1e-14, maxit=100)
output$fits <- lapply(input$formulas, function(text) {
  f <- glm(as.formula(text), binomial, d, control=exact)
  risk <- sapply(levels(d$arm), function(a) { e <- d; e$arm[] <- a; predict(f, e, type="response") })
  rows <- lapply(levels(d$arm), function(a) { e <- d; e$arm[] <- a; model.matrix(formula(f), e) })
  slope <- t(sapply(1:3, function(k) colMeans(risk[, k] * (1 - risk[, k]) * rows[[k]])))
  ge <- function(v) slope %*% v %*% t(slope)
  part <- function(k) d$arm == levels(d$arm)[k]
  ye <- function(direct) { v <- matrix(0, 3, 3)
    for (a in 1:3) for (b in 1:3) { i <- part(a); j <- part(b)
      v[a, b] <- if (a == b) {
        r <- if (direct) var(d$y[i] - risk[i, a]) else
          var(d$y[i]) - 2 * cov(d$y[i], risk[i, a]) + var(risk[, a])
        r / mean(i) + 2 * cov(d$y[i], risk[i, a]) - var(risk[, a])
      } else cov(d$y[i], risk[i, b]) + cov(d$y[j], risk[j, a]) - cov(risk[, a], risk[, b]) }
    v / nrow(d) }
  share <- sapply(1:3, function(k) mean(part(k)))
  z <- interaction(d$sex, d$site)
  gain <- Reduce(`+`, lapply(levels(z), function(s) {
    m <- diag(sapply(1:3, function(k) mean((d$y - risk[, k])[part(k) & z == s])) / share)
    mean(z == s) * m %*% (diag(share) - outer(share, share)) %*% m }))
  list(coef=coef(f), se=unname(sqrt(diag(vcov(f)))), deviance=deviance(f),
       p=unname(summary(f)$coefficients[, 4]),
       wald=c(coef(f)[2:3] %*% solve(vcov(f)[2:3, 2:3], coef(f)[2:3])),
       robust=setNames(lapply(input$kinds, function(k) unname(sqrt(diag(vcovHC(f, k))))), input$kinds),
       risk=unname(colMeans(risk)), ge_model=ge(vcov(f)), ge_HC3=ge(vcovHC(f, "HC3")),
       ye=ye(FALSE), ye_direct=ye(TRUE), ye_strata=ye(FALSE) - gain / nrow(d))
})
v <- as.data.frame(input$visits)
v$arm <- factor(v$arm); v$resp <- v$response
tight <- geese.control(epsilon=1e-13, maxit=500)
output$gee <- lapply(seq_along(input$families), function(i) {
  formula <- if (input$families[i] == "binomial") response ~ arm*visit else value ~ arm*visit
  f <- geeglm(formula, input$families[i], v, id=id, waves=visit, corstr=input$correlations[i], control=tight)
  alpha <- if (length(f$geese$alpha)) unname(f$geese$alpha) else NA
  list(coef=unname(coef(f)), se=summary(f)$coefficients[, 2], alpha=alpha, scale=unname(f$geese$gamma),
       naive=unname(sqrt(diag(f$geese$vbeta.naiv))))
})
"""


@pytest.fixture(scope="module")
def r() -> dict[str, Any]:
    families, correlations = zip(*GEES, strict=True)
    asked = {"trial": TRIAL, "visits": VISITS, "formulas": FORMULAS, "kinds": KINDS}
    asked |= {"families": families, "correlations": correlations}
    return run_r(CODE, asked, ["sandwich", "geepack"])


def _design(formula: str) -> stats.Design:
    return stats.model_design(formula, TRIAL, reference={"arm": "PBO"})


@pytest.mark.parametrize("place", range(len(FORMULAS)), ids=FORMULAS)
def test_logistic_regression_is_that_of_glm_and_sandwich(r: dict[str, Any], place: int) -> None:
    theirs, design = r["fits"][place], _design(FORMULAS[place])
    fit = stats.logistic_regression(design)
    assert list(fit.coefficients) == pytest.approx(theirs["coef"], rel=1e-8)
    assert list(fit.standard_errors) == pytest.approx(theirs["se"], rel=1e-8)
    assert fit.deviance == pytest.approx(theirs["deviance"], rel=1e-12)
    assert [one.p_value for one in stats.linear_estimates(fit)] == pytest.approx(theirs["p"], rel=1e-7)
    for kind in KINDS:
        errors = stats.logistic_regression(design, covariance=kind).standard_errors
        assert list(errors) == pytest.approx(theirs["robust"][kind], rel=1e-7)


def test_terms_are_tested_by_wald_chi_square(r: dict[str, Any]) -> None:
    for place in (0, 1):
        for kind in ("II", "III"):
            test = stats.term_test(stats.logistic_regression(_design(FORMULAS[place])), "arm", kind=kind)
            assert test.statistic == pytest.approx(r["fits"][place]["wald"], rel=1e-8)
            assert (test.method, test.df, test.note) == ("wald_chi_square", 2, f"type {kind}")
            # the tail of chi-square with 2 df is exponential
            assert test.p_value == pytest.approx(np.exp(-r["fits"][place]["wald"] / 2), rel=1e-7)


@pytest.mark.parametrize("place", range(len(FORMULAS)), ids=FORMULAS)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("ge_model", {"variance": "ge", "covariance": "model"}),
        ("ge_HC3", {"variance": "ge", "covariance": "HC3"}),
        ("ye", {}),
        ("ye_direct", {"residual_variance": "direct"}),
        ("ye_strata", {"strata": list(zip(TRIAL["sex"], TRIAL["site"], strict=True))}),
    ],
)
def test_risks_and_their_covariance_are_the_formulas_in_r(
    r: dict[str, Any], place: int, name: str, options: dict[str, Any]
) -> None:
    theirs = r["fits"][place]
    ours = stats.g_computation(_design(FORMULAS[place]), "arm", **options)
    assert ours.arms == ("PBO", "high", "low")
    assert list(ours.risks) == pytest.approx(theirs["risk"], rel=1e-8)
    assert ours.covariance == pytest.approx(np.array(theirs[name]), rel=1e-7, abs=1e-11)


@pytest.mark.parametrize("place", range(len(GEES)), ids=[f"{f}-{c}" for f, c in GEES])
def test_gee_with_missing_visits_is_that_of_geepack(r: dict[str, Any], place: int) -> None:
    theirs, (family, correlation) = r["gee"][place], GEES[place]
    outcome = "response" if family == "binomial" else "value"
    design = stats.model_design(f"{outcome} ~ arm*visit", VISITS)
    shared = {
        "participant": VISITS["id"],
        "visit": VISITS["visit"],
        "family": family,
        "correlation": correlation,
    }
    fit = stats.gee(design, **shared)
    assert list(fit.coefficients) == pytest.approx(theirs["coef"], rel=1e-6)
    assert list(fit.standard_errors) == pytest.approx(theirs["se"], rel=1e-6)
    assert fit.alpha == (theirs["alpha"] and pytest.approx(theirs["alpha"], rel=1e-6))
    assert fit.scale == pytest.approx(theirs["scale"], rel=1e-7)
    model = stats.gee(design, **shared, covariance="model")
    assert list(model.standard_errors) == pytest.approx(theirs["naive"], rel=1e-6)
