"""The search for a smallest set, against trying every set; on sets that are made up, without instruments."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.instruments import _smallest
from lupustrial.instruments._smallest import Flags, smallest, subsets

#: Something that holds as soon as one of these sets is whole.
reasons = st.lists(st.frozensets(st.integers(0, 8), min_size=1, max_size=5), min_size=1, max_size=6)


def holder(sets: list[frozenset[int]], asked: list[int] | None = None) -> Any:
    def holds(rows: Flags) -> Flags:
        if asked is not None:
            asked.append(len(rows))
        held = [frozenset(np.flatnonzero(row).tolist()) for row in rows]
        return np.array([any(one <= row for one in sets) for row in held], dtype=bool)

    return holds


def least_size(sets: list[frozenset[int]]) -> int:
    return min(map(len, sets))


@given(reasons)
@settings(max_examples=150, deadline=None)
def test_the_set_is_smallest_and_the_first_of_its_size(sets: list[frozenset[int]]) -> None:
    found, proven = smallest(9, holder(sets))
    whole = [set(few) for few in combinations(range(9), least_size(sets))]
    needed = frozenset.intersection(*sets)
    first = next(few for few in whole if any(one <= few for one in sets))
    assert proven
    assert set(found) == first | needed
    assert found == sorted(found)


@given(reasons)
@settings(max_examples=150, deadline=None)
def test_built_the_other_way_round_it_is_as_small(sets: list[frozenset[int]]) -> None:
    """As where there are too many sets to try."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_smallest, "MOST_TRIED", 0)
        found, proven = smallest(9, holder(sets))
    assert any(one <= set(found) for one in sets)
    assert proven
    assert len(found) == least_size(sets)


@given(reasons, st.sampled_from(["MOST_ROUNDS", "MOST_STEPS"]))
@settings(max_examples=100, deadline=None)
def test_where_it_is_not_proven_nothing_can_be_left_out(sets: list[frozenset[int]], end: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_smallest, "MOST_TRIED", 0)
        patch.setattr(_smallest, end, 0)
        found, proven = smallest(9, holder(sets))
    assert any(one <= set(found) for one in sets)
    for member in found:
        assert not any(one <= set(found) - {member} for one in sets)
    if proven:
        assert len(found) == least_size(sets)


def test_nothing_is_needed_where_it_holds_of_itself() -> None:
    assert smallest(3, lambda rows: np.ones(len(rows), dtype=bool)) == ([], True)
    assert smallest(0, lambda rows: np.ones(len(rows), dtype=bool)) == ([], True)


def test_it_gives_up_where_sets_are_too_many_and_says_so() -> None:
    """Of 12 pairs one must be whole: a set that meets what it must is almost never one."""
    pairs = [frozenset((n, n + 12)) for n in range(12)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_smallest, "MOST_TRIED", 0)
        patch.setattr(_smallest, "MOST_ROUNDS", 3)
        found, proven = smallest(24, holder(pairs))
    assert (len(found), proven) == (2, False)
    assert frozenset(found) in pairs


def test_many_sets_are_asked_about_in_parts() -> None:
    # There are 1351 sets of up to three; of the 4845 of four, 3479 stand before the one that is found.
    asked: list[int] = []
    first, second = frozenset((4, 17, 18, 19)), frozenset((5, 6, 7, 16))
    assert smallest(20, holder([first, second], asked)) == ([4, 17, 18, 19], True)
    assert asked.count(_smallest.AT_ONCE) == 3
    assert subsets(3, [[0, 2], []]).tolist() == [[True, False, True], [False, False, False]]
