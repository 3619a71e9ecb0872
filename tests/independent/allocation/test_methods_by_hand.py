"""Weights of the methods that follow responses, and of the coin, worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from lupustrial.allocation.methods import BiasedCoin, DoublyAdaptive, PlayTheWinner

ABC = ("A", "B", "C")


def test_play_the_winner_with_two_arms() -> None:
    """RPW(2, 3): two balls each; a success of A and a failure of A add three of A and three of B."""
    state = PlayTheWinner(arms=("A", "B"), ratio=(1, 1), urn_start=2, urn_added=3).start()
    assert state.chances() == (Fraction(1, 2), Fraction(1, 2))
    state.record(0)
    assert state.chances() == (Fraction(1, 2), Fraction(1, 2))  # the response is not known yet
    state.respond(0, success=True)
    assert state.chances() == (Fraction(5, 7), Fraction(2, 7))
    state.record(0)
    state.respond(0, success=False)
    assert state.chances() == (Fraction(1, 2), Fraction(1, 2))


def test_play_the_winner_with_three_arms_shares_a_failure() -> None:
    """One ball each and one added: a success of B gives 1, 2, 1 balls; a failure of A 1, 2.5, 1.5."""
    state = PlayTheWinner(arms=ABC, ratio=(1, 1, 1), urn_start=1, urn_added=1).start()
    state.record(1)
    state.respond(1, success=True)
    assert state.chances() == (Fraction(1, 4), Fraction(1, 2), Fraction(1, 4))
    state.record(0)
    state.respond(0, success=False)
    assert state.chances() == (Fraction(1, 5), Fraction(1, 2), Fraction(3, 10))


@pytest.mark.parametrize("gamma", [0.0, 1.0, 2.0])
def test_the_doubly_adaptive_coin_by_hand(gamma: float) -> None:
    """Hu and Zhang (2004): g(x, rho) = rho (rho / x)^gamma / sum, x the share so far, rho the target.

    Two of each are burnt in, then A comes once more: x = 3/5. All 3 of A respond, none of the 2 of B: with
    half a success and half a failure added, p_A = 3.5/4 and p_B = 0.5/3.
    """
    state = DoublyAdaptive(arms=("A", "B"), ratio=(1, 1), target="rsihr", gamma=gamma, burn_in=2).start()
    assert state.weights() == (2, 2)
    for place in (0, 1, 1):
        state.record(place)
    assert state.weights() == (1, 0)
    state.record(0)
    state.record(0)
    for _ in range(3):
        state.respond(0, success=True)
    for _ in range(2):
        state.respond(1, success=False)
    root_a, root_b = (3.5 / 4) ** 0.5, (0.5 / 3) ** 0.5
    rho = root_a / (root_a + root_b)
    pull_a, pull_b = rho * (rho / 0.6) ** gamma, (1 - rho) * ((1 - rho) / 0.4) ** gamma
    assert float(state.chances()[0]) == pytest.approx(pull_a / (pull_a + pull_b), abs=1e-11)


def test_the_neyman_target_by_hand() -> None:
    """p_A = 1.5/3, p_B = 1.5/2: roots of p (1 - p) are 1/2 and sqrt(3)/4."""
    state = DoublyAdaptive(arms=("A", "B"), ratio=(1, 1), target="neyman", gamma=0, burn_in=2).start()
    for place in (0, 1, 0, 1):
        state.record(place)
    state.respond(0, success=True)
    state.respond(0, success=False)
    state.respond(1, success=True)
    expected = 0.5 / (0.5 + 3**0.5 / 4)
    assert float(state.chances()[0]) == pytest.approx(expected, abs=1e-11)


def test_the_coin_of_1_2_3_by_hand() -> None:
    """R = 6, p = 0.8: A lags: 0.8, 0.08, 0.12. B: 0.04, 0.84, 0.12. C: 0.04, 0.08, 0.88."""
    state = BiasedCoin(arms=ABC, ratio=(1, 2, 3), probability=Fraction(4, 5)).start()

    def chances(*counts: int) -> list[float]:
        state.counts[:] = counts
        return [float(chance) for chance in state.chances()]

    assert chances(0, 0, 0) == pytest.approx([1 / 6, 2 / 6, 3 / 6])
    assert chances(0, 2, 3) == pytest.approx([0.8, 0.08, 0.12])
    assert chances(1, 0, 3) == pytest.approx([0.04, 0.84, 0.12])
    assert chances(1, 2, 0) == pytest.approx([0.04, 0.08, 0.88])
    # A and B lag, 1/3 and 2/3 of the time each alone: (0.8 + 2 x 0.04) / 3, (0.08 + 2 x 0.84) / 3, 0.12
    assert chances(0, 0, 3) == pytest.approx([0.88 / 3, 1.76 / 3, 0.12])
