"""What a reader of a multiple test finds in its result, and inputs at the edge."""

from __future__ import annotations

import numpy as np
import pytest

from lupustrial import stats
from lupustrial.stats.multiplicity import _joint, _lattice

GATED = stats.multiplicity_graph(
    [0.5, 0.5, 0, 0], [[0, 0.5, 0.5, 0], [0.5, 0, 0, 0.5], [0, 1, 0, 0], [1, 0, 0, 0]]
)


def test_steps_can_be_printed() -> None:
    result = stats.graph_test([0.02, 0.001, 0.2, 0.04], GATED, alpha=0.05)
    assert result.lines() == (
        "Level 0.05. Start: H1 0.5, H2 0.5.",
        "Step 1: H2 is rejected, p = 0.001 at the local level 0.025 (weight 0.5). Left: H1 0.75, H4 0.25.",
        "Step 2: H1 is rejected, p = 0.02 at the local level 0.0375 (weight 0.75). Left: H3 0.5, H4 0.5.",
        "Not rejected: H3, H4.",
    )
    assert stats.graph_test([0.001] * 4, GATED).lines()[-2:] == (
        "Step 4: H4 is rejected, p = 0.001 at the local level 0.05 (weight 1). Left: no weight.",
        "All hypotheses are rejected.",
    )


