"""What must hold for score intervals of many tables, skewness-corrected, mid-p, Blaker's and paired ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from lupustrial import stats
from lupustrial.stats._arguments import Table
from lupustrial.stats._score_functions import MEASURES

Counts = dict[str, int]
LEVELS = st.sampled_from([0.8, 0.95, 0.99])


@st.composite
def tables(draw: st.DrawFn, largest: int = 9) -> Counts:
    n1, n2 = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    return {"x1": draw(st.integers(0, n1)), "n1": n1, "x2": draw(st.integers(0, n2)), "n2": n2}


@st.composite
def pairs(draw: st.DrawFn, largest: int = 30) -> Counts:
    counts = {name: draw(st.integers(0, largest)) for name in ("both", "lost", "gained", "neither")}
    assume(sum(counts.values()) > 0)
    return counts


def swapped(table: Counts) -> Counts:
    return {"x1": table["x2"], "n1": table["n2"], "x2": table["x1"], "n2": table["n1"]}


def complement(table: Counts) -> Counts:
    return {**table, "x1": table["n1"] - table["x1"], "x2": table["n2"] - table["x2"]}


def _sample(table: Table, measure: str) -> float | None:
    if measure == "risk difference":
        return table.p1 - table.p2
    above, below = table.x1 * table.n2, table.x2 * table.n1
    if measure == "odds ratio":
        above, below = table.x1 * (table.n2 - table.x2), table.x2 * (table.n1 - table.x1)
    return above / below if below else math.inf if above else None


# ---------------------------------------------------------------- score intervals of many tables


@pytest.mark.parametrize("measure", MEASURES)
@settings(max_examples=30, deadline=None)
@given(many=st.lists(tables(60), min_size=1, max_size=20), corrected=st.booleans(), level=LEVELS)
def test_many_tables_at_once_are_each_the_table_alone(
    *, measure: str, many: list[Counts], corrected: bool, level: float
) -> None:
    many = [table for table in many if _sample(Table(**table), measure) is not None]
    assume(many)
    options: dict[str, Any] = {
        "measure": measure,
        "variance_correction": corrected,
        "confidence_level": level,
    }
    columns = {name: np.array([table[name] for table in many]) for name in ("x1", "n1", "x2", "n2")}
    together = stats.miettinen_nurminen_many(**columns, **options)
    for place, table in enumerate(many):
        alone = stats.miettinen_nurminen(**table, **options)
        ours = together.estimate[place], together.lower[place], together.upper[place]
        assert ours == (alone.estimate, alone.lower, alone.upper)
        assert (together.method, together.measure) == (alone.method, alone.measure)


def test_many_tables_keep_their_shape_and_broadcast() -> None:
    x1 = np.arange(12).reshape(3, 4)
    found = stats.miettinen_nurminen_many(x1=x1, n1=20, x2=[5, 6, 7, 8], n2=20)
    assert found.lower.shape == (3, 4)
    alone = stats.miettinen_nurminen(x1=6, n1=20, x2=7, n2=20)
    assert (found.lower[1, 2], found.upper[1, 2]) == (alone.lower, alone.upper)
    nothing = stats.miettinen_nurminen_many(x1=[], n1=[], x2=[], n2=[])
    assert nothing.estimate.shape == (0,)


# ---------------------------------------------------------------- other intervals of two groups


@pytest.mark.parametrize("function", [stats.skewness_corrected, stats.mover_jeffreys])
@pytest.mark.parametrize("measure", MEASURES)
@settings(max_examples=40, deadline=None)
@given(table=tables(40), level=LEVELS)
def test_intervals_turn_with_the_groups_and_widen_with_the_level(
    function: Any, measure: str, table: Counts, level: float
) -> None:
    if function is stats.skewness_corrected:
        assume(_sample(Table(**table), measure) is not None)
    found = function(**table, measure=measure, confidence_level=level)
    assert found.lower <= found.estimate <= found.upper
    turned = function(**swapped(table), measure=measure, confidence_level=level)
    if measure == "risk difference":
        assert (-turned.upper, -turned.lower) == pytest.approx((found.lower, found.upper), abs=1e-8)
    else:
        assert turned.upper == pytest.approx(1 / found.lower if found.lower else math.inf, rel=1e-5)
    wider = function(**table, measure=measure, confidence_level=(1 + level) / 2)
    assert wider.lower <= found.lower + 1e-9
    assert wider.upper >= found.upper * (1 - 1e-9) - 1e-9


@settings(max_examples=60, deadline=None)
@given(n=st.integers(2, 60), level=LEVELS)
def test_without_skewness_the_correction_does_not_change_the_test_of_no_difference(
    n: int, level: float
) -> None:
    """Equal groups with as many events as not: the score of no difference has no third moment."""
    x = n // 2
    table = {"x1": x, "n1": n, "x2": n - x, "n2": n}
    plain = stats.miettinen_nurminen(**table, confidence_level=level)
    corrected = stats.skewness_corrected(**table, confidence_level=level)
    assert (corrected.lower <= 0 <= corrected.upper) == (plain.lower <= 0 <= plain.upper)


@settings(max_examples=80, deadline=None)
@given(table=tables(25))
def test_blakers_test_lies_between_one_tail_and_two(table: Counts) -> None:
    p_value = stats.fisher_blaker(**table).p_value
    tails = [stats.fisher(**table, alternative=side).p_value for side in ("greater", "less")]
    assert min(1.0, *tails) <= p_value <= min(1.0, 2 * min(tails)) * (1 + 1e-12)
    assert stats.fisher_blaker(**swapped(table)).p_value == p_value
    assert stats.fisher_blaker(**complement(table)).p_value == p_value


# ---------------------------------------------------------------- one proportion


@settings(max_examples=80, deadline=None)
@given(n=st.integers(1, 80), share=st.floats(0, 1), level=st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_blaker_and_midp_lie_inside_clopper_pearson(n: int, share: float, level: float) -> None:
    x = round(share * n)
    exact = stats.clopper_pearson(x=x, n=n, confidence_level=level)
    for function in (stats.blaker, stats.midp):
        found = function(x=x, n=n, confidence_level=level)
        assert exact.lower - 1e-9 <= found.lower <= found.estimate <= found.upper <= exact.upper + 1e-9
        mirror = function(x=n - x, n=n, confidence_level=level)
        assert mirror.lower == pytest.approx(1 - found.upper, abs=1e-9)
        wider = function(x=x, n=n, confidence_level=(1 + level) / 2)
        assert wider.lower <= found.lower + 1e-9
        assert wider.upper >= found.upper - 1e-9


@pytest.mark.parametrize("n", [5, 12, 20])
def test_blakers_interval_covers_everywhere(n: int) -> None:
    limits = [stats.blaker(x=x, n=n, confidence_level=0.9) for x in range(n + 1)]
    lower, upper = (np.array([getattr(found, side) for found in limits]) for side in ("lower", "upper"))
    for p in np.linspace(0.0005, 0.9995, 1501):
        inside = (lower <= p) & (p <= upper)
        assert binom.pmf(np.arange(n + 1), n, p)[inside].sum() >= 0.9 - 1e-12


# ---------------------------------------------------------------- pairs


@settings(max_examples=120, deadline=None)
@given(counts=pairs(), level=LEVELS)
def test_paired_score_intervals_agree_with_mcnemars_chi_square(counts: Counts, level: float) -> None:
    p_value = stats.mcnemar(lost=counts["lost"], gained=counts["gained"], form="chi_square").p_value
    assume(abs(p_value - (1 - level)) > 1e-6)
    difference = stats.paired_difference(**counts, confidence_level=level)
    assert (p_value < 1 - level) == (not difference.lower <= 0 <= difference.upper)
    assert -1 <= difference.lower <= difference.estimate <= difference.upper <= 1
    assume(counts["both"] + counts["lost"] + counts["gained"] > 0)
    ratio = stats.paired_risk_ratio(**counts, confidence_level=level)
    assert (p_value < 1 - level) == (not ratio.lower <= 1 <= ratio.upper)
    assert ratio.lower <= ratio.estimate <= ratio.upper


@settings(max_examples=80, deadline=None)
@given(counts=pairs(), name=st.sampled_from(["tango", "newcombe", "wald"]))
def test_paired_differences_change_sign_with_the_direction(counts: Counts, name: str) -> None:
    back = {**counts, "lost": counts["gained"], "gained": counts["lost"]}
    found, turned = (stats.paired_difference(**each, interval=name) for each in (counts, back))
    assert (-turned.upper, -turned.lower) == pytest.approx((found.lower, found.upper), abs=1e-9)
    other = {**counts, "both": counts["neither"], "neither": counts["both"]}
    same = stats.paired_difference(**other, interval=name)
    assert (same.lower, same.upper) == pytest.approx((found.lower, found.upper), abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(counts=pairs(), name=st.sampled_from(["tang", "wald"]))
def test_paired_ratios_turn_over_with_the_direction(counts: Counts, name: str) -> None:
    assume(counts["both"] + counts["lost"] > 0 < counts["both"] + counts["gained"])
    back = {**counts, "lost": counts["gained"], "gained": counts["lost"]}
    found, turned = (stats.paired_risk_ratio(**each, interval=name) for each in (counts, back))
    assert turned.upper == pytest.approx(1 / found.lower if found.lower else math.inf, rel=1e-6)
    assert turned.lower == pytest.approx(1 / found.upper, rel=1e-6)


@pytest.mark.parametrize("form", ["exact", "midp"])
@settings(max_examples=100, deadline=None)
@given(lost=st.integers(0, 40), gained=st.integers(0, 40))
def test_paired_odds_ratio_and_mcnemar_of_one_form_agree(form: str, lost: int, gained: int) -> None:
    assume(lost + gained > 0)
    p_value = stats.mcnemar(lost=lost, gained=gained, form=form).p_value
    assume(abs(p_value - 0.05) > 1e-9)
    odds = stats.paired_odds_ratio(lost=lost, gained=gained, form=form)
    assert odds.lower <= odds.estimate <= odds.upper
    assert (p_value < 0.05) == (not odds.lower <= 1 <= odds.upper)
    turned = stats.paired_odds_ratio(lost=gained, gained=lost, form=form)
    assert turned.upper == pytest.approx(1 / odds.lower if odds.lower else math.inf, rel=1e-9)
    assert p_value == stats.mcnemar(lost=gained, gained=lost, form=form).p_value
