"""Ways to allocate participants, as functions of a NumPy generator: what re-randomisation tests draw from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Marks = NDArray[np.bool_]
Generator = Callable[[np.random.Generator], Marks]


def complete(n: int) -> Generator:
    """Toss a fair coin for each participant."""
    return lambda rng: rng.random(n) < 0.5


def random_allocation(n: int, first: int) -> Generator:
    """Draw ``first`` of ``n`` participants."""
    return lambda rng: rng.permutation(n) < first


def permuted_blocks(n: int, block: int) -> Generator:
    """Share out each block of consecutive participants half and half; the last may be cut off."""

    def generate(rng: np.random.Generator) -> Marks:
        blocks = [rng.permutation(block) < block // 2 for _ in range(-(-n // block))]
        return np.concatenate(blocks)[:n]

    return generate


def stratified_blocks(strata: Sequence[object], block: int) -> Generator:
    """Share out permuted blocks within each stratum."""
    labels = list(strata)
    places = [[i for i, label in enumerate(labels) if label == one] for one in dict.fromkeys(labels)]

    def generate(rng: np.random.Generator) -> Marks:
        marks = np.zeros(len(labels), dtype=np.bool_)
        for where in places:
            marks[where] = permuted_blocks(len(where), block)(rng)
        return marks

    return generate
