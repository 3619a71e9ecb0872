"""The smallest set of facts for which something holds, where more facts never undo it.

Three steps, each in batches of questions. Facts without which it fails are in every set. Of the others, one
after the other, those are kept without which it would fail: nothing can be left out of that set, and it tells
how large a smaller one could be. Then all smaller sets are tried, if they are few. If they are many, sets are
built the other way round: a set holds only if it meets every set of facts that may not all be left out, and
the smallest that meets all those found so far cannot be larger than the smallest that holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations, islice
from math import comb

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]

#: Takes a row of flags a set, returns whether it holds for each.
Holds = Callable[[Flags], Flags]

#: How many sets are tried, and how many at once; rounds of looking for sets that may not be left out; steps
#: of the search for a set that meets them.
MOST_TRIED, AT_ONCE, MOST_ROUNDS, MOST_STEPS = 20_000, 2_000, 60, 20_000


def smallest(size: int, holds: Holds) -> tuple[list[int], bool]:
    """Return a smallest set of the numbers below `size` for which `holds`, and whether it is proven smallest.

    Of equally small sets the first in order is taken, where all were tried. Where it is not proven, nothing
    can be left out of the set all the same.

    Args:
        size: How many facts there are; for all of them together it must hold.
        holds: Whether it holds for sets of facts; what holds for a set must hold for every larger one.
    """
    whole = np.ones((1, size), dtype=bool)
    without = np.vstack([np.zeros((1, size), dtype=bool), whole & ~np.eye(size, dtype=bool)])
    empty, *left_out = holds(without)
    if empty:
        return [], True
    needed = [number for number, still in enumerate(left_out) if not still]
    others = [number for number, still in enumerate(left_out) if still]
    few = _fewest_left_to_right(size, needed, others, holds)
    spare = len(few) - len(needed)
    if sum(comb(len(others), count) for count in range(spare + 1)) <= MOST_TRIED:
        return _first_that_holds(size, needed, others, spare, holds), True
    return _by_what_must_be_met(size, needed, few, holds)


def subsets(size: int, sets: Sequence[Sequence[int]]) -> Flags:
    """Return a row of flags for each set of the numbers below `size`."""
    rows = np.zeros((len(sets), size), dtype=bool)
    for number, members in enumerate(sets):
        rows[number, list(members)] = True
    return rows


def _fewest_left_to_right(size: int, needed: list[int], others: list[int], holds: Holds) -> list[int]:
    """Return a set from which nothing can be left out: of the shortest run that holds, what is needed."""
    kept, run = list(needed), list(others)
    while True:
        tried = [[*kept, *run[:length]] for length in range(len(run) + 1)]
        length = int(np.argmax(holds(subsets(size, tried))))
        if length == 0:
            return sorted(kept)
        kept.append(run[length - 1])
        run = run[: length - 1]


def _first_that_holds(size: int, needed: list[int], others: list[int], most: int, holds: Holds) -> list[int]:
    """Try every set, smallest first, with at most `most` more than is needed; one of them must hold."""
    more = chain.from_iterable(combinations(others, count) for count in range(most + 1))
    while tried := [[*needed, *members] for members in islice(more, AT_ONCE)]:
        found = holds(subsets(size, tried))
        if found.any():
            return sorted(tried[int(np.argmax(found))])
    raise AssertionError("the set that was found first is among them")  # pragma: no cover


def _by_what_must_be_met(
    size: int, needed: list[int], few: list[int], holds: Holds
) -> tuple[list[int], bool]:
    """Return a smallest set and whether it is proven to be one; `few` holds, and can be no larger."""
    everything = range(size)
    pairs = [pair for pair in combinations(everything, 2) if not set(pair) & set(needed)]
    fails = ~holds(subsets(size, [[one for one in everything if one not in pair] for pair in pairs]))
    must_meet = [frozenset(pair) for pair, fail in zip(pairs, fails, strict=True) if fail]
    for _ in range(MOST_ROUNDS):
        meeting = _meeting(must_meet)
        if meeting is None:
            break
        if len(meeting) + len(needed) == len(few):
            return few, True
        tried = sorted({*needed, *meeting})
        if holds(subsets(size, [tried]))[0]:
            return tried, True
        failing = _most_that_fails(size, tried, holds)
        must_meet.append(frozenset(one for one in everything if one not in failing))
    return few, False


def _most_that_fails(size: int, start: list[int], holds: Holds) -> set[int]:
    """Return the set with as much added as can be without holding."""
    kept, run = list(start), [one for one in range(size) if one not in start]
    while True:
        tried = [[*kept, *run[:length]] for length in range(1, len(run) + 1)]
        found = holds(subsets(size, tried)) if tried else np.zeros(0, dtype=bool)
        if not found.any():
            return {*kept, *run}
        length = int(np.argmax(found))
        kept, run = [*kept, *run[:length]], run[length + 1 :]


def _meeting(sets: Sequence[frozenset[int]]) -> set[int] | None:
    """Return a smallest set that shares a member with each set; None where the search is too long."""
    steps = iter(range(MOST_STEPS))
    try:
        for most in range(len(sets) + 1):
            found = _meeting_within(list(sets), most, steps)
            if found is not None:
                return found
    except StopIteration:
        return None
    return set()  # pragma: no cover  # one member of each set always meets them all


def _meeting_within(sets: list[frozenset[int]], most: int, steps: Iterator[int]) -> set[int] | None:
    """Return a set of at most `most` members that shares one with each set, or None where there is none."""
    next(steps)
    if not sets:
        return set()
    if _apart(sets) > most:
        return None
    tightest = min(sets, key=len)
    for member in sorted(tightest):
        rest = _meeting_within([one for one in sets if member not in one], most - 1, steps)
        if rest is not None:
            return {member, *rest}
    return None


def _apart(sets: Sequence[frozenset[int]]) -> int:
    """Return a number of sets that share no member with each other: as many members are needed at least."""
    met: set[int] = set()
    count = 0
    for one in sets:
        if not one & met:
            met |= one
            count += 1
    return count
