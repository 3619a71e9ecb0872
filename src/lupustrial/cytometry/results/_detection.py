"""Limits of detection and of quantification of a count, from the blank tube and from counting alone.

Currie, Anal Chem 1968;40:586, with the background of a blank whose parent has another size. For a parent of
N events and a blank with b positive of M events, the expected background is B = b N / M, the variance of the
net count without any true cell is B (1 + N / M), and

    L_D = k^2 + 2 k sqrt(B (1 + N / M)),  k = 1.645  (2.71 + 4.65 sqrt(B) for equal tubes)
    L_Q = (1 + sqrt(1 + 4 c^2 B (1 + N / M))) / (2 c^2),  c the largest coefficient of variation allowed.

Without a blank B is 0: at least 2.71 events to be found with 95 % certainty, 1 / c^2 to be counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: The 95 % point of the standard normal distribution.
NORMAL_95 = 1.6448536269514722
#: The largest coefficient of variation of a count that is reported as a number: 25 events without a blank.
LARGEST_CV = 0.20


@dataclass(frozen=True, kw_only=True)
class Blank:
    """What a control without the stain (FMO, isotype) or without the stimulus shows.

    Attributes:
        positive: Events inside the gate.
        parent: Events of its parent.
    """

    positive: int
    parent: int


def limit_of_detection(parent: int, blank: Blank | None = None) -> float:
    """Return L_D, the net events that are told from the background with 5 % error of either kind."""
    return NORMAL_95**2 + 2 * NORMAL_95 * math.sqrt(_variance(parent, blank))


def limit_of_quantification(parent: int, blank: Blank | None = None, largest_cv: float = LARGEST_CV) -> float:
    """Return L_Q, the net events whose count has the coefficient of variation `largest_cv`."""
    squared = largest_cv * largest_cv
    return (1 + math.sqrt(1 + 4 * squared * _variance(parent, blank))) / (2 * squared)


def expected_background(parent: int, blank: Blank | None) -> float:
    """Return B, the events of `parent` that would be inside the gate as they are in the blank."""
    return 0.0 if blank is None or blank.parent == 0 else blank.positive * parent / blank.parent


def _variance(parent: int, blank: Blank | None) -> float:
    """Return the variance of the net count where no cell is truly positive."""
    if blank is None or blank.parent == 0:
        return 0.0
    return expected_background(parent, blank) * (1 + parent / blank.parent)
