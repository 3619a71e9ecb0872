"""Methods whose weights follow from the counts alone: complete, big stick, urn."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lupustrial.allocation.methods._method import Method, Profile, State, unfit


@dataclass(frozen=True, kw_only=True)
class Complete(Method):
    """Complete randomisation: every participant by the ratio, whatever went before."""

    def start(self) -> State:
        """Return the state before anybody is allocated."""
        return _CompleteState(self)


class _CompleteState(State):
    def weights(self, profile: Profile = ()) -> tuple[int, ...]:  # noqa: ARG002 - not needed here
        return self.ratio


@dataclass(frozen=True, kw_only=True)
class BigStick(Method):
    """Soares and Wu (1983): by the ratio, among the arms that are less than `maximum_imbalance` ahead.

    How far an arm is ahead is its count over its share, minus the smallest of these over the arms.
    """

    maximum_imbalance: int

    def __post_init__(self) -> None:
        """Refuse a stick of no length (ALLOC-006)."""
        super().__post_init__()
        if self.maximum_imbalance < 1:
            raise unfit("`maximum_imbalance` is below 1", "write a whole number from 1")

    def start(self) -> State:
        """Return the state before anybody is allocated."""
        return _BigStickState(self)


class _BigStickState(State):
    def __init__(self, method: BigStick) -> None:
        super().__init__(method)
        common = math.lcm(*method.ratio)
        self._scales = tuple(common // share for share in method.ratio)  # keeps counts over shares whole
        self._limit = method.maximum_imbalance * common

    def weights(self, profile: Profile = ()) -> tuple[int, ...]:  # noqa: ARG002 - not needed here
        filled = [count * scale for count, scale in zip(self.counts, self._scales, strict=True)]
        full = min(filled) + self._limit
        return tuple(share if x < full else 0 for share, x in zip(self.ratio, filled, strict=True))


@dataclass(frozen=True, kw_only=True)
class Urn(Method):
    """Wei's urn UD(start, added) (1978), for equal shares.

    Each arm begins with `urn_start` balls; each allocation puts `urn_added` balls of every other arm in.
    An urn without a ball gives every arm the same chance.
    """

    urn_start: int
    urn_added: int

    def __post_init__(self) -> None:
        """Refuse unequal shares and an urn that never changes (ALLOC-006)."""
        super().__post_init__()
        if len(set(self.ratio)) > 1:
            raise unfit("an urn is defined for equal shares only", "use another method, or a ratio of ones")
        if self.urn_start < 0 or self.urn_added < 1:
            raise unfit("an urn starts from 0 balls or more, and adds 1 or more", "e.g. 1 and 1")

    def start(self) -> State:
        """Return the state before anybody is allocated."""
        return _UrnState(self)


class _UrnState(State):
    def __init__(self, method: Urn) -> None:
        super().__init__(method)
        self._start, self._added = method.urn_start, method.urn_added

    def weights(self, profile: Profile = ()) -> tuple[int, ...]:  # noqa: ARG002 - not needed here
        total = sum(self.counts)
        balls = tuple(self._start + self._added * (total - count) for count in self.counts)
        return balls if any(balls) else (1,) * len(balls)
