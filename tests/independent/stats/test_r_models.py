"""Designs, linear models, adjusted means and tests of terms against R (lm, sandwich, emmeans), asked live."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from live_r import run_r

from lupustrial import stats
from lupustrial.errors import StatisticsError

DRAW = random.Random(20)  # noqa: S311 - made-up data, no secret
N = 72
DATA: dict[str, list[Any]] = {
    "arm": [["PBO", "IL2 low", "IL2 high"][i % 3] for i in range(N)],
    "site": [DRAW.choice("ABCD") for _ in range(N)],
    "sex": [DRAW.choice(["F", "M"]) for _ in range(N)],
    "base": [round(DRAW.gauss(12, 4), 3) for _ in range(N)],
    "age": [float(DRAW.randint(18, 70)) for _ in range(N)],
}
DATA["y"] = [
    round(0.6 * b + 2 * (a != "PBO") + (s == "F") + DRAW.gauss(0, 1 + b / 8), 4)
    for a, s, b in zip(DATA["arm"], DATA["sex"], DATA["base"], strict=True)
]
FORMULAS = [
    "y ~ arm",
    "y ~ 1",
    "y ~ base",
    "y ~ 0 + base",
    "y ~ arm - 1",
    "y ~ -1 + base + arm + sex",
    "y ~ arm + base + age",
    "y ~ arm*sex + base",
    "y ~ arm*sex*base",
    "y ~ base:arm + sex",
    "y ~ arm + sex + sex:arm + base:arm",
    "y ~ sex + arm:sex",
    "y ~ arm + arm:sex:base",
    "y ~ 0 + arm:sex",
    "y ~ 0 + base:arm + sex:arm",
    "y ~ sex:arm",
    "y ~ sex + site:arm + sex:arm + base",
    "y ~ (arm + sex)*base - base",
    "y ~ (arm + sex + base)*(sex + age) - sex:age",
    "y ~ base:age + arm:base",
    "y ~ sex:base:arm + arm:base",
]
FITTED = [
    "y ~ arm",
    "y ~ arm + base + age",
    "y ~ arm*sex + base",
    "y ~ arm*sex*base + site",
    "y ~ arm + sex + sex:arm + base:arm",
    "y ~ 0 + arm + base",
]
CODE = """
data <- as.data.frame(input$data, stringsAsFactors=TRUE)
data$arm <- relevel(data$arm, "PBO")
output$designs <- lapply(input$formulas, function(text) {
  m <- model.matrix(as.formula(text), data)
  f <- lm(as.formula(text), data)
  list(names=as.list(colnames(m)), matrix=m, terms=as.list(attr(terms(as.formula(text)), "term.labels")),
       aliased=as.list(names(which(is.na(coef(f))))))
})
kinds <- c("HC0", "HC1", "HC2", "HC3", "HC4", "HC4m", "HC5")
output$fits <- lapply(input$fitted, function(text) {
  f <- lm(as.formula(text), data)
  s <- summary(f)
  mean_of <- function(...) { e <- as.data.frame(summary(emmeans(f, "arm", ...), infer=c(TRUE, TRUE)))
    list(emmean=e$emmean, SE=e$SE, df=e$df, lower=e$lower.CL, upper=e$upper.CL, p=e$p.value) }
  pair <- as.data.frame(summary(contrast(emmeans(f, "arm"), "trt.vs.ctrl", adjust="none"),
                                infer=c(TRUE, TRUE)))
  factors <- Filter(is.factor, data[all.vars(as.formula(text))])
  contrasted <- lm(as.formula(text), data, contrasts=lapply(factors, function(x) "contr.sum"))
  d <- drop1(contrasted, . ~ ., test="F")
  list(coef=coef(f), se=s$coefficients[, 2], p=s$coefficients[, 4], sigma=s$sigma, df=f$df.residual,
       leverage=unname(hatvalues(f)),
       robust=setNames(lapply(kinds, function(k) unname(sqrt(diag(vcovHC(f, k))))), kinds),
       equal=mean_of(), proportional=mean_of(weights="proportional"),
       label=as.list(as.character(pair$contrast)), difference=pair$estimate, difference_se=pair$SE,
       difference_lower=pair$lower.CL, difference_p=pair$p.value,
       terms=as.list(rownames(d)[-1]), type3=as.list(d[-1, "F value"]), type3p=as.list(d[-1, "Pr(>F)"]))
})
within <- lm(y ~ arm*sex + base*sex + site, data)
one <- as.data.frame(summary(contrast(emmeans(within, ~ arm | sex, at=list(base=10)), "trt.vs.ctrl",
                                      adjust="none"), infer=c(TRUE, TRUE)))
