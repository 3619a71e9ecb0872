"""Imputation against R as it is installed: mice for the rules and the draws, nlme for the model."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from incomplete import trial
from live_r import run_r

from lupustrial import stats

POOLED = [
    {"q": [1.0, 1.4, 0.7], "se": [0.5, 0.6, 0.4], "df": 40.0},
    {"q": [1.0, 1.4, 0.7, 2.2, -1.0], "se": [0.1, 0.2, 0.15, 0.1, 0.1], "df": 7.0},
    {"q": [-3.0, -3.1], "se": [1.0, 1.2], "df": 250.0},
    {"q": [0.3, 0.1, 0.2, 0.25], "se": [0.3, 0.31, 0.29, 0.3], "df": 1e9},
]
IMPUTATIONS = 60

CODE = """
pool_one <- function(q, se, df) {
  p <- pool.scalar(unlist(q), unlist(se)^2, n = df + 1, k = 1)
  list(estimate = p$qbar, se = sqrt(p$t), df = p$df, riv = p$r, fmi = p$fmi, b = p$b, u = p$ubar)
}
output$pooled <- lapply(seq_along(input$q), function(i) pool_one(input$q[[i]], input$se[[i]], input$df[[i]]))

long <- data.frame(y = as.vector(t(input$outcome)),
                   id = rep(seq_along(input$arm), each = ncol(input$outcome)),
                   visit = rep(seq_len(ncol(input$outcome)), length(input$arm)),
                   arm = rep(input$arm, each = ncol(input$outcome)),
                   base = rep(input$base, each = ncol(input$outcome)))
seen <- long[!is.na(long$y), ]
fit <- gls(y ~ factor(visit) * factor(arm) + base, seen, correlation = corSymm(form = ~ visit | id),
           weights = varIdent(form = ~ 1 | visit), method = "REML",
           control = glsControl(tolerance = 1e-9, msTol = 1e-10))
full <- names(which.max(table(seen$id)))
r <- corMatrix(fit$modelStruct$corStruct)[[full]]
s <- fit$sigma * c(1, coef(fit$modelStruct$varStruct, unconstrained = FALSE))[as.character(1:4)]
s[is.na(s)] <- fit$sigma
sigma <- r * outer(s, s)
mean_of <- function(name) {
  matrix(predict(fit, transform(long, arm = name)), ncol = ncol(input$outcome), byrow = TRUE)
}
own <- matrix(predict(fit, long), ncol = ncol(input$outcome), byrow = TRUE)
to <- mean_of("arm 0")
fill <- function(mu) {
  y <- input$outcome
  for (i in seq_len(nrow(y))) {
    gap <- is.na(y[i, ])
    if (!any(gap)) next
    if (all(gap)) { y[i, ] <- mu[i, ]; next }
    y[i, gap] <- mu[i, gap] +
      sigma[gap, !gap, drop = FALSE] %*% solve(sigma[!gap, !gap], (y[i, ] - mu[i, ])[!gap])
  }
  y
}
jump <- own
for (i in seq_along(input$before)) if (input$before[i] < ncol(own)) {
  after <- (input$before[i] + 1):ncol(own)
  jump[i, after] <- to[i, after]
}
output$mar <- fill(own)
output$j2r <- fill(jump)

