"""What must hold for every group sequential design and combination test."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special

from lupustrial import stats

TIMES = st.lists(st.integers(1, 30), min_size=1, max_size=5).map(
    lambda steps: [float(x) for x in np.cumsum(steps)[:-1] / sum(steps)] + [1.0]
)
KINDS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.sampled_from(
        [{"kind": "obrien_fleming"}, {"kind": "pocock"}, {"kind": "haybittle_peto", "parameter": 3.3}]
    ),
    st.floats(-0.5, 0.7).map(lambda shape: {"kind": "wang_tsiatis", "parameter": shape}),
    st.sampled_from(["lan_demets_obrien_fleming", "lan_demets_pocock"]).map(
        lambda family: {"kind": "spending", "spending": family}
    ),
    st.floats(0.5, 4).map(lambda p: {"kind": "spending", "spending": "kim_demets", "parameter": p}),
    st.floats(-8, 3).map(lambda p: {"kind": "spending", "spending": "hwang_shih_decani", "parameter": p}),
)


@settings(max_examples=25, deadline=None)
@given(times=TIMES, kind=KINDS, alpha=st.sampled_from([0.005, 0.025, 0.05, 0.2]), two=st.booleans())
def test_the_level_is_spent_whole_and_rises(
    times: list[float], kind: dict[str, Any], alpha: float, *, two: bool
) -> None:
    assume(kind["kind"] != "haybittle_peto" or alpha >= 0.025)
    sided = "two-sided" if two else "one-sided"
    design = stats.group_sequential_design(information=times, alpha=alpha, sided=sided, **kind)
    assert design.spent[-1] == pytest.approx(alpha, abs=1e-10)
    assert all(a <= b + 1e-15 for a, b in zip(design.spent, design.spent[1:], strict=False))
    null = stats.stopping_chances(design, drift=0)
    assert sum(null.reject) + sum(null.reject_other) == pytest.approx(alpha, abs=1e-10)
    assert sum(null.reject) + sum(null.reject_other) + sum(null.futile) == pytest.approx(1, abs=1e-12)
    strict = stats.group_sequential_design(information=times, alpha=alpha * 0.9, sided=sided, **kind)
    assert strict.critical[-1] > design.critical[-1]


@settings(max_examples=20, deadline=None)
@given(alpha=st.floats(0.001, 0.2), power=st.floats(0.5, 0.99), kind=KINDS)
def test_one_look_is_the_fixed_design(alpha: float, power: float, kind: dict[str, Any]) -> None:
    design = stats.group_sequential_design(stages=1, alpha=alpha, **kind)
    assert design.critical == pytest.approx((float(-special.ndtri(alpha)),), rel=1e-9)
    found = stats.design_characteristics(design, power=power)
    assert (found.inflation, found.expected_null, found.expected_alternative) == pytest.approx((1, 1, 1))


@settings(max_examples=20, deadline=None)
@given(times=TIMES, kind=KINDS, power=st.floats(0.5, 0.95))
def test_characteristics_give_their_power_and_stop_early(
    times: list[float], kind: dict[str, Any], power: float
) -> None:
    design = stats.group_sequential_design(information=times, **kind)
    found = stats.design_characteristics(design, power=power)
    chances = stats.stopping_chances(design, drift=found.drift)
    assert chances.power == pytest.approx(power, abs=1e-9)
    assert found.inflation >= 1 - 1e-9
    assert found.expected_alternative <= found.expected_half <= found.expected_null <= found.inflation + 1e-9
    assert found.expected_alternative == pytest.approx(found.inflation * chances.expected_information)


@settings(max_examples=20, deadline=None)
@given(times=TIMES, drift=st.floats(-4, 4))
def test_two_sided_designs_mirror(times: list[float], drift: float) -> None:
    design = stats.group_sequential_design(information=times, alpha=0.05, sided="two-sided")
    here, there = (stats.stopping_chances(design, drift=d) for d in (drift, -drift))
    assert here.reject == pytest.approx(there.reject_other, abs=1e-12)
    assert here.expected_information == pytest.approx(there.expected_information)


@settings(max_examples=25, deadline=None)
@given(times=TIMES, kind=KINDS, share=st.floats(-0.9, 0.6))
def test_futility_costs_level_unless_the_bounds_count_on_it(
    times: list[float], kind: dict[str, Any], share: float
) -> None:
    futility = [share * (k + 1) / len(times) for k in range(len(times) - 1)]
    free = stats.group_sequential_design(information=times, **kind)
    loose = stats.group_sequential_design(information=times, futility=futility, **kind)
    bound = stats.group_sequential_design(information=times, futility=futility, binding=True, **kind)
    assert loose.critical == free.critical
    assert stats.stopping_chances(loose, drift=0).power <= 0.025 + 1e-10
    assert stats.stopping_chances(bound, drift=0).power == pytest.approx(0.025, abs=1e-10)
    assert bound.critical[-1] <= free.critical[-1] + 1e-9


@settings(max_examples=8, deadline=None)
@given(
    times=TIMES,
    beta=st.floats(0.05, 0.3),
    gamma=st.floats(-6, 1),
    binding=st.booleans(),
)
def test_beta_spending_spends_beta(times: list[float], beta: float, gamma: float, *, binding: bool) -> None:
    design = stats.beta_spending_design(information=times, beta=beta, beta_parameter=gamma, binding=binding)
    found = stats.design_characteristics(design, power=1 - beta)
    chances = stats.stopping_chances(design, drift=found.drift)
    spent = stats.error_spent(times, level=beta, spending="hwang_shih_decani", parameter=gamma)
    assert list(np.cumsum(chances.futile)) == pytest.approx(list(spent), abs=1e-8)
    assert design.spent[-1] == pytest.approx(0.025, abs=1e-9)
    assert stats.stopping_chances(design, drift=0).power <= 0.025 + 1e-9


@pytest.mark.parametrize("binding", [True, False])
@pytest.mark.parametrize(
    ("information", "alpha", "power_alpha", "beta", "power_beta"),
    [
        ([0.25, 0.5, 0.75, 1], 0.01, 0.2, 0.3, 1.0),  # large effects leave no room for the last look
        ([0.98, 0.99, 1], 0.2, 0.05, 0.5, 50.0),  # nearly all beta at the end
        ([0.0001, 1], 0.025, 100.0, 0.1, 100.0),  # nothing at the first look
        ([0.2, 1], 0.45, 0.001, 0.5, 0.001),  # everything at the first look
        ([0.2, 0.9, 0.95, 1], 0.45, 1.0, 0.01, 1.0),  # looks close together
        ([0.2, 0.9, 0.95, 1], 0.1, 0.02, 0.1, 5.0),
        ([0.8, 0.9, 1], 0.1, 0.02, 0.01, 5.0),
    ],
)
def test_beta_spending_in_corners(
    information: list[float],
    alpha: float,
    power_alpha: float,
    beta: float,
    power_beta: float,
    *,
    binding: bool,
) -> None:
    design = stats.beta_spending_design(
        information=information,
        alpha=alpha,
        beta=beta,
        spending="kim_demets",
        parameter=power_alpha,
        beta_spending="kim_demets",
        beta_parameter=power_beta,
        binding=binding,
    )
    found = stats.design_characteristics(design, power=1 - beta)
    chances = stats.stopping_chances(design, drift=found.drift)
    spent = stats.error_spent(information, level=beta, spending="kim_demets", parameter=power_beta)
    assert list(np.cumsum(chances.futile)) == pytest.approx(list(spent), abs=1e-7)
    assert design.spent[-1] == pytest.approx(alpha, abs=1e-9)


def test_many_early_futility_stops_cost_much() -> None:
    design = stats.beta_spending_design(stages=10, beta_parameter=8)
    assert 2 < stats.design_characteristics(design, power=0.9).inflation < 3


def test_spending_an_amount_by_family_or_by_hand_is_the_same() -> None:
    times = [0.3, 0.6, 1]
    amounts = stats.error_spent(times, level=0.025, spending="kim_demets", parameter=1.5)
    family = stats.group_sequential_design(
        information=times, kind="spending", spending="kim_demets", parameter=1.5
    )
    by_hand = stats.group_sequential_design(information=times, kind="user_spending", spent=amounts)
    assert by_hand.critical == pytest.approx(family.critical, abs=1e-12)
    late = stats.group_sequential_design(information=times, kind="user_spending", spent=[0, 0, 0.025])
    assert late.critical[:2] == (math.inf, math.inf)
    assert late.critical[2] == pytest.approx(1.959963984540054, abs=1e-10)
    assert late.stage_levels[0] == 0


@pytest.mark.parametrize("between", [0.3001, 0.303, 0.33, 0.6, 0.99, 0.9999])
@pytest.mark.parametrize("sided", ["one-sided", "two-sided"])
def test_a_look_at_which_nobody_stops_changes_nothing(between: float, sided: str) -> None:
    """A look soon after another sees the edge that the first one cut; the sums must not."""
    alpha = 0.2
    plain = stats.group_sequential_design(
        information=[0.3, 1], alpha=alpha, sided=sided, kind="user_spending", spent=[0.1, alpha]
    )
    idle = stats.group_sequential_design(
        information=[0.3, between, 1], alpha=alpha, sided=sided, kind="user_spending", spent=[0.1, 0.1, alpha]
    )
    assert (idle.critical[0], idle.critical[2]) == pytest.approx(plain.critical, abs=1e-11)
    for drift in (0.0, -1.5, 2.5):
        one, two = (stats.stopping_chances(design, drift=drift) for design in (plain, idle))
        assert (two.reject[0], two.reject[2]) == pytest.approx(one.reject, abs=1e-12)
        assert (two.reject_other[0], two.reject_other[2]) == pytest.approx(one.reject_other, abs=1e-12)
        assert two.reject[1] == two.reject_other[1] == 0


def test_classics_are_shapes_of_wang_and_tsiatis_and_gamma_zero_is_linear() -> None:
    for kind, shape in (("obrien_fleming", 0.0), ("pocock", 0.5)):
        classic = stats.group_sequential_design(stages=4, kind=kind)
        family = stats.group_sequential_design(stages=4, kind="wang_tsiatis", parameter=shape)
        assert classic.critical == family.critical
    linear = stats.error_spent([0, 0.2, 1, 1.5], level=0.05, spending="hwang_shih_decani", parameter=0)
    assert linear == pytest.approx((0, 0.01, 0.05, 0.05))
    power = stats.error_spent([0, 0.2, 1], level=0.05, spending="kim_demets", parameter=1)
    assert power == pytest.approx(linear[:3])
    assert stats.error_spent([0.0], level=0.05, spending="lan_demets_obrien_fleming") == (0.0,)


STAGES = st.lists(
    st.tuples(st.integers(4, 40), st.integers(4, 40), st.floats(0, 1), st.floats(0, 1)),
    min_size=1,
    max_size=3,
)
ADAPTIVE = st.sampled_from(
    [
        stats.group_sequential_design(stages=3),
        stats.group_sequential_design(information=[0.3, 0.5, 1], kind="pocock"),
        stats.group_sequential_design(stages=3, kind="spending", spending="lan_demets_obrien_fleming"),
        stats.group_sequential_design(
            information=[0.4, 0.8, 1], kind="spending", spending="kim_demets", parameter=2
        ),
        stats.fisher_design(stages=3),
        stats.fisher_design(stages=3, method="full_alpha"),
    ]
)


@settings(max_examples=60, deadline=None)
@given(stages=STAGES, design=ADAPTIVE)
def test_decisions_repeated_p_and_intervals_agree(
    stages: list[tuple[int, int, float, float]], design: stats.GroupSequentialDesign | stats.FisherDesign
) -> None:
    n1, n2 = [s[0] for s in stages], [s[1] for s in stages]
    x1, x2 = [round(s[0] * s[2]) for s in stages], [round(s[1] * s[3]) for s in stages]
    found = stats.combination_test_rates(design, x1=x1, n1=n1, x2=x2, n2=n2)
    turned = stats.combination_test_rates(design, x1=x2, n1=n2, x2=x1, n2=n1)
    for k in range(len(stages)):
        p_value = found.repeated_p_values[k]
        assert p_value is not None
        assert 0 <= p_value <= 1
        if abs(p_value - 0.025) > 1e-6:
            assert found.rejects[k] == (p_value < 0.025)
            assert found.rejects[k] == (found.lower[k] > 0)
        assert -1 <= found.lower[k] <= 1
        assert -1 <= found.upper[k] <= 1
        crossed = found.lower[k] > found.upper[k]
        assert not crossed or (found.method == "fisher_product" and str(k + 1) in found.note)
        assert (-turned.upper[k], -turned.lower[k]) == pytest.approx(
            (found.lower[k], found.upper[k]), abs=1e-9
        )


@pytest.mark.parametrize("futility", [None, [0.0, 0.6]])
@pytest.mark.parametrize("drift", [0.0, 1.5, 3.0])
def test_conditional_power_averages_to_power(drift: float, futility: list[float] | None) -> None:
    """The chance to stop at the first look, and to reject later given each first z, add up to the power."""
    from lupustrial.stats.sequential._conditional import further_rejection

    design = stats.group_sequential_design(information=[0.3, 0.7, 1], kind="pocock", futility=futility)
    steps = np.sqrt(np.diff([0.3, 0.7, 1]))
    low, high = (futility or [-8.0])[0], design.critical[0]
    nodes, weights = np.polynomial.legendre.leggauss(80)
    z = low + (high - low) * (nodes + 1) / 2
    density = np.exp(-((z - drift * math.sqrt(0.3)) ** 2) / 2) / math.sqrt(2 * math.pi)
    later = np.array([further_rejection(design, np.array([one]), drift * steps)[-1] for one in z])
    total = float(special.ndtr(drift * math.sqrt(0.3) - high)) + (high - low) / 2 * float(
        weights @ (density * later)
    )
    assert total == pytest.approx(stats.stopping_chances(design, drift=drift).power, abs=1e-8)


def test_one_stage_of_fishers_product_is_the_test_itself() -> None:
    for method in ("equal_alpha", "full_alpha"):
        design = stats.fisher_design(stages=1, alpha=0.05, method=method)
        assert (design.critical, design.spent) == (pytest.approx((0.05,)), pytest.approx((0.05,)))


def test_kinds_without_a_family_over_levels_have_no_repeated_p() -> None:
    counts: dict[str, Any] = {"x1": [9], "n1": [10], "x2": [2], "n2": [10]}
    for design in (
        stats.group_sequential_design(stages=2, kind="haybittle_peto"),
        stats.group_sequential_design(stages=2, futility=[0], binding=True),
        stats.group_sequential_design(stages=2, kind="user_spending", spent=[0, 0.025]),
        stats.beta_spending_design(stages=2),
    ):
        found = stats.combination_test_rates(design, **counts)
        assert found.repeated_p_values == (None,)
    nothing_spent = stats.combination_test_rates(
        stats.group_sequential_design(stages=2, kind="user_spending", spent=[0, 0.025]), **counts
    )
    assert (nothing_spent.rejects, nothing_spent.lower, nothing_spent.upper) == ((False,), (-1.0,), (1.0,))


def test_extremes_of_a_repeated_p() -> None:
    design = stats.group_sequential_design(stages=2, kind="spending", spending="lan_demets_pocock")
    sure = stats.combination_test_rates(design, x1=[9000], n1=[9000], x2=[0], n2=[9000])
    assert sure.repeated_p_values[0] is not None
    assert 0 < sure.repeated_p_values[0] < 1e-250
    none = stats.combination_test_rates(design, x1=[0], n1=[9000], x2=[9000], n2=[9000])
    assert none.repeated_p_values == (1.0,)
    fisher = stats.combination_test_rates(
        stats.fisher_design(stages=2), x1=[9000], n1=[9000], x2=[0], n2=[9000]
    )
    assert fisher.repeated_p_values == (0.0,)
    assert fisher.rejects == (True,)


def test_nobody_responds_in_a_stage_carries_nothing() -> None:
    design = stats.group_sequential_design(stages=2)
    found = stats.combination_test_rates(design, x1=[0, 8], n1=[10, 12], x2=[0, 3], n2=[10, 12])
    assert (found.stage_p_values[0], found.combined[0]) == (0.5, 0.0)


def test_power_of_rates_turns_with_the_groups_if_two_sided() -> None:
    design = stats.group_sequential_design(stages=3, alpha=0.05, sided="two-sided")
    up = stats.power_sequential_rates(design, p1=0.6, p2=0.3, n=150)
    down = stats.power_sequential_rates(design, p1=0.3, p2=0.6, n=150)
    assert up.power == pytest.approx(down.power)
    assert up.n == 150
    one = stats.group_sequential_design(stages=3)
    against = stats.power_sequential_rates(one, p1=0.3, p2=0.6, n=150)
    assert against.power < 1e-4
    uneven = stats.power_sequential_rates(one, p1=0.6, p2=0.3, n=150, ratio=2)
    assert 0.5 < uneven.power < up.power
