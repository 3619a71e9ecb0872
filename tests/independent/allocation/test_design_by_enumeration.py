"""The guessers of the design report against an enumeration of all sequences that a design can make."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict

import pytest
from design_studies import NEPHRITIS, study_with

from lupustrial.allocation.design import design_report
from lupustrial.allocation.design._guess import Convergence, HiddenBlocks
from lupustrial.allocation.design._plan import trial_seed
from lupustrial.allocation.design._tally import Ruler
from lupustrial.allocation.methods import PermutedBlocks, Stream


def block_words(ratio: dict[str, int], size: int) -> list[str]:
    """Return all orders of a block, each as often as any other."""
    letters = "".join(arm * (share * size // sum(ratio.values())) for arm, share in ratio.items())
    return sorted({"".join(word) for word in itertools.permutations(letters)})


def sequences(ratio: dict[str, int], sizes: tuple[int, ...], n: int) -> dict[str, float]:
    """Return every sequence of n allocations with its probability, block by block."""
    found: dict[str, float] = defaultdict(float)
    open_ = {"": 1.0}
    while open_:
        longer: dict[str, float] = defaultdict(float)
        for done, p in open_.items():
            for size in sizes:
                words = block_words(ratio, size)
                for word in words:
                    q = p / len(sizes) / len(words)
                    if len(done + word) >= n:
                        found[(done + word)[:n]] += q
                    else:
                        longer[done + word] += q
        open_ = longer
    return dict(found)


def after(found: dict[str, float], seen: str) -> dict[str, float]:
    """Return the chances of the next arm, by Bayes, from the sequences that begin like this."""
    chances: dict[str, float] = defaultdict(float)
    for word, p in found.items():
        if word.startswith(seen):
            chances[word[len(seen)]] += p
    total = sum(chances.values())
    return {arm: p / total for arm, p in chances.items()}


CASES = [
    ({"A": 1, "B": 1}, (2, 4), 8),
    ({"A": 1, "B": 1}, (4, 6), 9),
    ({"A": 2, "B": 1}, (3, 6), 8),
    ({"A": 1, "B": 1, "C": 1}, (3, 6), 7),
    ({"A": 1, "B": 1}, (2, 2, 4), 7),
]


@pytest.mark.parametrize(("ratio", "sizes", "n"), CASES)
def test_who_does_not_know_the_size_drawn_infers_what_bayes_infers(
    ratio: dict[str, int], sizes: tuple[int, ...], n: int
) -> None:
    found = sequences(ratio, sizes, n)
    arms = list(ratio)
    for word in found:
        hidden = HiddenBlocks(tuple(ratio.values()), sizes)
        for place, arm in enumerate(word):
            expected = after(found, word[:place])
            chances = hidden.chances()
            assert chances == pytest.approx([expected.get(one, 0.0) for one in arms], abs=1e-12)
            assert (max(chances) == 1.0) == (len(expected) == 1)
            hidden.learn(arms.index(arm))


def expected_shares(
    found: dict[str, float], ratio: dict[str, int], n: int
) -> tuple[float, float, float, dict[int, float]]:
    """Return the shares guessed right by counts and by Bayes, those certain, and the final differences."""
    counts_right = known = certain = 0.0
    final: dict[int, float] = defaultdict(float)
    for word, p in found.items():
        for place in range(n):
            chances = after(found, word[:place])
            seen = Counter(word[:place])
            filled = {arm: seen[arm] / share for arm, share in ratio.items()}
            behind = [arm for arm in ratio if math.isclose(filled[arm], min(filled.values()))]
            largest = max(ratio[arm] for arm in behind)
            guess = [arm for arm in behind if ratio[arm] == largest]
            counts_right += p * sum(chances.get(arm, 0.0) for arm in guess) / len(guess)
            known += p * max(chances.values())
            certain += p * (len(chances) == 1)
        final[word.count("A") - word.count("B")] += p
    return counts_right / n, known / n, certain / n, final


@pytest.mark.parametrize(("sizes", "n"), [((2, 4), 8), ((4, 6), 7), ((4,), 6)])
def test_the_report_finds_the_exact_shares(sizes: tuple[int, ...], n: int) -> None:
    ratio = {"A": 1, "B": 1}
    right, known, certain, final = expected_shares(sequences(ratio, sizes, n), ratio, n)
    report = design_report(
        study_with(participants=n, method="permuted_blocks", ratio=ratio, block_sizes=sizes), trials=400
    )
    own = report.own
    bound = 4.5 * own.error + 1e-9  # fixed seed: this does not flicker
    assert own.convergence == pytest.approx(right, abs=bound)
    assert own.known == pytest.approx(known, abs=bound)
    assert own.certain == pytest.approx(certain, abs=bound)
    mean = sum(abs(d) * p for d, p in final.items())
    sd = math.sqrt(sum(d * d * p for d, p in final.items()) - mean**2)
    assert own.accrual[-1].mean == pytest.approx(mean, abs=4.5 * sd / 20 + 1e-9)


def test_unequal_shares_make_the_chances_of_a_coin_change_as_by_hand() -> None:
    """1:2, p = 0.8: the first participant has 1/3 for A; the second 1/3 x 1/10 + 2/3 x 4/5 = 17/30."""
    from decimal import Decimal

    study = study_with(
        participants=2, method="biased_coin", ratio={"A": 1, "B": 2}, probability=Decimal("0.8")
    )
    report = design_report(study, trials=2000)
    assert report.own.departure == pytest.approx(17 / 30 - 1 / 3, abs=4 * 0.33 / math.sqrt(2000))
    assert [warning.code for warning in report.warnings] == ["changing-chances"]
    complete = next(one for one in report.designs if one.name == "Complete")
    assert complete.departure is None


def test_open_blocks_are_those_of_the_binomial() -> None:
    """Two strata alike, 6 participants, blocks of 4: a block is open unless 0 or 4 are in a stratum."""
    study = study_with(
        participants=6,
        method="permuted_blocks",
        ratio={"A": 1, "B": 1},
        block_sizes=(4,),
        strata=(NEPHRITIS,),
    )
    own = design_report(study, trials=600).own
    chances = [math.comb(6, k) / 64 for k in range(7)]
    open_ = [(k % 4 != 0) + ((6 - k) % 4 != 0) for k in range(7)]
    inside = [k % 4 + (6 - k) % 4 for k in range(7)]
    assert own.open_blocks == pytest.approx(sum(p * x for p, x in zip(chances, open_, strict=True)), abs=0.1)
    assert own.inside == pytest.approx(sum(p * x for p, x in zip(chances, inside, strict=True)) / 6, abs=0.05)


def test_level_with_each_other_the_arm_with_the_largest_share_is_guessed() -> None:
    guesser = Convergence((2, 1, 1))
    assert guesser.right((0, 0, 0), (2, 1, 1)) == 1 / 2
    assert guesser.right((2, 1, 0), (0, 1, 3)) == 3 / 4
    assert guesser.right((4, 1, 1), (2, 1, 1)) == 1 / 4  # B and C, any


@pytest.mark.parametrize(
    ("ratio", "sizes", "n"), [({"A": 2, "B": 1}, (3, 6), 8), ({"A": 3, "B": 1}, (4, 8), 9)]
)
def test_by_place_the_guesser_still_does_not_know_the_size(
    ratio: dict[str, int], sizes: tuple[int, ...], n: int
) -> None:
    """The same 200 trials again: the guess by Bayes from the enumeration, right as the block says."""
    trials = 200
    found = sequences(ratio, sizes, n)
    guesses = {word[:k]: after(found, word[:k]) for word in found for k in range(n)}
    method = PermutedBlocks(arms=tuple(ratio), ratio=tuple(ratio.values()), block_sizes=sizes)
    right: dict[int, list[float]] = defaultdict(list)
    for trial in range(trials):
        state, stream, word = method.start(), Stream(trial_seed(1, trial), "list/all"), ""
        for _ in range(n):
            chances = [guesses[word].get(arm, 0.0) for arm in ratio]
            guessed = [place for place, chance in enumerate(chances) if math.isclose(chance, max(chances))]
            truth = [float(chance) for chance in state.chances()]
            right[state.place + 1].append(sum(truth[place] for place in guessed) / len(guessed))
            word += state.choose(stream)
    study = study_with(participants=n, method="permuted_blocks", ratio=ratio, block_sizes=sizes)
    places = design_report(study, trials=trials).own.places
    assert {one.place: one.known for one in places} == pytest.approx(
        {place: sum(values) / len(values) for place, values in right.items()}, abs=1e-12
    )


def test_imbalance_is_in_participants_of_the_smallest_share() -> None:
    for ratio, counts, expected in (
        ((2, 2), (3, 1), 2.0),  # equal shares: the difference
        ((2, 3), (4, 3), 2.0),  # 4 x 2/2 - 3 x 2/3
        ((1, 2), (0, 3), 1.5),  # 3 x 1/2 - 0
        ((1, 1, 4), (2, 1, 4), 1.0),  # 2, 1, 4/4
    ):
        ruler = Ruler(ratio)
        assert ruler.whole(counts) * ruler.unit == pytest.approx(expected)