def test_a_tie_with_the_level_is_a_rejection_despite_rounding() -> None:
    weights = [0.4, 0.4, 0.2]
    edges = [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    result = stats.graph_test([0.02, 0.9, 0.9], stats.multiplicity_graph(weights, edges), alpha=0.05)
    assert result.rejected == (True, False, False)
    third = stats.adjust_p_values([0.05 / 3, 0.9, 0.9], method="bonferroni", alpha=0.05)
    assert third.rejected[0]


def test_without_weight_nothing_is_rejected_even_at_p_zero() -> None:
    graph = stats.multiplicity_graph([0, 0], [[0, 1], [1, 0]])
    result = stats.graph_test([0.0, 0.0], graph)
    assert result.adjusted == (1.0, 1.0)
    assert "no hypothesis has any weight" in result.note
    for test in ("bonferroni", "simes", "parametric"):
        assert stats.closed_test([0.0, 0.0], graph, test=test, correlation=0.5).adjusted == (1.0, 1.0)


def test_results_say_what_they_keep_and_what_they_assume() -> None:
    p = [0.01, 0.02]
    assert "any dependence" in stats.adjust_p_values(p, method="holm").assumption
    for method in ("hochberg", "hommel"):
        result = stats.adjust_p_values(p, method=method)
        assert "Simes's inequality" in result.assumption
        assert result.error_rate == "familywise"
    found = stats.adjust_p_values(p, method="benjamini_hochberg")
    assert (found.error_rate, "familywise" in found.assumption) == ("false discovery", True)
    assert "order" in stats.adjust_p_values(p, method="fixed_sequence").assumption
    mixed = stats.closed_test(
        [0.01, 0.02, 0.03],
        stats.holm_graph(3),
        test=["simes", "bonferroni"],
        groups=[["H1", "H2"], ["H3"]],
    )
    assert mixed.method == "closed_bonferroni_simes"
    assert "within a Simes group" in mixed.assumption
    gates = {"families": [["H1"], ["H2"]], "gate": "serial"}
    assert "Simes" in stats.gatekeeping(p, method="hochberg", **gates).assumption
    plain = stats.gatekeeping(p, **gates)
    assert "any dependence" in plain.assumption
    assert plain.note == "family 1: holm, truncation 1; family 2: holm, truncation 1"


def test_a_closed_simes_test_can_reject_together_what_it_does_not_reject_alone() -> None:
    result = stats.closed_test([0.036, 0.033, 0.094, 0.02], stats.holm_graph(4), test="simes")
    assert result.rejected == (False,) * 4
    assert result.note == "rejected together though none of them is rejected alone: H2 and H4"


def test_groups_may_lack_correlations_between_them() -> None:
    nan = np.nan
    matrix = [[1, 0.5, nan, nan], [0.5, 1, nan, nan], [nan, nan, 1, nan], [nan, nan, nan, 1]]
    result = stats.closed_test(
        [0.001, 0.019, 0.01, 0.05],
        GATED,
        test=["parametric", "bonferroni"],
        groups=[["H1", "H2"], ["H3", "H4"]],
        correlation=matrix,
        alpha=0.025,
    )
    bonferroni = stats.closed_test([0.001, 0.019, 0.01, 0.05], GATED)
    assert result.adjusted[0] < bonferroni.adjusted[0]
    assert result.closure.codes[0] == "1111"


def test_one_hypothesis_keeps_its_p() -> None:
    for method in ("bonferroni", "sidak", "holm", "holm_sidak", "hochberg", "hommel", "benjamini_yekutieli"):
        assert stats.adjust_p_values([0.03], method=method).adjusted == pytest.approx((0.03,))
    assert stats.graph_test([0.03], stats.holm_graph(1)).adjusted == (0.03,)
    assert stats.single_step([0.03], correlation=0.5).adjusted == (0.03,)
    assert stats.parallel_graph(1, 1).transitions == ((0, 1), (0, 0))


def test_fallback_passes_on_down_the_order_only() -> None:
    result = stats.fallback([0.2, 0.015, 0.03], weights=[0.5, 0.3, 0.2], alpha=0.05)
    assert result.rejected == (False, True, False)  # the third has (0.3 + 0.2) 0.05 = 0.025
    assert result.final.weights == pytest.approx((0.5, 0, 0.5))


def test_epsilon_edges_pass_weight_only_when_nothing_else_is_left() -> None:
    tiny = 1e-6
    graph = stats.multiplicity_graph(
        [1, 0, 0], [[0, 1 - tiny, tiny], [1 - tiny, 0, tiny], [0, 0, 0]], names=["A", "B", "C"]
    )
    assert graph.without("A").weights == pytest.approx((0, 1, 0), abs=2e-6)
    assert graph.without("A", "B").weights == pytest.approx((0, 0, 1), abs=1e-9)


def test_two_that_pass_to_each_other_only_leave_nothing_behind() -> None:
    graph = stats.multiplicity_graph([0.5, 0.5, 0], [[0, 1, 0], [1, 0, 0], [0.5, 0.5, 0]])
    assert graph.without("H1", "H2").weights == (0, 0, 0)
    assert graph.without("H1").transitions[1] == (0, 0, 0)


def test_extreme_tails_keep_their_relative_precision() -> None:
    correlation = np.array([[1, 0.5, 0.2], [0.5, 1, 0.6], [0.2, 0.6, 1]])
    tails = np.array([1e-9, 2e-9, 1e-10])
    value, error = _joint.union_probability(tails, correlation)
    assert 2.9e-9 < value < tails.sum()
    assert error < 1e-5 * value
    assert _joint.union_probability(np.zeros(3), correlation) == (0.0, 0.0)
    assert _joint.union_probability(np.array([1.0, 0.2, 0.0]), correlation) == (1.0, 0.0)


@pytest.mark.parametrize("df", [None, 3.0])
@pytest.mark.parametrize("two_sided", [False, True])
def test_lattice_and_quadrature_agree(df: float | None, two_sided: bool) -> None:  # noqa: FBT001 - a parameter
    loadings = np.array([0.9, -0.4, 0.6, 0.2])
    correlation = np.where(np.eye(4, dtype=bool), 1.0, np.outer(loadings, loadings))
    tails = np.array([0.01, 0.03, 0.002, 0.2])
    exact, none = _joint.union_probability(tails, correlation, df=df, two_sided=two_sided)
    value, error = _lattice.lattice_union(tails, correlation, df=df, two_sided=two_sided)
    assert none == 0.0
    assert value == pytest.approx(exact, rel=3e-5)
    assert error < 1e-4 * exact


def test_the_t_of_any_correlation_approaches_the_normal() -> None:
    correlation = np.where(np.eye(3, dtype=bool), 1.0, -0.3)
    tails = np.array([0.01, 0.03, 0.002])
    normal, _ = _joint.union_probability(tails, correlation)
    assert _joint.union_probability(tails, correlation, df=1e6)[0] == pytest.approx(normal, rel=1e-5)
    assert _joint.union_probability(tails, correlation, df=4.0)[0] < normal


def test_correlations_are_recognised_as_products_or_not() -> None:
    assert _joint.product_loadings(np.array([[1, -0.3], [-0.3, 1]])) is not None
    assert _joint.product_loadings(np.where(np.eye(3, dtype=bool), 1.0, -0.3)) is None
    chain = np.array([[1, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 1]])
    assert _joint.product_loadings(chain) is None
    assert _joint.independent_blocks(chain) == [[0, 1, 2]]
    # |λ| above 1: the products fit but are no common factor
    above = np.array([[1, 0.9, 0.9], [0.9, 1, 0.7], [0.9, 0.7, 1]])
    assert _joint.product_loadings(above) is None


def test_bounds_without_a_rejection_carry_no_note_and_may_be_infinite() -> None:
    graph = stats.fixed_sequence_graph(2)
    found = stats.graph_bounds([0.1, 9.0], [1.0, 1.0], graph, margins=[0.0, 1.0])
    assert (found.note, found.bounds[1]) == ("", -np.inf)
    some = stats.graph_bounds([-5.0, -0.1], [1.0, 1.0], graph, alternative="less")
    assert "not all are rejected" in some.note
    assert some.bounds[0] == 0.0
