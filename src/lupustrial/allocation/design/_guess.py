"""Two guessers of the next allocation who know all earlier ones: by counts, and by knowing the method."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence


class Convergence:
    """Guesses the arm with fewest so far, over its share (Blackwell and Hodges, 1957).

    Among arms level with each other the one with the largest share, among those with equal shares any.
    """

    def __init__(self, ratio: tuple[int, ...]) -> None:
        """Prepare for a ratio."""
        common = math.lcm(*ratio)
        self._scales = tuple(common // share for share in ratio)
        self._ratio = ratio
        self._guess = functools.lru_cache(maxsize=1 << 16)(self._find)

    def right(self, counts: Sequence[int], weights: Sequence[float]) -> float:
        """Return the probability of guessing right, given the counts seen and the chances of the arms."""
        guessed = self._guess(tuple(counts))
        return sum(weights[place] for place in guessed) / (len(guessed) * sum(weights))

    def _find(self, counts: tuple[int, ...]) -> tuple[int, ...]:
        filled = [count * scale for count, scale in zip(counts, self._scales, strict=True)]
        least = min(filled)
        behind = [place for place, x in enumerate(filled) if x == least]
        largest = max(self._ratio[place] for place in behind)
        return tuple(place for place in behind if self._ratio[place] == largest)


class HiddenBlocks:
    """Knows that blocks have one of several sizes, but not which were drawn: infers them from the arms.

    It keeps the probability of everything that the open block may still hold.
    """

    def __init__(self, ratio: tuple[int, ...], sizes: tuple[int, ...]) -> None:
        """Begin before the first block."""
        total = sum(ratio)
        self._fresh: dict[tuple[int, ...], float] = {}
        for size in sizes:
            left = tuple(share * size // total for share in ratio)
            self._fresh[left] = self._fresh.get(left, 0.0) + 1 / len(sizes)
        self._believed = self._fresh
        self._arms = range(len(ratio))

    def chances(self) -> list[float]:
        """Return the probability of each arm; it is exactly 1.0 where no other arm can come."""
        sums = [0.0 for _ in self._arms]
        for left, belief in self._believed.items():
            size = sum(left)
            for place in self._arms:
                sums[place] += belief * left[place] / size
        if sum(1 for chance in sums if chance) == 1:
            return [1.0 if chance else 0.0 for chance in sums]
        return sums

    def learn(self, place: int) -> None:
        """See an arm."""
        after: dict[tuple[int, ...], float] = {}
        for left, belief in self._believed.items():
            if not left[place]:
                continue
            likely = belief * left[place] / sum(left)
            rest = (*left[:place], left[place] - 1, *left[place + 1 :])
            if any(rest):
                after[rest] = after.get(rest, 0.0) + likely
            else:
                for fresh, share in self._fresh.items():
                    after[fresh] = after.get(fresh, 0.0) + likely * share
        total = sum(after.values())
        self._believed = {left: belief / total for left, belief in after.items()}
