"""Methods that follow the responses, for simulation only: no study can name them.

They need arms and outcomes while the trial runs, so a trial that seals its allocation cannot use them.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

from lupustrial.allocation.methods._method import Method, Profile, State, unfit
from lupustrial.errors import AllocationError, Fault

_FINE = 1 << 40  # weights of irrational chances, to 12 digits


class AdaptiveState(State):
    """A state that also learns responses, in any order and as late as they come."""

    def __init__(self, method: Method) -> None:
        """Begin without participants and responses."""
        super().__init__(method)
        self.successes = [0] * len(method.arms)
        self.failures = [0] * len(method.arms)

    def respond(self, place: int, *, success: bool) -> None:
        """Learn the response of one participant of the arm at a place of the ratio.

        Raises:
            AllocationError: ALLOC-008, more responses than participants.
        """
        if self.successes[place] + self.failures[place] >= self.counts[place]:
            raise AllocationError(
                Fault(
                    id="ALLOC-008",
                    message="an arm has more responses than participants",
                    place="simulation",
                    hint="record each participant before the response, and each response once",
                )
            )
        (self.successes if success else self.failures)[place] += 1


@dataclass(frozen=True, kw_only=True)
class Adaptive(Method):
    """A method that follows the responses."""

    @abstractmethod
    def start(self) -> AdaptiveState:
        """Return the state before anybody is allocated."""


@dataclass(frozen=True, kw_only=True)
class PlayTheWinner(Adaptive):
    """Randomised play-the-winner, RPW(start, added): Wei and Durham (1978), for more arms Wei (1979).

    Each arm begins with `urn_start` balls. A success adds `urn_added` balls of its arm, a failure the same
    number shared evenly by the other arms. Responses count when they are known.
    """

    urn_start: int
    urn_added: int

    def __post_init__(self) -> None:
        """Refuse unequal shares and an empty urn (ALLOC-006)."""
        super().__post_init__()
        if len(set(self.ratio)) > 1 or len(self.arms) < 2:  # noqa: PLR2004 - a winner needs an opponent
            raise unfit("play-the-winner begins with equal shares of two arms or more", "use a ratio of ones")
        if self.urn_start < 1 or self.urn_added < 0:
            raise unfit("the urn starts from 1 ball or more, and adds 0 or more", "e.g. 1 and 1")

    def start(self) -> AdaptiveState:
        """Return the state before anybody is allocated."""
        return _WinnerState(self)


class _WinnerState(AdaptiveState):
    def __init__(self, method: PlayTheWinner) -> None:
        super().__init__(method)
        self._start, self._added = method.urn_start, method.urn_added

    def weights(self, profile: Profile = ()) -> tuple[int, ...]:  # noqa: ARG002 - not needed here
        others = len(self.ratio) - 1  # everything is counted in parts of a ball
        failed = sum(self.failures)
        return tuple(
            others * (self._start + self._added * won) + self._added * (failed - lost)
            for won, lost in zip(self.successes, self.failures, strict=True)
        )


@dataclass(frozen=True, kw_only=True)
class DoublyAdaptive(Adaptive):
    """Doubly adaptive biased coin (Hu and Zhang, 2004) towards a target that follows the response rates.

    Attributes:
        target: ``rsihr``: shares proportional to the square root of the rate p (Rosenberger et al., 2001),
            ``neyman``: to the square root of p (1 - p).
        gamma: 0 follows the target loosely, higher values tightly; 2 is usual.
        burn_in: The first participants are one permuted block with `burn_in` times the ratio.
    """

    target: Literal["rsihr", "neyman"]
    gamma: float = 2.0
    burn_in: int = 5

    def __post_init__(self) -> None:
        """Refuse a negative gamma and no burn-in (ALLOC-006)."""
        super().__post_init__()
        if self.target not in {"rsihr", "neyman"}:
            raise unfit("the target is unknown", "write rsihr or neyman")
        if self.burn_in < 1 or not 0 <= self.gamma < math.inf:
            raise unfit("`burn_in` is 1 or more, `gamma` 0 or more", "e.g. 5 and 2")

    def start(self) -> AdaptiveState:
        """Return the state before anybody is allocated."""
        return _DoublyState(self)


class _DoublyState(AdaptiveState):
    def __init__(self, method: DoublyAdaptive) -> None:
        super().__init__(method)
        self._gamma, self._neyman = method.gamma, method.target == "neyman"
        self._first = [share * method.burn_in for share in method.ratio]

    def weights(self, profile: Profile = ()) -> tuple[int, ...]:  # noqa: ARG002 - not needed here
        total = sum(self.counts)
        if total < sum(self._first):
            return tuple(first - count for first, count in zip(self._first, self.counts, strict=True))
        targets = self.targets()
        pulls = [
            target * (target * total / count) ** self._gamma
            for target, count in zip(targets, self.counts, strict=True)
        ]
        return tuple(round(pull / sum(pulls) * _FINE) for pull in pulls)

    def targets(self) -> list[float]:
        """Return the target shares, from rates of (successes + 1/2) / (responses + 1)."""
        roots = []
        for won, lost in zip(self.successes, self.failures, strict=True):
            rate = (won + 0.5) / (won + lost + 1)
            roots.append(math.sqrt(rate * (1 - rate) if self._neyman else rate))
        return [root / sum(roots) for root in roots]
