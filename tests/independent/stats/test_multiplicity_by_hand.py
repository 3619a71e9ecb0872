"""Multiple tests against plain re-derivations: exact fractions, loops over all sets, decisions by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from lupustrial import stats

RNG = np.random.default_rng(7)


def exact_weights(weights: list[Fraction], edges: list[list[Fraction]], gone: list[int]) -> list[Fraction]:
    """Take hypotheses out one by one, in fractions, as Bretz et al. 2009 define it."""
    weights, edges = list(weights), [list(row) for row in edges]
    left = set(range(len(weights)))
    for j in gone:
        left.remove(j)
        new = {}
        for a in left:
            weights[a] += weights[j] * edges[j][a]
            for b in left - {a}:
                below = 1 - edges[a][j] * edges[j][a]
                new[a, b] = (edges[a][b] + edges[a][j] * edges[j][b]) / below if below else Fraction(0)
        weights[j] = Fraction(0)
        for (a, b), value in new.items():
            edges[a][b] = value
    return [weights[i] if i in left else Fraction(0) for i in range(len(weights))]


def random_graph(size: int, seed: int) -> tuple[list[Fraction], list[list[Fraction]]]:
    rng = np.random.default_rng(seed)
    draws = [int(value) for value in rng.integers(0, 5, size)]
    weights = [Fraction(value, max(1, sum(draws)) + int(rng.integers(0, 2))) for value in draws]
    edges = []
    for row in range(size):
        cells = [0 if column == row else int(rng.integers(0, 4)) for column in range(size)]
        edges.append([Fraction(value, max(1, sum(cells)) + int(rng.integers(0, 2))) for value in cells])
    return weights, edges


def as_graph(weights: list[Fraction], edges: list[list[Fraction]]) -> stats.MultiplicityGraph:
    return stats.multiplicity_graph([float(w) for w in weights], [[float(g) for g in row] for row in edges])


def subsets(size: int) -> list[tuple[int, ...]]:
    return [held for k in range(1, size + 1) for held in combinations(range(size), k)]


@pytest.mark.parametrize("seed", range(12))
def test_weights_of_all_intersections_equal_those_in_exact_fractions(seed: int) -> None:
    weights, edges = random_graph(2 + seed % 5, seed)
    closure = stats.closure_weights(as_graph(weights, edges))
    assert len(closure.codes) == 2 ** len(weights) - 1
    for code, found in zip(closure.codes, closure.weights, strict=True):
        gone = [index for index, digit in enumerate(code) if digit == "0"]
        expected = exact_weights(weights, edges, gone)
        assert found == pytest.approx([float(value) for value in expected], rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("seed", range(8))
def test_closed_tests_equal_loops_over_all_sets(seed: int) -> None:
    size = 2 + seed % 4
    weights, edges = random_graph(size, 100 + seed)
    p = RNG.uniform(0, 0.2, size).round(3).tolist()
    expected = {"bonferroni": [0.0] * size, "simes": [0.0] * size}
    for held in subsets(size):
        w = exact_weights(weights, edges, [i for i in range(size) if i not in held])
        bonferroni = min([p[i] / float(w[i]) for i in held if w[i]], default=1.0)
        sums = {i: float(sum(w[j] for j in held if p[j] <= p[i])) for i in held}
        simes = min([p[i] / sums[i] for i in held if sums[i]], default=1.0)
        for i in held:
            expected["bonferroni"][i] = max(expected["bonferroni"][i], min(1.0, bonferroni))
            expected["simes"][i] = max(expected["simes"][i], min(1.0, simes))
    for test, adjusted in expected.items():
        result = stats.closed_test(p, as_graph(weights, edges), test=test)
        assert result.adjusted == pytest.approx(adjusted, rel=1e-12), test


@pytest.mark.parametrize("method", ["holm", "hochberg", "hommel"])
@pytest.mark.parametrize("truncation", [0.0, 0.3, 0.8, 1.0])
def test_truncated_procedures_equal_loops_over_all_sets(method: str, truncation: float) -> None:
    p = [0.011, 0.02, 0.02, 0.4, 0.003]
    n = len(p)
    worst = [0.0] * n
    for held in subsets(n):
        k = len(held)
        ordered = sorted(p[i] for i in held)
        share = {
            "holm": lambda _, k=k: 1 / k,
            "hochberg": lambda r, k=k: 1 / (k - r + 1),
            "hommel": lambda r, k=k: r / k,
        }[method]
        local = min(
            value / (truncation * share(r) + (1 - truncation) / n) for r, value in enumerate(ordered, start=1)
        )
        for i in held:
            worst[i] = max(worst[i], min(1.0, local))
    ours = stats.adjust_p_values(p, method=method, truncation=truncation)
    assert ours.adjusted == pytest.approx(worst, rel=1e-12)


def test_truncated_holm_and_hochberg_by_their_steps() -> None:
    # n = 2, γ = 1/2: the smaller p is compared with α/2, the larger with (1/2 + 1/4) α = 3α/4
    holm = stats.adjust_p_values([0.012, 0.018], method="holm", truncation=0.5)
    assert holm.adjusted == pytest.approx([0.024, 0.024])
    hochberg = stats.adjust_p_values([0.016, 0.018], method="hochberg", truncation=0.5)
    assert hochberg.adjusted == pytest.approx([0.024, 0.024])
    assert stats.adjust_p_values([0.016, 0.018], method="holm", truncation=0.5).adjusted == pytest.approx(
        [0.032, 0.032]
    )
    assert hochberg.method == "truncated_hochberg"


def test_serial_gatekeeping_tests_the_second_family_only_when_all_of_the_first_are_rejected() -> None:
    families = [["H1", "H2"], ["H3", "H4"]]
    # Holm in the first: 2(0.01) = 0.02, then 0.02; in the second 2(0.001), then 0.03; never below 0.02
    result = stats.gatekeeping([0.01, 0.02, 0.001, 0.03], families=families, gate="serial", alpha=0.05)
    assert result.adjusted == pytest.approx([0.02, 0.02, 0.02, 0.03])
    closed = stats.gatekeeping([0.01, 0.06, 0.001, 0.03], families=families, gate="serial", alpha=0.05)
    assert closed.rejected == (True, False, False, False)
    assert closed.adjusted == pytest.approx([0.02, 0.06, 0.06, 0.06])


def multistage(p: list[float], *, first: int, gamma: float, alpha: float) -> list[bool]:
    """Decide by stages: truncated Holm in the first family, Holm in the second at what is left of alpha."""
    order = sorted(range(first), key=lambda i: p[i])
    rejected = [False] * len(p)
    for step, i in enumerate(order):
        if p[i] > (gamma / (first - step) + (1 - gamma) / first) * alpha:
            break
        rejected[i] = True
    kept = rejected[:first].count(False)
    left = alpha - (gamma + (1 - gamma) * kept / first) * alpha if kept else alpha
    rest = sorted(range(first, len(p)), key=lambda i: p[i])
    for step, i in enumerate(rest):
        if p[i] > left / (len(rest) - step):
            break
        rejected[i] = left > 0
    return rejected


@pytest.mark.parametrize("seed", range(60))
def test_parallel_gatekeeping_rejects_at_least_what_the_multistage_procedure_does(seed: int) -> None:
    # Dmitrienko, Kordzakhia and Tamhane 2011: the mixture is uniformly at least as powerful.
    rng = np.random.default_rng(seed)
    p = rng.uniform(0, 0.05, 4).tolist()
    gamma = float(rng.choice([0.0, 0.25, 0.5, 0.75]))
    staged = multistage(p, first=2, gamma=gamma, alpha=0.05)
    ours = stats.gatekeeping(
        p,
        families=[["H1", "H2"], ["H3", "H4"]],
        gate="parallel",
        method="holm",
        truncation=[gamma, 1.0],
        alpha=0.05,
    ).rejected
    assert all(one or not other for one, other in zip(ours, staged, strict=True))
    assert any(ours[:2]) or not any(ours[2:]), "the gate"
    assert ours[:2] == tuple(staged[:2]) or all(ours[2:]), "the first family gains only by retesting"


def test_parallel_gatekeeping_by_hand() -> None:
    # γ = 0.5, α = 0.05. H1: 0.01 ≤ α/2; H2: 0.045 > 3α/4. Kept 1 of 2, used 3/4 α, left α/4 = 0.0125.
    # Holm in the second at 0.0125: 0.006 ≤ 0.00625, then 0.012 ≤ 0.0125. All secondary rejected.
    p = [0.01, 0.045, 0.006, 0.012]
    result = stats.gatekeeping(
        p, families=[["H1", "H2"], ["H3", "H4"]], gate="parallel", truncation=[0.5, 1], alpha=0.05
    )
    # {1234}, {123}, {124}: H3, H4 are shut (both gates held): 0.02; {134}: min(0.01/0.75, 0.012/0.25);
    # {234}: min(0.06, 0.048) = 0.048; {23}: min(0.06, 0.024); {24}: min(0.06, 0.048); {2}: 0.045/0.75 = 0.06
    assert result.adjusted == pytest.approx([0.02, 0.06, 0.048, 0.048])
    assert result.rejected == (True, False, True, True)


def test_a_tree_opens_each_hypothesis_by_its_own_gates() -> None:
    # Two doses by two endpoints: each secondary waits for the primary of its own dose only.
    tree = {
        "families": [["high 1", "low 1"], ["high 2", "low 2"]],
        "names": ["high 1", "low 1", "high 2", "low 2"],
        "needs_all": {"high 2": ["high 1"], "low 2": ["low 1"]},
    }
    p = [0.004, 0.2, 0.01, 0.0001]
    result = stats.gatekeeping(p, gate="tree", method="bonferroni", truncation=[0, 1], alpha=0.05, **tree)
    # high 1: 2(0.004); high 2 in {low 1, high 2}: 0.01/(1/2 · 1/2) = 0.04; low 2 never before low 1: 0.4
    assert result.adjusted == pytest.approx([0.008, 0.4, 0.04, 0.4])
    some = stats.gatekeeping(
        p,
        gate="tree",
        method="bonferroni",
        truncation=[0, 1],
        alpha=0.05,
        **{**tree, "needs_all": {}, "needs_any": {"low 2": ["high 1", "low 1"]}},
    )
    assert some.rejected == (True, False, True, True)


def test_bounds_by_hand() -> None:
    # Bonferroni-Holm of two at 0.025: z = 3 is rejected at 0.0125, then z = 1 is tested at 0.025 and is not.
    graph = stats.holm_graph(2)
    bounds = stats.graph_bounds([3.0, 2.0], [1.0, 2.0], graph, alpha=0.025)
    assert bounds.rejected == (True, False)
    assert bounds.bounds == pytest.approx([0.0, 2 - 1.959963984540054 * 2])
    # both rejected: each at 0.0125 of the start, 2.241402727604947 standard errors
    both = stats.graph_bounds([3.0, 8.0], [1.0, 2.0], graph, alpha=0.025)
    assert both.bounds == pytest.approx([3 - 2.241402727604947, 8 - 2 * 2.241402727604947])
    assert "all hypotheses are rejected" in both.note
    # the second can be rejected at 0.025 while its bound at 0.0125 lies beyond the margin: the margin stands
    close = stats.graph_bounds([5.0, 4.0], [1.0, 2.0], graph, alpha=0.025)
    assert close.bounds[1] == 0.0


def test_two_doses_by_two_endpoints_by_hand() -> None:
    # Graph and p values of Bretz et al., Biom J 2011;53:894, section 3, at one-sided 0.025: 0.0121 <= 0.0125,
    # dose 1 passes 0.0125 to its secondary, 0.0084 <= 0.0125, which passes it to dose 2: 0.0337 > 0.025.
    edges = [[0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0], [1, 0, 0, 0]]
    graph = stats.multiplicity_graph([0.5, 0.5, 0, 0], edges)
    assert graph.without("H1").weights == (0, 0.5, 0.5, 0)
    assert graph.without("H1", "H3").weights == (0, 1, 0, 0)
    assert graph.without("H1", "H2", "H3").weights == (0, 0, 0, 1)
    result = stats.graph_test([0.0121, 0.0337, 0.0084, 0.0160], graph, alpha=0.025)
    assert result.rejected == (True, False, True, False)
    assert result.adjusted == pytest.approx([0.0242, 0.0337, 0.0242, 0.0337])