d <- data.frame(a = input$mixed[, 1], b = input$mixed[, 2], c = input$mixed[, 3], z = input$z)
d$b <- factor(d$b)
imp <- mice(d, m = input$m, maxit = 4, method = c("norm", "logreg", "pmm", ""), printFlag = FALSE, seed = 5)
each <- sapply(seq_len(input$m), function(k) {
  x <- complete(imp, k); f <- summary(lm(a ~ as.numeric(as.character(b)) + c + z, x))$coefficients
  c(f[, 1], f[, 2]^2, mean(as.numeric(as.character(x$b))), mean(x$c))
})
output$mixed <- list(mean = rowMeans(each), spread = apply(each, 1, sd))
"""


def _mixed() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(8)
    z = rng.standard_normal(150)
    a = 1 + z + rng.standard_normal(150)
    b = (rng.random(150) < 1 / (1 + np.exp(-(a - 1)))).astype(float)
    c = np.round(2 + 0.8 * a + b + rng.standard_normal(150))
    table = np.column_stack([a, b, c])
    table[rng.random(table.shape) < 0.2] = np.nan
    return table, z


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    made = trial(n=50)
    data = stats.longitudinal_data(made.outcome, made.arm, strategy="J2R", reference="arm 0")
    mixed, z = _mixed()
    return run_r(
        CODE,
        {
            "q": {str(i): case["q"] for i, case in enumerate(POOLED)},
            "se": {str(i): case["se"] for i, case in enumerate(POOLED)},
            "df": [case["df"] for case in POOLED],
            "outcome": _nulls(made.outcome),
            "arm": made.arm,
            "base": made.baseline.tolist(),
            "before": data.before.tolist(),
            "mixed": _nulls(mixed),
            "z": z.tolist(),
            "m": IMPUTATIONS,
        },
        ("mice", "nlme"),
    )


def _nulls(table: np.ndarray[Any, Any]) -> list[list[float | None]]:
    return [[None if math.isnan(value) else value for value in row] for row in table.tolist()]


@pytest.mark.parametrize("place", range(len(POOLED)))
def test_rubins_rules_with_barnard_and_rubins_df_equal_mice(answer: dict[str, Any], place: int) -> None:
    case, theirs = POOLED[place], answer["pooled"][place]
    ours = stats.pool_rubin(case["q"], case["se"], df_complete=case["df"])  # type: ignore[arg-type]
    assert ours.estimate == pytest.approx(theirs["estimate"], rel=1e-12)
    assert ours.standard_error == pytest.approx(theirs["se"], rel=1e-12)
    assert ours.df == pytest.approx(theirs["df"], rel=1e-8)
    assert ours.riv == pytest.approx(theirs["riv"], rel=1e-12)
    assert ours.fmi == pytest.approx(theirs["fmi"], rel=1e-8)
    assert ours.between_variance == pytest.approx(theirs["b"], rel=1e-12)
    assert ours.within_variance == pytest.approx(theirs["u"], rel=1e-12)


@pytest.mark.parametrize(("strategy", "name"), [("MAR", "mar"), ("J2R", "j2r")])
def test_conditional_means_equal_those_from_a_model_fitted_by_nlme(
    answer: dict[str, Any], strategy: str, name: str
) -> None:
    made = trial(n=50)
    data = stats.longitudinal_data(
        made.outcome,
        made.arm,
        covariates=made.baseline,
        covariates_by_visit=False,
        strategy=strategy,
        reference="arm 0",
    )
    ours = stats.impute_conditional_mean(data).completed
    assert np.abs(ours - np.array(answer[name])).max() < 2e-4


def test_chained_draws_of_mixed_variables_have_the_distribution_of_mice(answer: dict[str, Any]) -> None:
    mixed, z = _mixed()
    drawn = stats.impute_conditional(
        mixed,
        imputations=IMPUTATIONS,
        seed=1,
        kinds=["normal", "logistic", "pmm"],
        covariates=z,
        sweeps=4,
    )
    ours = np.array([_coefficients(one, z) for one in drawn])
    mean, spread = np.array(answer["mixed"]["mean"]), np.array(answer["mixed"]["spread"])
    # four Monte Carlo standard errors of both, and a tenth of a deviation for the other prior of the logit
    assert (np.abs(ours.mean(axis=0) - mean) < spread * (4 * math.sqrt(2 / IMPUTATIONS) + 0.1)).all()
    ratio = ours.std(axis=0, ddof=1) / spread
    assert ((ratio > 0.6) & (ratio < 1.65)).all()


def _coefficients(table: np.ndarray[Any, Any], z: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    x = np.column_stack([np.ones(len(z)), table[:, 1], table[:, 2], z])
    beta, rest, *_ = np.linalg.lstsq(x, table[:, 0], rcond=None)
    variance = rest[0] / (len(z) - 4) * np.diag(np.linalg.inv(x.T @ x))
    return np.concatenate([beta, variance, table[:, 1:].mean(axis=0)])
