"""Two proportions against R 4.2.2, whose printed numbers stand below with the calls that gave them.

For a table (x1, n1, x2, n2), with ``m <- matrix(c(x1, n1-x1, x2, n2-x2), 2, byrow=TRUE)`` and the outcomes as
0/1 vectors ``a`` and ``b``::

    pearson           chisq.test(m, correct=FALSE)$p.value      yates   chisq.test(m)$p.value
    fisher            fisher.test(m)$p.value                    fisher_greater, fisher_less: alternative=
    likelihood_ratio  pchisq(2*sum(ifelse(m==0, 0, m*log(m/chisq.test(m)$expected))), 1, lower=FALSE)
    t_pooled, t_welch t.test(a, b, var.equal=TRUE)$p.value, t.test(a, b)$p.value
    mann_whitney      wilcox.test(a, b, exact=FALSE)$p.value    mann_whitney_0: correct=FALSE
    logit_wald        summary(glm(c(a, b) ~ arm, binomial, control=glm.control(1e-14, 100)))$coef[2, 4]

    X1 <- matrix(0:n1, n1+1, n2+1); X2 <- matrix(0:n2, n1+1, n2+1, byrow=TRUE); pp <- (X1+X2)/(n1+n2)
    Z  <- ifelse(pp==0|pp==1, 0, (X1/n1-X2/n2)/sqrt(pp*(1-pp)*(1/n1+1/n2))); z <- Z[x1+1, x2+1]
    FG <- phyper(X1-1, n1, n2, X1+X2, lower=FALSE); FL <- phyper(X1, n1, n2, X1+X2)
    po <- function(reg) { th <- function(pi) sum(outer(dbinom(0:n1,n1,pi), dbinom(0:n2,n2,pi))[reg])
      gr <- seq(0,1,length=20001); v <- sapply(gr, th); i <- which.max(v)
      optimize(th, c(gr[max(1,i-1)], gr[min(20001,i+1)]), maximum=TRUE, tol=1e-12)$objective }
    barnard po(abs(Z) >= abs(z)-1e-9)   barnard_greater po(Z >= z-1e-9)   barnard_less po(Z <= z+1e-9)
    boschloo_greater po(FG <= FG[x1+1,x2+1]*(1+1e-9))   boschloo_less po(FL <= FL[x1+1,x2+1]*(1+1e-9))

    wald prop.test(c(x1, x2), c(n1, n2), correct=FALSE)$conf.int
    wilson prop.test(x1, n1, correct=FALSE)$conf.int
    clopper_pearson binom.test(x1, n1)$conf.int
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from lupustrial import stats
from lupustrial.errors import StatisticsError

TABLES = [(13, 29, 6, 30), (0, 12, 5, 14), (37, 120, 61, 115), (3, 8, 3, 9)]
R: dict[str, tuple[float | None, ...]] = {
    "pearson": (0.0413114278449067, 0.0212506027444433, 0.000556763213950318, 0.857596040882842),
    "yates": (0.0781155645729769, 0.0711670459797013, 0.000901733557721846, 1.0),
    "fisher": (0.0538972057828291, 0.0424749163879599, 0.000603778570262546, 1.0),
    "fisher_greater": (0.0384841155489048, 1.0, 0.999840512197669562, 0.626696832579185),
    "fisher_less": (0.9903546660948208, 0.0304347826086957, 0.000432262217237152, 0.753393665158371),
    "likelihood_ratio": (0.0396079627250007, 0.0072598953007695, 0.000527248636448821, 0.857639243814886),
    "t_pooled": (0.0420095427532002, 0.0205158518774951, 0.000504761966308645, 0.868278825867383),
    "t_welch": (0.0430309024039544, 0.0186355667153495, 0.000516778606339302, 0.868617781273648),
    "mann_whitney": (0.044045295409653, 0.0263425913569989, 0.000574510474015805, 0.907611511907929),
    "mann_whitney_0": (0.0430705336888829, 0.0238977106795102, 0.000572127481506355, 0.861804433049011),
    # R's glm does not notice that the second table is separated and prints 0.99999872; we refuse it.
    "logit_wald": (0.0456400671964607, None, 0.000630009062655727, 0.857657564774733),
    "barnard": (0.0437078376310062, 0.0291231870651245, 0.000561919145857652, 0.983505249023438),
    "barnard_greater": (0.0248405371851408, 1.0, 1.0, 0.492138259418918),
    "barnard_less": (1.0, 0.0159309558568195, 0.000295559816328721, 1.0),
    "boschloo_greater": (0.0225928154357252, 1.0, 0.999755210659550642, 0.492138259418918),
    "boschloo_less": (0.9817170807144595, 0.0158734056496209, 0.000295553735634858, 0.55308905541285),
}
FUNCTIONS: dict[str, Callable[..., stats.HypothesisTest]] = {
    "pearson": stats.pearson,
    "yates": stats.yates,
    "fisher": stats.fisher,
    "fisher_greater": partial(stats.fisher, alternative="greater"),
    "fisher_less": partial(stats.fisher, alternative="less"),
    "likelihood_ratio": stats.likelihood_ratio,
    "t_pooled": stats.t_test_binary,
    "t_welch": partial(stats.t_test_binary, variances="welch"),
    "mann_whitney": stats.mann_whitney_binary,
    "mann_whitney_0": partial(stats.mann_whitney_binary, continuity=False),
    "logit_wald": stats.logit_wald,
    "barnard": stats.barnard,
    "barnard_greater": partial(stats.barnard, alternative="greater"),
    "barnard_less": partial(stats.barnard, alternative="less"),
    "boschloo_greater": partial(stats.boschloo, alternative="greater"),
    "boschloo_less": partial(stats.boschloo, alternative="less"),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("place", range(len(TABLES)), ids=[f"{a}-{b}-{c}-{d}" for a, b, c, d in TABLES])
def test_p_values_are_those_of_r(name: str, place: int) -> None:
    x1, n1, x2, n2 = TABLES[place]
    expected = R[name][place]
    if expected is not None:
        answer = FUNCTIONS[name](x1=x1, n1=n1, x2=x2, n2=n2).p_value
        # optimize() stops at about 1e-8 in pi near the maximum; the glm at its own convergence
        assert answer == pytest.approx(expected, rel=1e-7)


def test_logistic_regression_of_a_separated_table_is_refused_where_r_prints_a_number() -> None:
    with pytest.raises(StatisticsError, match="STAT-005"):
        stats.logit_wald(x1=0, n1=12, x2=5, n2=14)


# The same R code, for rows where SciPy 1.17 answers otherwise because it loses, to rounding, the mirror image
# of the table seen; and one where it does not.
MIRRORED = [
    ((16, 29, 9, 30), 0.05780647413),
    ((19, 29, 11, 30), 0.03027182315),
    ((7, 13, 1, 12), 0.01601016521),
    ((4, 30, 0, 30), 0.04692767049),
    ((0, 30, 5, 30), 0.02292563121),
    ((14, 29, 4, 29), 0.005384180101),
    ((15, 30, 9, 30), 0.127469697),
    ((7, 13, 2, 12), 0.05910966582),
]


@pytest.mark.parametrize(("table", "expected"), MIRRORED)
def test_barnard_counts_the_mirror_image_of_the_table_seen(
    table: tuple[int, int, int, int], expected: float
) -> None:
    x1, n1, x2, n2 = table
    assert stats.barnard(x1=x1, n1=n1, x2=x2, n2=n2).p_value == pytest.approx(expected, rel=2e-9)


@pytest.mark.parametrize(
    ("table", "limits"),
    [
        ((13, 29, 6, 30), (0.0175175208478305, 0.4790342032901005)),
        ((0, 12, 5, 14), (-0.608136252955783, -0.106149461329932)),
        ((37, 120, 61, 115), (-0.3451749768179262, -0.0990279217327984)),
        ((3, 8, 3, 9), (-0.413738179559623, 0.497071512892956)),
    ],
)
def test_wald_interval_is_that_of_r(table: tuple[int, int, int, int], limits: tuple[float, float]) -> None:
    x1, n1, x2, n2 = table
    interval = stats.wald_interval(x1=x1, n1=n1, x2=x2, n2=n2)
    assert (interval.lower, interval.upper) == pytest.approx(limits, rel=1e-10)
    test = stats.wald_difference(x1=x1, n1=n1, x2=x2, n2=n2)
    assert (test.p_value < 0.05) == (not interval.lower <= 0 <= interval.upper)


@pytest.mark.parametrize(
    ("x", "n", "wilson", "exact"),
    [
        (13, 29, (0.284131680230372, 0.624520367890291), (0.264455303706705, 0.643061289196086)),
        (0, 12, (0.0, 0.242494006655241), (0.0, 0.264648469397051)),
        (37, 120, (0.232727369889163, 0.395829977238007), (0.227255119633832, 0.399136764531952)),
        (3, 8, (0.136844285823597, 0.694257605397373), (0.0852334141372536, 0.7551367836334484)),
    ],
)
def test_intervals_of_one_proportion_are_those_of_r(
    x: int, n: int, wilson: tuple[float, float], exact: tuple[float, float]
) -> None:
    first, second = stats.wilson(x=x, n=n), stats.clopper_pearson(x=x, n=n)
    assert (first.lower, first.upper) == pytest.approx(wilson, rel=1e-10, abs=1e-12)
    assert (second.lower, second.upper) == pytest.approx(exact, rel=1e-10, abs=1e-12)


def test_power_by_enumeration_is_that_of_r() -> None:
    # in R: P is chisq.test(..., correct=FALSE)$p.value of every table (1 where all respond alike), then
    # sum(outer(dbinom(0:20,20,.6), dbinom(0:24,24,.25))[P < .05]); the same with fisher.test
    rates = {"p1": 0.6, "p2": 0.25, "n1": 20, "n2": 24}
    assert stats.power_two_proportions(**rates) == pytest.approx(0.693699468953667, rel=1e-10)
    assert stats.power_two_proportions(**rates, test="fisher") == pytest.approx(0.58367971853251, rel=1e-10)


def test_sample_size_and_its_inverse_are_those_of_r() -> None:
    # in R: power.prop.test(p1=.9, p2=.33, power=.9, tol=1e-12)$n
    size = stats.sample_size_two_proportions(p1=0.9, p2=0.33, power=0.9)
    assert size.n1_unrounded == pytest.approx(13.1063200781346, rel=1e-12)
    assert (size.n1, size.n2) == (14, 14)
    # in R: uniroot(function(p2) power.prop.test(p1=.9, p2=p2, power=.9, tol=1e-12)$n - 13, ...)$root
    assert stats.detectable_rate(p1=0.9, n=13, power=0.9) == pytest.approx(0.32771672328288, rel=1e-12)


def test_mcnemar_is_that_of_r() -> None:
    # in R: mcnemar.test(matrix(c(10, 2, 9, 8), 2), correct=FALSE), then corrected, and binom.test(2, 11)
    forms = ("chi_square", "chi_square_corrected", "exact")
    answers = [stats.mcnemar(lost=2, gained=9, form=form).p_value for form in forms]
    assert answers == pytest.approx([0.0348084788118671, 0.0704404292720882, 0.0654296875], rel=1e-12)
