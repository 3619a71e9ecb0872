"""What must hold of multiple tests whatever the p values, weights and correlations."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from lupustrial import stats

P = st.floats(0, 1, allow_subnormal=False)
LISTS = st.lists(P, min_size=1, max_size=7)
STRONG = ("bonferroni", "sidak", "holm", "holm_sidak", "hochberg", "hommel")
FEW = settings(max_examples=40, deadline=None)


@st.composite
def graphs(draw: st.DrawFn, most: int = 5) -> stats.MultiplicityGraph:
    size = draw(st.integers(1, most))
    part = st.integers(0, 4)
    raw = np.array(draw(st.lists(part, min_size=size, max_size=size)), dtype=float)
    rows = draw(st.lists(st.lists(part, min_size=size, max_size=size), min_size=size, max_size=size))
    edges = np.where(np.eye(size, dtype=bool), 0.0, np.array(rows, dtype=float))
    full = draw(st.booleans())
    weights = raw / max(1.0, raw.sum() if full else raw.sum() + 1)
    return stats.multiplicity_graph(weights, edges / np.maximum(1.0, edges.sum(axis=1, keepdims=True)))


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[float], stats.MultiplicityGraph]:
    graph = draw(graphs())
    size = len(graph.hypotheses)
    grid = st.integers(0, 400).map(lambda value: value / 2000)
    return draw(st.lists(grid, min_size=size, max_size=size)), graph


@FEW
@given(problems())
def test_the_closed_test_with_bonferroni_equals_the_shortcut(
    case: tuple[list[float], stats.MultiplicityGraph],
) -> None:
    p, graph = case
    shortcut = stats.graph_test(p, graph)
    closed = stats.closed_test(p, graph)
    assert closed.adjusted == pytest.approx(shortcut.adjusted, rel=1e-9)
    assert closed.rejected == shortcut.rejected
    assert closed.note == "", "Bonferroni graphs are consonant"


@FEW
@given(problems())
def test_steps_agree_with_decisions_and_weights_never_exceed_one(
    case: tuple[list[float], stats.MultiplicityGraph],
) -> None:
    p, graph = case
    result = stats.graph_test(p, graph, alpha=0.1)
    assert {step.rejected for step in result.steps} == {
        name for name, gone in zip(result.hypotheses, result.rejected, strict=True) if gone
    }
    for step in result.steps:
        assert sum(step.graph.weights) <= 1 + 1e-9
        assert step.p_value <= step.level * (1 + 1e-9)
    assert result.final == (result.steps[-1].graph if result.steps else graph)
    left = [step.rejected for step in result.steps]
    assert result.final.weights == pytest.approx(graph.without(*left).weights, abs=1e-12)
    for weight, value, gone in zip(result.final.weights, p, result.rejected, strict=True):
        assert gone or weight == 0 or value > weight * 0.1 * (1 - 1e-9), "nothing more can be rejected"


@FEW
@given(graphs(most=4))
def test_the_order_of_taking_hypotheses_out_does_not_matter(graph: stats.MultiplicityGraph) -> None:
    gone = graph.hypotheses[1:]
    ends = [graph.without(*order) for order in permutations(gone)]
    for end in ends:
        assert end.weights == pytest.approx(ends[0].weights, abs=1e-12)
    half = graph.hypotheses[: len(graph.hypotheses) // 2]
    middle = [np.array(graph.without(*order).transitions) for order in permutations(half)]
    assert all(np.abs(end - middle[0]).max() < 1e-9 for end in middle)


@FEW
@given(problems(), st.randoms(use_true_random=False))
def test_renaming_and_reordering_hypotheses_changes_nothing(
    case: tuple[list[float], stats.MultiplicityGraph], random: Any
) -> None:
    p, graph = case
    order = list(range(len(p)))
    random.shuffle(order)
    weights = np.array(graph.weights)[order]
    edges = np.array(graph.transitions)[np.ix_(order, order)]
    moved = stats.graph_test(np.array(p)[order], stats.multiplicity_graph(weights, edges))
    assert moved.adjusted == pytest.approx(np.array(stats.graph_test(p, graph).adjusted)[order].tolist())


@FEW
@given(problems(), st.integers(0, 4), st.floats(0, 1))
def test_a_smaller_p_value_rejects_no_less(
    case: tuple[list[float], stats.MultiplicityGraph], index: int, factor: float
) -> None:
    p, graph = case
    smaller = [value * factor if place == index else value for place, value in enumerate(p)]
    for options in ({"test": "bonferroni"}, {"test": "simes"}):
        before = stats.closed_test(p, graph, **options).adjusted
        after = stats.closed_test(smaller, graph, **options).adjusted
        assert all(one <= other + 1e-12 for one, other in zip(after, before, strict=True))


@FEW
@given(problems())
def test_simes_rejects_all_that_bonferroni_does(case: tuple[list[float], stats.MultiplicityGraph]) -> None:
    p, graph = case
    simes = stats.closed_test(p, graph, test="simes").adjusted
    bonferroni = stats.closed_test(p, graph).adjusted
    assert all(one <= other + 1e-12 for one, other in zip(simes, bonferroni, strict=True))


@FEW
@given(problems(), st.sampled_from([0.0, 0.3, 0.8]))
def test_the_parametric_test_lies_between_the_smallest_and_bonferroni(
    case: tuple[list[float], stats.MultiplicityGraph], rho: float
) -> None:
    p, graph = case
    options: dict[str, Any] = {"test": "parametric", "correlation": rho}
    parametric = stats.closed_test(p, graph, **options).adjusted
    bonferroni = stats.closed_test(p, graph).adjusted
    assert all(
        raw - 1e-9 <= one <= other + 1e-9 for raw, one, other in zip(p, parametric, bonferroni, strict=True)
    )
    groups = [[name] for name in graph.hypotheses]
    alone = stats.closed_test(p, graph, groups=groups, **options).adjusted
    assert alone == pytest.approx(bonferroni), "groups of one are Bonferroni"


@FEW
@given(LISTS)
def test_holm_is_the_complete_graph_and_hommel_the_closed_simes_test(p: list[float]) -> None:
    graph = stats.holm_graph(len(p))
    holm = stats.adjust_p_values(p, method="holm").adjusted
    assert stats.graph_test(p, graph).adjusted == pytest.approx(holm, rel=1e-9)
    hommel = stats.adjust_p_values(p, method="hommel").adjusted
    assert stats.closed_test(p, graph, test="simes").adjusted == pytest.approx(hommel, rel=1e-9)


@FEW
@given(LISTS)
def test_fixed_sequence_is_its_graph(p: list[float]) -> None:
    adjusted = stats.adjust_p_values(p, method="fixed_sequence").adjusted
    assert stats.graph_test(p, stats.fixed_sequence_graph(len(p))).adjusted == pytest.approx(adjusted)


@given(LISTS)
def test_procedures_are_ordered_by_power(p: list[float]) -> None:
    found = {name: np.array(stats.adjust_p_values(p, method=name).adjusted) for name in STRONG}
    for weaker, stronger in (
        ("bonferroni", "holm"),
        ("bonferroni", "sidak"),
        ("holm", "hochberg"),
        ("hochberg", "hommel"),
        ("holm", "holm_sidak"),
    ):
        assert (found[stronger] <= found[weaker] + 1e-12).all(), (weaker, stronger)
    for adjusted in found.values():
        assert (adjusted >= np.array(p) - 1e-12).all()
        assert (adjusted <= 1).all()
        order = np.argsort(p, kind="stable")
        assert (np.diff(adjusted[order]) >= -1e-12).all(), "order of the raw p values is kept"


@given(LISTS, st.sampled_from(["holm", "hochberg", "hommel"]), st.floats(0, 1))
def test_truncation_lies_between_bonferroni_and_the_procedure(
    p: list[float], method: str, part: float
) -> None:
    def of(truncation: float) -> np.ndarray:
        return np.array(stats.adjust_p_values(p, method=method, truncation=truncation).adjusted)

    assert of(0.0) == pytest.approx(stats.adjust_p_values(p, method="bonferroni").adjusted)
    assert of(1 - 1e-12) == pytest.approx(of(1.0))
    assert (of(1.0) <= of(part) + 1e-12).all()
    assert (of(part) <= of(0.0) + 1e-12).all()


@FEW
@given(st.lists(P, min_size=4, max_size=4))
def test_bonferroni_based_parallel_gatekeeping_is_its_graph(p: list[float]) -> None:
    for first in (1, 2, 3):
        names = ["H1", "H2", "H3", "H4"]
        mixture = stats.gatekeeping(
            p,
            families=[names[:first], names[first:]],
            gate="parallel",
            method=["bonferroni", "holm"],
            truncation=[0, 1],
        )
        graph = stats.graph_test(p, stats.parallel_graph(first, 4 - first))
        assert mixture.adjusted == pytest.approx(graph.adjusted)


@FEW
@given(
    st.lists(P, min_size=5, max_size=5), st.sampled_from(["holm", "hochberg", "hommel"]), st.floats(0, 0.9)
)
def test_gates_are_respected(p: list[float], method: str, truncation: float) -> None:
    families = [["H1", "H2"], ["H3", "H4", "H5"]]
    options: dict[str, Any] = {"families": families, "method": method, "truncation": [truncation, 1.0]}
    serial = stats.gatekeeping(p, gate="serial", **options).adjusted
    assert min(serial[2:]) >= max(serial[:2]) - 1e-12
    parallel = stats.gatekeeping(p, gate="parallel", **options).adjusted
    assert min(parallel[2:]) >= min(parallel[:2]) - 1e-12


@FEW
@given(
    st.lists(st.floats(-3, 6), min_size=3, max_size=3), graphs(most=3), st.sampled_from(["greater", "less"])
)
def test_bounds_agree_with_decisions(
    z: list[float], graph: stats.MultiplicityGraph, alternative: str
) -> None:
    size = len(graph.hypotheses)
    estimates = np.array(z[:size])
    found = stats.graph_bounds(estimates, np.ones(size), graph, alternative=alternative, df=20)
    sign = 1 if alternative == "greater" else -1
    for bound, rejected in zip(found.bounds, found.rejected, strict=True):
        assert (sign * bound >= 0) == rejected or abs(bound) < 1e-9
    mirror = stats.graph_bounds(
        -estimates,
        np.ones(size),
        graph,
        alternative={"greater": "less", "less": "greater"}[alternative],
        df=20,
    )
    assert [-bound for bound in mirror.bounds] == pytest.approx(list(found.bounds))


def test_error_rates_in_simulated_trials_without_any_effect() -> None:
    # One-sided z of four hypotheses with correlation 1/2; Monte-Carlo error of 0.05 in 4000 trials is 0.0034.
    rng = np.random.default_rng(5)
    z = (rng.normal(size=(4000, 1)) + rng.normal(size=(4000, 4))) / np.sqrt(2)
    p = special.ndtr(-z)
    for method in STRONG:
        found = [any(stats.adjust_p_values(row, method=method).rejected) for row in p]
        assert np.mean(found) <= 0.05 + 3 * 0.0034, method
    smallest = np.sort(p.min(axis=1))[200]  # 5 % of the trials have a smaller one
    adjusted = stats.single_step([float(smallest)] * 4, correlation=0.5).adjusted[0]
    assert adjusted == pytest.approx(0.05, abs=3 * 0.0034)
