"""Values of two groups within strata: checks, and conditional moments of a sum of scores.

Given the scores and the sizes of the groups in each stratum, every split of a stratum is equally likely under
the null hypothesis; means-and-ranks.md, eq. 20.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats, Values, checked_values, refuse
from lupustrial.stats._rank_distributions import midranks
from lupustrial.stats._variables import Codes, first_seen

Labels = Sequence[object] | NDArray[np.generic]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Stratified:
    """Values, whether each belongs to the first group, and the stratum of each as 0, 1, ...

    Only strata in which both groups appear are kept; ``dropped`` counts the others, ``lost`` their values.
    """

    values: Floats
    first: Bools
    codes: Codes
    strata: int
    dropped: int
    lost: int

    @property
    def sizes(self) -> tuple[Floats, Floats]:
        """How many of the first and of the second group are in each stratum."""
        m = np.bincount(self.codes, weights=self.first).astype(np.float64)
        return m, np.asarray(np.bincount(self.codes) - m, dtype=np.float64)

    @property
    def note(self) -> str:
        """What a reader must know when strata could not be used."""
        if not self.dropped:
            return ""
        return f"{self.dropped} strata with one group only ({self.lost} values) carry no comparison"


def checked_labels(labels: Labels, n: int, place: str) -> Codes:
    """Return labels as 0, 1, ... in order of first appearance, or raise (STAT-002, STAT-003)."""
    listed = list(labels)
    if len(listed) != n:
        message = f"{len(listed)} labels for {n} values"
        raise refuse("STAT-003", message, place, "give one label a value, in the same order")
    if not all(isinstance(label, Hashable) and label is not None and label == label for label in listed):  # noqa: PLR0124 - NaN differs from itself
        raise refuse("STAT-002", "a label is missing", place, "drop missing values first and report how many")
    return first_seen(listed)[1]


def checked_first(first: Labels, n: int, place: str = "first") -> Bools:
    """Return the marks of the first group as truth values, or raise (STAT-002, STAT-003)."""
    array = np.asarray(first)
    if array.shape != (n,):
        raise refuse("STAT-003", f"{array.size} marks for {n} values", place, "give one mark a value")
    if array.dtype != np.bool_ and not (array.dtype.kind in "iuf" and np.isin(array, (0, 1)).all()):
        raise refuse("STAT-002", "not true or false for every value", place, "give e.g. arm == 'IL-2'")
    return array.astype(np.bool_)


def checked_stratified(values: Values, first: Labels, strata: Labels) -> Stratified:
    """Return the strata in which both groups appear, or raise (STAT-002, STAT-003)."""
    (array,) = checked_values(least=2, values=values)
    marks = checked_first(first, array.size)
    codes = checked_labels(strata, array.size, "strata")
    m, both = np.bincount(codes, weights=marks), np.bincount(codes)
    usable = (m > 0) & (m < both)
    if not usable.any():
        message = "no stratum has values of both groups"
        raise refuse("STAT-003", message, "first, strata", "compare the groups without strata")
    kept = usable[codes]
    renumbered = (np.cumsum(usable) - 1)[codes[kept]]
    dropped, lost = int((~usable).sum()), int((~kept).sum())
    return Stratified(array[kept], marks[kept], renumbered, int(usable.sum()), dropped, lost)


def ranks_within(data: Stratified) -> Floats:
    """Return midranks from 1 within each stratum."""
    ranks = np.empty_like(data.values)
    for h in range(data.strata):
        here = data.codes == h
        ranks[here] = midranks(data.values[here])
    return ranks


def moments(scores: Floats, data: Stratified) -> tuple[Floats, Floats, Floats]:
    """Return, by stratum, the sum of the first group's scores, its expectation and its variance (eq. 20)."""
    m, n = data.sizes
    every = m + n
    means = np.asarray(np.bincount(data.codes, weights=scores) / every, dtype=np.float64)
    spread = np.bincount(data.codes, weights=(scores - means[data.codes]) ** 2)
    seen = np.bincount(data.codes, weights=scores * data.first)
    return seen.astype(np.float64), m * means, m * n * spread / (every * (every - 1))
