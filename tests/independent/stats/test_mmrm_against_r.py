"""Mixed models against R: nlme::gls for likelihood and coefficients, lmerTest and pbkrtest for tests.

All are asked live. gls is asked to converge tightly; lmerTest differentiates numerically.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from live_r import run_r

from lupustrial import stats

N, M = 40, 4
CODE = """
d <- as.data.frame(input$data)
d$visit <- factor(d$visit); d$subject <- factor(d$subject); d$arm <- factor(d$arm)
d$k <- as.integer(d$visit)
d <- d[!is.na(d$y), ]
control <- glsControl(msMaxIter=500, maxIter=500, tolerance=1e-10, msTol=1e-12, returnObject=TRUE)
form <- y ~ base + arm * visit
ask <- function(cor, weights, method) {
  f <- gls(form, data=d, correlation=cor, weights=weights, method=method, control=control)
  list(loglik=as.numeric(logLik(f)), beta=as.numeric(coef(f)), vcov=vcov(f))
}
for (method in c("REML", "ML")) {
  output[[paste0("us_", method)]] <- ask(corSymm(form=~k|subject), varIdent(form=~1|visit), method)
  output[[paste0("cs_", method)]] <- ask(corCompSymm(form=~1|subject), NULL, method)
  output[[paste0("csh_", method)]] <- ask(corCompSymm(form=~1|subject), varIdent(form=~1|visit), method)
  output[[paste0("ar1_", method)]] <- ask(corCAR1(form=~k|subject), NULL, method)
  output[[paste0("arh1_", method)]] <- ask(corCAR1(form=~k|subject), varIdent(form=~1|visit), method)
  output[[paste0("sp_exp_", method)]] <- ask(corExp(form=~time|subject), NULL, method)
  output[[paste0("sp_gau_", method)]] <- ask(corGaus(form=~time|subject), NULL, method)
}
l <- lmerTest::lmer(y ~ base + arm * visit + (1 | subject), data=d,
  control=lme4::lmerControl(optCtrl=list(xtol_abs=1e-12, ftol_abs=1e-12, xtol_rel=1e-12, ftol_rel=1e-14)))
s <- coef(summary(l, ddf="Satterthwaite"))
output$satterthwaite <- list(se=as.numeric(s[, 2]), df=as.numeric(s[, 3]))
L <- matrix(0, 3, 9); L[1, 7] <- 1; L[2, 8] <- 1; L[3, 9] <- 1
j <- lmerTest::contestMD(l, L)
output$satterthwaite_joint <- c(j[["F value"]], j[["DenDF"]])
output$kr_se <- sqrt(diag(as.matrix(pbkrtest::vcovAdj(l))))
k <- pbkrtest::KRmodcomp(l, L)$stats
output$kr_joint <- c(k$Fstat, k$ddf)
output$kr_df <- sapply(1:9, function(i) {
  r <- rep(0, 9); r[i] <- 1; pbkrtest::Lb_ddf(r, vcov(l), pbkrtest::vcovAdj(l)) })
"""


def _trial() -> dict[str, Any]:
    draw = np.random.default_rng(11)
    subject, visit = np.repeat(np.arange(N), M), np.tile(np.arange(M), N)
    arm, base = np.repeat(np.arange(N) % 2, M), np.repeat(draw.normal(10, 3, N), M)
    noise = draw.normal(size=(N, M)) @ (np.tril(np.full((M, M), 0.35)) + np.diag([0.8, 1.0, 1.2, 1.1])).T
    y = noise.ravel() + np.repeat(draw.normal(0, 1.2, N), M) + 0.5 * base + 0.6 * arm * visit
    y[draw.random(N * M) < 0.15] = np.nan
    return {
        "y": y,
        "subject": subject,
        "visit": visit,
        "arm": arm,
        "base": base,
        "time": visit * 2.0 + draw.uniform(0, 0.8, N * M),
    }


TRIAL = _trial()


@pytest.fixture(scope="module")
def r() -> dict[str, Any]:
    data = {name: [None if np.isnan(v) else v for v in values.tolist()] for name, values in TRIAL.items()}
    return run_r(CODE, {"data": data}, ("nlme", "lme4", "lmerTest", "pbkrtest"))


def _fit(covariance: str, method: str = "reml") -> stats.MMRM:
    steps = np.eye(M)[TRIAL["visit"]][:, 1:]
    x = np.column_stack([np.ones(N * M), TRIAL["base"], TRIAL["arm"], steps, steps * TRIAL["arm"][:, None]])
    places = {"coordinates": TRIAL["time"]} if covariance.startswith("sp_") else {}
    names = ("subject", "visit")
    return stats.fit_mmrm(
        TRIAL["y"], x, *[TRIAL[n] for n in names], covariance=covariance, method=method, **places
    )


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("covariance", ["us", "cs", "csh", "ar1", "arh1", "sp_exp", "sp_gau"])
def test_gls_finds_no_better_likelihood_and_the_same_coefficients(
    r: dict[str, Any], covariance: str, method: str
) -> None:
    theirs, fit = r[f"{covariance}_{method.upper()}"], _fit(covariance, method)
    minus2 = -2 * theirs["loglik"]
    assert fit.minus2_log_likelihood <= minus2 + 1e-8
    assert fit.minus2_log_likelihood == pytest.approx(minus2, abs=1e-5)
    assert fit.beta == pytest.approx(np.array(theirs["beta"]), rel=1e-3, abs=1e-3)
    # gls divides the residual variance of ML by n - p in its covariance of the coefficients.
    scale = 1.0 if method == "reml" else (fit.n_obs - 9) / fit.n_obs
    error = np.sqrt(np.diag(np.array(theirs["vcov"])) * scale)
    assert np.sqrt(np.diag(fit.vcov)) == pytest.approx(error, rel=1e-3)


def test_satterthwaite_of_a_random_intercept_is_that_of_lmertest(r: dict[str, Any]) -> None:
    fit = _fit("cs")
    tests = [stats.test_contrast(fit, row) for row in np.eye(9)]
    assert [t.standard_error for t in tests] == pytest.approx(r["satterthwaite"]["se"], rel=1e-6)
    assert [t.df for t in tests] == pytest.approx(r["satterthwaite"]["df"], rel=1e-4)
    joint = stats.test_contrast(fit, np.eye(9)[6:])
    assert (joint.statistic, joint.df) == pytest.approx(r["satterthwaite_joint"], rel=1e-4)


def test_kenward_roger_with_expected_information_is_that_of_pbkrtest(r: dict[str, Any]) -> None:
    fit = _fit("cs")
    options = {"df": "kenward_roger", "information": "expected"}
    tests = [stats.test_contrast(fit, row, **options) for row in np.eye(9)]
    assert [t.standard_error for t in tests] == pytest.approx(r["kr_se"], rel=1e-6)
    assert [t.df for t in tests] == pytest.approx(r["kr_df"], rel=1e-5)
    joint = stats.test_contrast(fit, np.eye(9)[6:], **options)
    assert (joint.statistic, joint.df) == pytest.approx(r["kr_joint"], rel=1e-5)
