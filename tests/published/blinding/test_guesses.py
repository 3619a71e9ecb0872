"""James' and Bang's indices as another package prints them, and at the ends of their scales."""

from __future__ import annotations

import numpy as np
import pytest

from lupustrial.blinding import GuessIndex, guess_indices
from lupustrial.errors import BlindingError


def printed(index: GuessIndex | None) -> list[float]:
    assert index is not None
    numbers = (index.estimate, index.standard_error, index.lower, index.upper)
    return [round(number, 3) for number in numbers]


def test_the_example_printed_by_blindingindex_jl() -> None:
    """README of JuliaHealth/BlindingIndex.jl: guesses of 382 and 371 participants."""
    found = guess_indices([[48, 4, 330], [22, 30, 319]])
    assert printed(found.james) == [0.896, 0.011, 0.875, 0.918]
    assert printed(found.bang[0]) == [0.115, 0.018, 0.080, 0.150]
    assert printed(found.bang[1]) == [0.022, 0.019, -0.016, 0.060]


def test_the_ends_of_the_scales() -> None:
    """James et al. 1996: 0 complete unblinding, 0.5 random guesses, 1 all do not know; Bang et al. 2004."""
    right, random, unknown = (
        guess_indices(one) for one in ([[9, 0, 0], [0, 9, 0]], [[8, 8, 0], [8, 8, 0]], [[0, 0, 5], [0, 0, 5]])
    )
    for found, james, bang in ((right, 0.0, 1.0), (random, 0.5, 0.0), (unknown, 1.0, 0.0)):
        assert found.james is not None
        assert found.james.estimate == pytest.approx(james)
        assert [one.estimate for one in found.bang] == pytest.approx([bang, bang])
    wrong = guess_indices([[0, 9, 0], [9, 0, 0]])
    assert [one.estimate for one in wrong.bang] == [-1, -1]


def test_the_standard_error_of_james_is_that_of_ten_thousand_tables() -> None:
    counts = np.array([[48, 4, 60], [22, 30, 40]])
    rng = np.random.default_rng(1)
    shares = (counts / counts.sum()).ravel()
    tables = rng.multinomial(counts.sum(), shares, size=10_000).reshape(-1, 2, 3)
    drawn = []
    for table in tables:
        index = guess_indices(table.tolist()).james
        assert index is not None
        drawn.append(index.estimate)
    found = guess_indices(counts.tolist()).james
    assert found is not None
    # the standard deviation of so many draws is good to 0.7 per cent; the delta method leaves terms of 1/n
    assert found.standard_error == pytest.approx(np.std(drawn), rel=0.03)


def test_where_all_who_guessed_had_and_named_one_arm_james_has_no_value() -> None:
    assert guess_indices([[5, 0, 2], [0, 0, 7]]).james is None


@pytest.mark.parametrize(
    "counts", [[[1, 2], [3, 4]], [[1, 2, 3]], [[1, -2, 3], [1, 1, 1]], [[0, 0, 0], [1, 1, 1]]]
)
def test_what_is_no_table_of_guesses_is_refused(counts: list[list[int]]) -> None:
    with pytest.raises(BlindingError, match="BLIND-006"):
        guess_indices(counts)
