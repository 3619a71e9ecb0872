"""Dose finding beside R as it is installed: lm, nls, optim and mvtnorm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from dose_trials import BINARY, covariates_of, made_trial
from live_r import run_r

from lupustrial import stats

CANDIDATES = (
    stats.dose_model("linear"),
    stats.dose_model("emax", 0.2),
    stats.dose_model("logistic", (0.4, 0.1)),
    stats.dose_model("quadratic", -0.7),
)
CODE = """
d <- data.frame(dose=input$trial$dose, y=input$trial$response, sex=input$trial$sex, base=input$trial$baseline)
# adjusted means, contrast statistics
m <- lm(y ~ 0 + factor(dose) + sex + base, d)
k <- length(unique(d$dose))
mu <- coef(m)[1:k]; S <- vcov(m)[1:k, 1:k]
Si <- solve(S); one <- rep(1, k)
C <- t(apply(input$shapes, 1, function(f) {
  x <- Si %*% (f - sum(Si %*% f) / sum(Si)); as.vector(x) / sqrt(sum(x^2)) }))
R <- cov2cor(C %*% S %*% t(C))
t <- as.vector(C %*% mu) / sqrt(diag(C %*% S %*% t(C)))
set.seed(1)
tight <- GenzBretz(abseps=1e-7, maxpts=3e6)
p <- function(q, df, sides=1) {
  upper <- rep(q, nrow(R))
  1 - pmvt(lower=if (sides == 2) -upper else -Inf, upper=upper, corr=R, df=df, algorithm=tight)
}
output$t <- t
output$p_t <- sapply(t, p, df=m$df.residual)
output$p_two <- p(max(t), m$df.residual, 2)
output$df <- m$df.residual
# fits
one_fit <- function(f, ...) list(coef=as.list(coef(f)), se=as.list(sqrt(diag(vcov(f)))),
  rss=sum(resid(f)^2), aic=AIC(f))
tight_nls <- nls.control(tol=1e-7, maxiter=500, minFactor=1e-12)
output$emax <- one_fit(nls(y ~ e0 + eMax * dose / (ed50 + dose) + b1 * sex + b2 * base, d,
  start=list(e0=2, eMax=1.4, ed50=.15, b1=.5, b2=-.1), control=tight_nls))
output$emax_alone <- one_fit(nls(y ~ e0 + eMax * dose / (ed50 + dose), d,
  start=list(e0=1, eMax=1.4, ed50=.15), control=tight_nls))
output$quadratic <- one_fit(lm(y ~ dose + I(dose^2) + sex + base, d))
output$linlog <- one_fit(lm(y ~ log(dose + .02), d))
# generalised least squares of log odds
x <- input$binary$x; n <- input$binary$n; dose <- input$binary$doses
mu <- log(x / (n - x)); v <- 1 / x + 1 / (n - x)
curve <- list(
  emax=function(p) p[1] + p[2] * dose / (p[3] + dose),
  exponential=function(p) p[1] + p[2] * (exp(dose / p[3]) - 1),
  sigEmax=function(p) p[1] + p[2] * dose^p[4] / (p[3]^p[4] + dose^p[4]),
  logistic=function(p) p[1] + p[2] / (1 + exp((p[3] - dose) / p[4])),
  betaMod=function(p) p[1] + p[2] * exp((p[3] + p[4]) * log(p[3] + p[4]) - p[3] * log(p[3]) -
    p[4] * log(p[4])) * (dose / 1.8)^p[3] * (1 - dose / 1.8)^p[4])
