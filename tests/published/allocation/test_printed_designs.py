"""Balance and predictability of the methods against what others printed or derived.

Zhao, Weng, Wu and Palesch (2011, Pharm Stat 11:39; PMC3399213), tables III and IV: 5,000 simulated trials of
two arms 1:1. EB: probability of exact balance, mean over the allocations; Dn: standard deviation of the final
difference; MI: mean of the largest absolute difference; DA: share of deterministic allocations; CG: share
guessed right by the convergence strategy. Here they are computed exactly, from the weights of the methods.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest

from lupustrial.allocation.methods import BiasedCoin, BigStick, Method, PermutedBlocks, Urn

AB: dict[str, Any] = {"arms": ("A", "B"), "ratio": (1, 1)}


@dataclass
class Exact:
    """The quantities of Zhao et al., the standard deviation of MI in a trial, and the final differences."""

    eb: float
    dn: float
    mi: float
    mi_sd: float
    da: float
    cg: float
    final: dict[int, float]


def chances(
    method: Method, a: int, b: int, known: dict[tuple[int, int], tuple[float, float]]
) -> tuple[float, float]:
    """Ask the method for the chances of A and B after so many in each (in the open block)."""
    if (a, b) not in known:
        state = method.start()
        if isinstance(method, PermutedBlocks):
            for place in [0] * a + [1] * b:
                state.record(place)
        else:
            state.counts[:] = [a, b]
        first, second = state.weights()
        known[a, b] = (first / (first + second), second / (first + second))
    return known[a, b]


def exact(method: Method, n: int) -> Exact:
    """Follow every possible pair of counts, with the largest difference so far."""
    known: dict[tuple[int, int], tuple[float, float]] = {}
    now: dict[tuple[int, int, int], float] = {(0, 0, 0): 1.0}
    eb = da = cg = 0.0
    half = method.block_sizes[0] // 2 if isinstance(method, PermutedBlocks) else 0
    for number in range(n):
        full = number // (2 * half) * half if half else 0
        after: dict[tuple[int, int, int], float] = defaultdict(float)
        for (a, b, most), p in now.items():
            to_a, to_b = chances(method, a - full, b - full, known)
            cg += p * (to_a if a < b else to_b if b < a else 0.5)
            da += p * (max(to_a, to_b) == 1)
            for move, q in (((a + 1, b), to_a), ((a, b + 1), to_b)):
                if q:
                    after[(*move, max(most, abs(move[0] - move[1])))] += p * q
        now = {key: p for key, p in after.items() if p > 1e-13}
        eb += sum(p for (a, b, _), p in now.items() if a == b)
    final: dict[int, float] = defaultdict(float)
    for (a, b, _), p in now.items():
        final[a - b] += p
    mi = sum(p * most for (_, _, most), p in now.items())
    return Exact(
        eb=eb / n,
        dn=math.sqrt(sum(p * d * d for d, p in final.items())),
        mi=mi,
        mi_sd=math.sqrt(max(0.0, sum(p * (most - mi) ** 2 for (_, _, most), p in now.items()))),
        da=da / n,
        cg=cg / n,
        final=dict(final),
    )


# method, n, EB, Dn, MI, DA, CG as printed
PRINTED = [
    (BigStick(**AB, maximum_imbalance=4), 100, 0.129, 2.454, 3.999, 0.118, 0.558),
    (PermutedBlocks(**AB, block_sizes=(30,)), 100, 0.196, 2.633, 5.608, 0.056, 0.591),
    (PermutedBlocks(**AB, block_sizes=(12,)), 100, 0.285, 1.702, 3.916, 0.137, 0.639),
    (PermutedBlocks(**AB, block_sizes=(10,)), 100, 0.307, 0.0, 3.620, 0.167, 0.654),
    (PermutedBlocks(**AB, block_sizes=(8,)), 100, 0.329, 1.524, 3.272, 0.192, 0.662),
    (PermutedBlocks(**AB, block_sizes=(6,)), 100, 0.365, 1.270, 2.830, 0.241, 0.680),
    (PermutedBlocks(**AB, block_sizes=(4,)), 100, 0.416, 0.0, 2.0, 0.334, 0.709),
    (PermutedBlocks(**AB, block_sizes=(2,)), 100, 0.500, 0.0, 1.0, 0.5, 0.751),
    (BiasedCoin(**AB, probability=Fraction(13, 20)), 100, 0.236, 2.349, 5.490, 0.0, 0.614),
    (Urn(**AB, urn_start=1, urn_added=5), 100, 0.122, 5.696, 8.404, 0.0, 0.543),
    (PermutedBlocks(**AB, block_sizes=(20,)), 20, 0.232, 0.0, 3.446, 0.090, 0.616),
    (BiasedCoin(**AB, probability=Fraction(7, 10)), 20, 0.298, 1.731, 2.963, 0.0, 0.633),
    (PermutedBlocks(**AB, block_sizes=(20,)), 80, 0.234, 0.0, 4.655, 0.091, 0.617),
    (BiasedCoin(**AB, probability=Fraction(7, 10)), 80, 0.287, 1.760, 4.374, 0.0, 0.640),
]


@pytest.mark.parametrize(("method", "n", "eb", "dn", "mi", "da", "cg"), PRINTED)
def test_zhao_2011(method: Method, n: int, eb: float, dn: float, mi: float, da: float, cg: float) -> None:
    found = exact(method, n)
    # Printed values are means of 5,000 trials to three digits: four standard errors, and rounding.
    assert found.eb == pytest.approx(eb, abs=0.004)
    assert found.dn == pytest.approx(dn, abs=4 * found.dn / math.sqrt(2 * 5000) + 0.0005)
    assert found.mi == pytest.approx(mi, abs=4 * found.mi_sd / math.sqrt(5000) + 0.0005)
    assert found.da == pytest.approx(da, abs=0.004)
    assert found.cg == pytest.approx(cg, abs=0.003)


@pytest.mark.parametrize("m", range(1, 9))
def test_blackwell_and_hodges_right_guesses_in_a_block(m: int) -> None:
    """Expected number right in a block of 2m: m + (2^(2m) / C(2m, m) - 1) / 2 (Blackwell, Hodges 1957)."""
    found = exact(PermutedBlocks(**AB, block_sizes=(2 * m,)), 2 * m)
    assert 2 * m * found.cg == pytest.approx(m + (4**m / math.comb(2 * m, m) - 1) / 2, abs=1e-12)
    assert found.da == pytest.approx(1 / (m + 1), abs=1e-12)


@pytest.mark.parametrize("p", [Fraction(2, 3), Fraction(3, 4), Fraction(4, 5)])
def test_efron_balance_in_the_long_run(p: Fraction) -> None:
    """Efron (1971), r = p / (1 - p): for even n P(D = 0) = 1 - 1/r, P(|D| = 2k) = (r^2 - 1) / r^(2k + 1)."""
    r = float(p / (1 - p))
    even, odd = exact(BiasedCoin(**AB, probability=p), 300), exact(BiasedCoin(**AB, probability=p), 301)
    assert even.final[0] == pytest.approx(1 - 1 / r, abs=1e-8)
    for k in (1, 2, 3):
        assert even.final[2 * k] + even.final[-2 * k] == pytest.approx(
            (r * r - 1) / r ** (2 * k + 1), abs=1e-8
        )
    for k in (0, 1, 2):
        got = odd.final[2 * k + 1] + odd.final[-2 * k - 1]
        assert got == pytest.approx((r * r - 1) / r ** (2 * k + 2), abs=1e-8)


@pytest.mark.parametrize("b", [1, 2, 3, 4])
def test_big_stick_in_the_long_run(b: int) -> None:
    """|D| walks at random between 0 and b (Soares, Wu 1983): at 0 and at b half as often as between."""
    stick = BigStick(**AB, maximum_imbalance=b)
    found = [exact(stick, n).final for n in (400, 401)]
    seen = [
        sum(final.get(d, 0) + (final.get(-d, 0) if d else 0) for final in found) / 2 for d in range(b + 2)
    ]
    expected = [1 / (2 * b), *[1 / b] * (b - 1), 1 / (2 * b), 0]
    assert seen == pytest.approx(expected, abs=1e-8)
    growth = exact(stick, 401).cg * 401 - exact(stick, 399).cg * 399
    assert growth / 2 == pytest.approx(1 / 2 + 1 / (4 * b), abs=1e-8)


@pytest.mark.parametrize("n", [3, 4, 10, 60])
def test_wei_urn_variance(n: int) -> None:
    """UD(0, 1): E(D^2) = n / 3 from n = 3, by a_(n+1) = a_n (1 - 2/n) + 1; Wei (1978): limit 1/3 of n."""
    assert exact(Urn(**AB, urn_start=0, urn_added=1), n).dn ** 2 == pytest.approx(n / 3, abs=1e-7)
