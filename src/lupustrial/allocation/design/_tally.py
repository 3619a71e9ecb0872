"""What is counted while trials of one design are simulated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

#: A set of participants whose balance is looked at: its kind, and its name.
Group = tuple[str, str]
OVERALL: Group = ("overall", "")


class Ruler:
    """Measures imbalance: the fullest arm minus the emptiest, counts related to the smallest share.

    With equal shares that is the difference in participants.
    """

    def __init__(self, ratio: tuple[int, ...]) -> None:
        """Prepare for a ratio."""
        common = math.lcm(*ratio)
        self._scales = tuple(common // share for share in ratio)
        self.unit = min(ratio) / common  # a whole number times this is an imbalance

    def whole(self, counts: Sequence[int]) -> int:
        """Return the imbalance as a whole number of units."""
        filled = [count * scale for count, scale in zip(counts, self._scales, strict=True)]
        return max(filled) - min(filled)


@dataclass(kw_only=True)
class Place:
    """Sums over allocations at one place in their blocks."""

    count: int = 0
    convergence: float = 0.0
    known: float = 0.0
    certain: int = 0


@dataclass(kw_only=True)
class Tally:
    """Sums and samples over trials of one design.

    Attributes:
        accrual: Overall imbalance by trial and participant, in units of the ruler.
        groups: Imbalance of each group by checkpoint and trial.
        worst: Largest imbalance over the levels of all factors, and over the strata, by trial, at the end.
        convergence, site, known, certain: Share guessed right by each guesser, by trial.
        places: By place in the block, from 0.
        chances: Sum over trials of the chance of each arm, by participant.
        open_blocks, inside: Blocks open at the end, and participants in them, by trial.
    """

    accrual: NDArray[np.int32]
    chances: NDArray[np.float64]
    groups: dict[tuple[Group, int], list[int]] = field(default_factory=dict)
    worst: dict[str, list[int]] = field(default_factory=dict)
    convergence: list[float] = field(default_factory=list)
    site: list[float] = field(default_factory=list)
    known: list[float] = field(default_factory=list)
    certain: list[float] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)
    open_blocks: list[int] = field(default_factory=list)
    inside: list[int] = field(default_factory=list)

    @classmethod
    def empty(cls, *, trials: int, participants: int, arms: int) -> Tally:
        """Return a tally before the first trial."""
        return cls(
            accrual=np.zeros((trials, participants), dtype=np.int32),
            chances=np.zeros((participants, arms), dtype=np.float64),
        )
