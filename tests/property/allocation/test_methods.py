"""What every method keeps, over generated ratios, parameters and histories."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from lupustrial.allocation.methods import (
    BiasedCoin,
    BigStick,
    BlocksState,
    Complete,
    DoublyAdaptive,
    Margin,
    Method,
    Minimisation,
    PermutedBlocks,
    PlayTheWinner,
    State,
    Stream,
    Urn,
    allocate_list,
    method_of,
)
from lupustrial.study import Randomisation

SEED = hashlib.sha256(b"property").digest()
ratios = st.lists(st.integers(1, 4), min_size=2, max_size=4).map(tuple)
seeds = st.binary(min_size=32, max_size=32)


def arms(ratio: tuple[int, ...]) -> dict[str, Any]:
    return {"arms": tuple("ABCD"[: len(ratio)]), "ratio": ratio}


@st.composite
def methods(draw: Any) -> Method:
    ratio = draw(ratios)
    kind = draw(st.sampled_from(["complete", "blocks", "stick", "coin", "urn"]))
    if kind == "blocks":
        sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True))
        return PermutedBlocks(**arms(ratio), block_sizes=tuple(sum(ratio) * k for k in sizes))
    if kind == "stick":
        return BigStick(**arms(ratio), maximum_imbalance=draw(st.integers(1, 4)))
    if kind == "coin":
        return BiasedCoin(**arms(ratio), probability=Fraction(draw(st.integers(51, 100)), 100))
    if kind == "urn":
        equal = (1,) * len(ratio)
        return Urn(**arms(equal), urn_start=draw(st.integers(0, 3)), urn_added=draw(st.integers(1, 3)))
    return Complete(**arms(ratio))


@given(methods(), seeds, st.integers(0, 60))
def test_chances_sum_to_one_and_an_arm_without_weight_never_comes(
    method: Method, seed: bytes, n: int
) -> None:
    state, stream = method.start(), Stream(seed, "list/all")
    for _ in range(n):
        before = state.chances()
        assert sum(before) == 1
        assert before[state.step(stream)] > 0
    assert sum(state.counts) == n


@given(methods(), seeds)
def test_a_list_is_the_beginning_of_a_longer_one_and_comes_again(method: Method, seed: bytes) -> None:
    def made(n: int) -> list[str]:
        state, stream = method.start(), Stream(seed, "list/x")
        return [state.choose(stream) for _ in range(n)]

    assert made(40)[:25] == made(25)


@given(ratios, st.lists(st.integers(1, 4), min_size=1, max_size=3), seeds, st.integers(1, 12))
def test_the_ratio_holds_at_the_end_of_every_block(
    ratio: Any, multiples: Any, seed: bytes, blocks: int
) -> None:
    method = PermutedBlocks(**arms(ratio), block_sizes=tuple(sum(ratio) * k for k in multiples))
    state, stream = method.start(), Stream(seed, "list/all")
    assert isinstance(state, BlocksState)
    done = 0
    while done < blocks:
        state.step(stream)
        assert state.size in method.block_sizes
        if state.place == 0:
            done += 1
            assert (
                len({Fraction(count, share) for count, share in zip(state.counts, ratio, strict=True)}) == 1
            )


@given(ratios, st.integers(1, 4), seeds)
def test_a_big_stick_is_never_further_out_than_one_allocation_beyond(ratio: Any, b: int, seed: bytes) -> None:
    state, stream = BigStick(**arms(ratio), maximum_imbalance=b).start(), Stream(seed, "list/all")
    for _ in range(80):
        state.step(stream)
        filled = [Fraction(count, share) for count, share in zip(state.counts, ratio, strict=True)]
        assert max(filled) - min(filled) < b + 1


@given(ratios, st.integers(51, 100))
def test_the_coin_of_han_keeps_the_ratio_if_arms_lag_as_often_as_their_share(
    ratio: Any, percent: int
) -> None:
    """Sum over k of r_k / R times the chance of arm i when k lags = r_i / R, for every i."""
    method = BiasedCoin(**arms(ratio), probability=Fraction(percent, 100))
    total = sum(ratio)
    kept = [Fraction(0)] * len(ratio)
    for lag, share in enumerate(ratio):
        state = method.start()
        state.counts[:] = [0 if place == lag else other for place, other in enumerate(ratio)]
        chances = state.chances()
        assert chances[lag] >= Fraction(percent, 100)
        if share == min(ratio):
            assert chances[lag] == Fraction(percent, 100)
        kept = [sum_ + Fraction(share, total) * chance for sum_, chance in zip(kept, chances, strict=True)]
    assert kept == [Fraction(share, total) for share in ratio]


FREQUENCIES: list[tuple[Method, list[int]]] = [
    (Complete(**arms((2, 1))), []),
    (PermutedBlocks(**arms((1, 1)), block_sizes=(4,)), [0]),
    (PermutedBlocks(**arms((2, 1, 1)), block_sizes=(8,)), [0, 1, 0, 2]),
    (BigStick(**arms((1, 2)), maximum_imbalance=2), [1, 1]),
    (Urn(**arms((1, 1, 1)), urn_start=1, urn_added=2), [0, 0, 1]),
    (BiasedCoin(**arms((1, 1)), probability=Fraction(2, 3)), [0]),
    (BiasedCoin(**arms((1, 1, 1)), probability=Fraction(4, 5)), [0]),  # two lag: a pick before the pick
    (BiasedCoin(**arms((1, 2, 3)), probability=Fraction(7, 10)), [2]),  # two unequal ones lag
]


@pytest.mark.parametrize(("method", "history"), FREQUENCIES)
def test_draws_have_the_frequencies_of_the_weights(method: Method, history: list[int]) -> None:
    state = method.start()
    for place in history:
        state.record(place)
    stream = Stream(SEED, f"frequencies/{type(method).__name__}/{method.ratio}")
    n = 20_000
    drawn = Counter(state.draw(stream) for _ in range(n))
    chances = state.chances()
    possible = [place for place, chance in enumerate(chances) if chance]
    assert set(drawn) <= set(possible)
    seen = [drawn[place] for place in possible]
    # The seed is fixed, so this does not flicker: 1e-4 is a bound, not a chance of failing.
    assert scipy_stats.chisquare(seen, [float(chances[place]) * n for place in possible]).pvalue > 1e-4


def test_every_sequence_of_a_design_is_as_likely_as_the_weights_say() -> None:
    """Blocks of 2 or 4: all sequences of four allocations, exact probabilities by hand, 20,000 lists."""
    rule = Randomisation(method="permuted_blocks", ratio={"A": 1, "B": 1}, block_sizes=(2, 4))
    expected: dict[str, float] = defaultdict(float)
    for letters in itertools.product("AB", repeat=4):
        word = "".join(letters)
        if word.count("A") == 2:
            expected[word] += 1 / 2 / 6
        if word[:2] in {"AB", "BA"}:  # a block of two, then the first half of a block of four, or one of two
            second = word[2:]
            as_two = 1 / 2 if second in {"AB", "BA"} else 0
            as_four = 2 / 6 if second in {"AB", "BA"} else 1 / 6
            expected[word] += 1 / 2 * 1 / 2 * (1 / 2 * as_two + 1 / 2 * as_four)
    assert sum(expected.values()) == pytest.approx(1)
    n = 20_000
    seen = Counter(
        "".join(allocate_list(rule, hashlib.sha256(str(i).encode()).digest(), "all", 4)) for i in range(n)
    )
    words = sorted(expected)
    assert set(seen) <= set(words)
    result = scipy_stats.chisquare([seen[word] for word in words], [expected[word] * n for word in words])
    assert result.pvalue > 1e-4


def test_strata_are_independent_and_the_words_look_random() -> None:
    rule = Randomisation(method="complete", ratio={"A": 1, "B": 1})
    first = allocate_list(rule, SEED, "LN", 4000)
    second = allocate_list(rule, SEED, "noLN", 4000)
    table = [[sum((a, b) == (x, y) for a, b in zip(first, second, strict=True)) for y in "AB"] for x in "AB"]
    assert scipy_stats.chi2_contingency(table).pvalue > 1e-4
    pairs = Counter(itertools.pairwise(first))
    assert scipy_stats.chisquare(list(pairs.values())).pvalue > 1e-4


@given(seeds, st.integers(0, 40), st.integers(1, 2**64))
def test_a_stream_goes_on_where_it_stopped(seed: bytes, taken: int, n: int) -> None:
    whole = Stream(seed, "x")
    for _ in range(taken):
        whole.word()
    later = Stream(seed, "x", position=taken)
    assert [whole.below(n) for _ in range(6)] == [later.below(n) for _ in range(6)]


@given(methods(), seeds)
def test_the_state_after_a_history_is_the_state_that_made_it(method: Method, seed: bytes) -> None:
    if isinstance(method, PermutedBlocks) and len(method.block_sizes) > 1:
        return  # sizes are drawn: the history alone does not tell them
    state, stream = method.start(), Stream(seed, "list/all")
    made = [state.choose(stream) for _ in range(30)]
    assert method.resume(((), arm) for arm in made).chances() == state.chances()


@pytest.mark.parametrize("imbalance", ["range", "variance", "total"])
@pytest.mark.parametrize("ratio", [(1, 1), (1, 2), (2, 1, 3)])
def test_minimisation_keeps_the_ratio_at_every_level(ratio: Any, imbalance: Any) -> None:
    method = Minimisation(
        **arms(ratio),
        probability=Fraction(9, 10),
        imbalance=imbalance,
        margins=(Margin(id="sex"), Margin(id="age", weight=2)),
    )
    state, stream, people = method.start(), Stream(SEED, "list/all"), Stream(SEED, f"people/{ratio}")
    counts: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0] * len(ratio))
    for _ in range(1200):
        profile = ("FM"[people.below(2)], "abc"[people.pick((3, 2, 1))])
        arm = state.step(stream, profile)
        for place, level in enumerate(profile):
            counts[place, level][arm] += 1
    for seen in counts.values():
        for count, share in zip(seen, ratio, strict=True):
            assert count == pytest.approx(sum(seen) * share / sum(ratio), abs=12)  # a coin: sd 8 to 17


@settings(max_examples=30)
@given(seeds, st.permutations(["F/a", "M/a", "F/b", "M/b"]))
def test_minimisation_does_not_depend_on_the_order_of_its_history(seed: bytes, order: list[str]) -> None:
    method = method_of(
        Randomisation(
            method="minimisation",
            ratio={"A": 1, "B": 1},
            probability=Decimal("0.8"),
            imbalance="range",
            by_site=True,
        )
    )
    arm = {key: "AB"[seed[place] % 2] for place, key in enumerate(["F/a", "M/a", "F/b", "M/b"])}
    state = method.resume(((key,), arm[key]) for key in order)
    again = method.resume(((key,), arm[key]) for key in sorted(order))
    assert state.chances(("F/a",)) == again.chances(("F/a",))


def _play(state: Any, stream: Stream, rates: list[float], n: int, delay: int) -> State:
    waiting: list[tuple[int, bool]] = []
    for _ in range(n):
        place = state.step(stream)
        waiting.append((place, stream.below(1000) < 1000 * rates[place]))
        if len(waiting) > delay:
            arm, success = waiting.pop(0)
            state.respond(arm, success=success)
    return state


def test_play_the_winner_reaches_the_share_of_wei_and_durham() -> None:
    """Long run: q_B / (q_A + q_B) of the participants are in A (Wei, Durham 1978), with or without delay."""
    method = PlayTheWinner(**arms((1, 1)), urn_start=1, urn_added=1)
    for delay in (0, 20):
        state = _play(method.start(), Stream(SEED, f"winner/{delay}"), [0.7, 0.4], 20_000, delay)
        assert state.counts[0] / 20_000 == pytest.approx(0.6 / (0.3 + 0.6), abs=0.03)


@pytest.mark.parametrize(
    ("target", "share"),
    [("rsihr", 0.8**0.5 / (0.8**0.5 + 0.2**0.5)), ("neyman", 0.16**0.5 / (0.16**0.5 + 0.16**0.5))],
)
def test_the_doubly_adaptive_coin_reaches_its_target(target: Any, share: float) -> None:
    method = DoublyAdaptive(**arms((1, 1)), target=target)
    state = _play(method.start(), Stream(SEED, f"doubly/{target}"), [0.8, 0.2], 6000, 5)
    assert state.counts[0] / 6000 == pytest.approx(share, abs=0.03)