output$within <- list(estimate=one$estimate, SE=one$SE, sex=as.list(as.character(one$sex)))
held <- as.data.frame(emmeans(within, ~ arm, at=list(base=10), weights="proportional"))
output$held <- list(estimate=held$emmean, SE=held$SE)
all <- lm(y ~ arm*sex + base*sex + site, data)
nested <- function(small, large) anova(lm(small, data), lm(large, data), all)
output$type2 <- c(
  nested(y ~ sex*base + site, y ~ arm + sex*base + site)[2, "F"],
  nested(y ~ arm + base:sex + site, y ~ arm + sex + base:sex + site)[2, "F"], # sex:base does not contain sex
  nested(y ~ arm*sex + site, y ~ arm*sex + base + site)[2, "F"],
  nested(y ~ arm*sex + base*sex, y ~ arm*sex + base*sex + site)[2, "F"],
  nested(y ~ arm + sex + base*sex + site, y ~ arm*sex + base*sex + site)[2, "F"],
  nested(y ~ arm*sex + base + site, y ~ arm*sex + base*sex + site)[2, "F"])
"""
TYPE_2 = ["arm", "sex", "base", "site", "arm:sex", "sex:base"]


@pytest.fixture(scope="module")
def r() -> dict[str, Any]:
    return run_r(CODE, {"data": DATA, "formulas": FORMULAS, "fitted": FITTED}, ["sandwich", "emmeans"])


def _design(formula: str) -> stats.Design:
    return stats.model_design(formula, DATA, reference={"arm": "PBO"} if "arm" in formula else None)


@pytest.mark.parametrize("place", range(len(FORMULAS)), ids=FORMULAS)
def test_columns_and_their_names_are_those_of_model_matrix(r: dict[str, Any], place: int) -> None:
    theirs, ours = r["designs"][place], _design(FORMULAS[place])
    assert list(ours.names) == theirs["names"]
    assert ours.matrix == pytest.approx(np.array(theirs["matrix"]), rel=1e-13)
    assert [term.name for term in ours.terms if term.variables] == theirs["terms"]


@pytest.mark.parametrize("place", range(len(FORMULAS)), ids=FORMULAS)
def test_columns_that_lm_leaves_out_are_refused_and_named(r: dict[str, Any], place: int) -> None:
    aliased, design = r["designs"][place]["aliased"], _design(FORMULAS[place])
    if not aliased:
        assert stats.linear_model(design).n == N
        return
    with pytest.raises(StatisticsError) as refused:
        stats.linear_model(design)
    assert refused.value.faults[0].id == "STAT-011"
    assert refused.value.faults[0].message.endswith(f": {', '.join(aliased)}")


@pytest.mark.parametrize("place", range(len(FITTED)), ids=FITTED)
def test_coefficients_and_robust_errors_are_those_of_lm_and_sandwich(r: dict[str, Any], place: int) -> None:
    theirs, design = r["fits"][place], _design(FITTED[place])
    fit = stats.linear_model(design)
    estimates = stats.linear_estimates(fit)
    assert list(fit.coefficients) == pytest.approx(theirs["coef"], rel=1e-9)
    assert [e.standard_error for e in estimates] == pytest.approx(theirs["se"], rel=1e-10)
    assert [e.p_value for e in estimates] == pytest.approx(theirs["p"], rel=1e-8)
    assert (fit.residual_sd, fit.df) == pytest.approx((theirs["sigma"], theirs["df"]), rel=1e-11)
    assert list(fit.leverage) == pytest.approx(theirs["leverage"], rel=1e-10)
    for kind, errors in theirs["robust"].items():
        assert list(stats.linear_model(design, covariance=kind).standard_errors) == pytest.approx(
            errors, rel=1e-9
        )


@pytest.mark.parametrize("place", range(len(FITTED)), ids=FITTED)
@pytest.mark.parametrize("weights", ["equal", "proportional"])
def test_adjusted_means_are_those_of_emmeans(r: dict[str, Any], place: int, weights: str) -> None:
    theirs, design = r["fits"][place][weights], _design(FITTED[place])
    means = stats.linear_estimates(
        stats.linear_model(design), stats.lsmean_rows(design, ["arm"], weights=weights)
    )
    # emmeans keeps the order of levels, as the design does
    assert [m.estimate for m in means] == pytest.approx(theirs["emmean"], rel=1e-10)
    assert [m.standard_error for m in means] == pytest.approx(theirs["SE"], rel=1e-10)
    assert [m.lower for m in means] == pytest.approx(theirs["lower"], rel=1e-9)
    assert [m.upper for m in means] == pytest.approx(theirs["upper"], rel=1e-9)
    assert [m.p_value for m in means] == pytest.approx(theirs["p"], rel=1e-6, abs=1e-300)


@pytest.mark.parametrize("place", range(len(FITTED)), ids=FITTED)
def test_differences_of_arms_are_those_of_emmeans(r: dict[str, Any], place: int) -> None:
    theirs = r["fits"][place]
    result = stats.ancova(FITTED[place], DATA, treatment="arm", reference="PBO")
    assert [d.label[0] for d in result.differences] == [_bare(label) for label in theirs["label"]]
    assert [d.estimate for d in result.differences] == pytest.approx(theirs["difference"], rel=1e-9)
    assert [d.standard_error for d in result.differences] == pytest.approx(theirs["difference_se"], rel=1e-10)
    assert [d.lower for d in result.differences] == pytest.approx(theirs["difference_lower"], rel=1e-9)
    assert [d.p_value for d in result.differences] == pytest.approx(theirs["difference_p"], rel=1e-8)
    assert [m.estimate for m in result.means] == pytest.approx(theirs["equal"]["emmean"], rel=1e-10)


def _bare(label: str) -> str:
    return label.replace("(", "").replace(")", "")


@pytest.mark.parametrize("place", range(4), ids=FITTED[:4])
def test_type_three_is_r_with_contrasts_that_sum_to_zero(r: dict[str, Any], place: int) -> None:
    theirs, fit = r["fits"][place], stats.linear_model(_design(FITTED[place]))
    tests = [stats.term_test(fit, term) for term in theirs["terms"]]
    assert [test.statistic for test in tests] == pytest.approx(theirs["type3"], rel=1e-8)
    assert [test.p_value for test in tests] == pytest.approx(theirs["type3p"], rel=1e-7)


def test_type_two_is_r_by_comparison_of_models(r: dict[str, Any]) -> None:
    fit = stats.linear_model(_design("y ~ arm*sex + base*sex + site"))
    tests = [stats.term_test(fit, term, kind="II") for term in TYPE_2]
    assert [test.statistic for test in tests] == pytest.approx(r["type2"], rel=1e-8)


def test_means_and_differences_within_levels_and_at_values_are_those_of_emmeans(r: dict[str, Any]) -> None:
    design = _design("y ~ arm*sex + base*sex + site")
    fit = stats.linear_model(design)
    ours = stats.linear_estimates(fit, stats.contrast_rows(design, "arm", by=["sex"], at={"base": 10}))
    assert [one.label[1] for one in ours] == r["within"]["sex"]
    assert [one.estimate for one in ours] == pytest.approx(r["within"]["estimate"], rel=1e-9)
    assert [one.standard_error for one in ours] == pytest.approx(r["within"]["SE"], rel=1e-9)
    held = stats.lsmean_rows(design, ["arm"], at={"base": 10}, weights="proportional")
    ours = stats.linear_estimates(fit, held)
    assert [one.estimate for one in ours] == pytest.approx(r["held"]["estimate"], rel=1e-9)
    assert [one.standard_error for one in ours] == pytest.approx(r["held"]["SE"], rel=1e-9)