box <- input$box
best <- function(name) {
  low <- unlist(box[[name]][, 1]); high <- unlist(box[[name]][, 2]); q <- length(low)
  f <- function(p) sum((mu - curve[[name]](p))^2 / v)
  found <- Inf
  set.seed(7)
  for (k in 1:40) {
    o <- optim(c(-1, 1, low + runif(q) * (high - low)), f, method="L-BFGS-B",
      lower=c(-20, -20, low), upper=c(20, 20, high), control=list(factr=1e2, maxit=5000))
    found <- min(found, o$value)
  }
  found
}
output$gls <- lapply(setNames(names(curve), names(curve)), best)
"""
BOX = {
    "emax": [[0.0015, 2.25]],
    "exponential": [[0.15, 3.0]],
    "sigEmax": [[0.0015, 2.25], [0.5, 10.0]],
    "logistic": [[0.0015, 2.25], [0.015, 0.75]],
    "betaMod": [[0.05, 4.0], [0.05, 4.0]],
}


@pytest.fixture(scope="module")
def r() -> dict[str, Any]:
    doses = np.array([0.0, 0.05, 0.2, 0.6, 1.0])
    shapes = [
        doses.tolist(),
        (doses / (0.2 + doses)).tolist(),
        (1 / (1 + np.exp((0.4 - doses) / 0.1))).tolist(),
        (doses - 0.7 * doses**2).tolist(),
    ]
    data = {"trial": made_trial(), "binary": BINARY, "shapes": shapes, "box": BOX}
    return run_r(CODE, data, ["mvtnorm"])


def _test(alternative: str = "one-sided") -> stats.MultipleContrastTest:
    trial = made_trial()
    return stats.multiple_contrast_test(
        CANDIDATES,
        dose=trial["dose"],
        response=trial["response"],
        covariates=covariates_of(trial),
        alternative=alternative,
    )


def test_contrast_statistics_are_those_of_lm(r: dict[str, Any]) -> None:
    found = _test()
    assert found.statistics == pytest.approx(np.array(r["t"]), rel=1e-9)
    assert found.df == r["df"]


def test_adjusted_p_values_are_those_of_mvtnorm(r: dict[str, Any]) -> None:
    assert _test().adjusted == pytest.approx(np.array(r["p_t"]), abs=1e-5)
    assert _test("two-sided").adjusted.min() == pytest.approx(r["p_two"], abs=1e-5)


def _compare(found: stats.DoseResponseFit, expected: dict[str, Any], names: dict[str, str]) -> None:
    assert found.covariance is not None
    errors = np.sqrt(np.diag(found.covariance))
    for place, name in enumerate(found.names):
        in_r = names.get(name, name)
        assert found.coefficients[place] == pytest.approx(expected["coef"][in_r], rel=2e-6), name
        assert errors[place] == pytest.approx(expected["se"][in_r], rel=2e-5), name
    assert found.rss == pytest.approx(expected["rss"], rel=1e-9)
    assert found.aic == pytest.approx(expected["aic"], rel=1e-9)


def test_an_emax_fit_with_covariates_is_that_of_nls(r: dict[str, Any]) -> None:
    trial = made_trial()
    data = {"dose": trial["dose"], "response": trial["response"]}
    found = stats.fit_dose_response("emax", **data, covariates=covariates_of(trial))
    _compare(found, r["emax"], {})
    expected = [r["emax"]["coef"]["b1"], r["emax"]["coef"]["b2"]]
    assert found.covariate_coefficients == pytest.approx(np.array(expected), rel=1e-6)
    _compare(stats.fit_dose_response("emax", **data), r["emax_alone"], {})


def test_fits_that_are_linear_are_those_of_lm(r: dict[str, Any]) -> None:
    trial = made_trial()
    data = {"dose": trial["dose"], "response": trial["response"]}
    found = stats.fit_dose_response("quadratic", **data, covariates=covariates_of(trial))
    _compare(found, r["quadratic"], {"e0": "(Intercept)", "b1": "dose", "b2": "I(dose^2)"})
    found = stats.fit_dose_response("linlog", **data, offset=0.02)
    _compare(found, r["linlog"], {"e0": "(Intercept)", "delta": "log(dose + 0.02)"})


@pytest.mark.parametrize("model", BOX)
def test_no_start_of_optim_finds_a_better_fit(r: dict[str, Any], model: str) -> None:
    logits = stats.dose_logits(**BINARY)
    found = stats.fit_dose_response_general(
        model, doses=logits.doses, estimates=logits.estimates, covariance=logits.covariance
    )
    assert found.bounds == pytest.approx(np.array(BOX[model]))
    assert found.rss <= r["gls"][model] + 1e-7
    assert found.rss == pytest.approx(r["gls"][model], abs=1e-4)
