"""What the methods of sample size and power return."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleSize:
    """A sample size for two groups.

    Attributes:
        method: Stable name of the approximation.
        n1: Participants needed in the first group, rounded up.
        n2: Participants needed in the second group, rounded up.
        n1_unrounded: First group before rounding.
        n2_unrounded: Second group before rounding.
        power: Power asked for.
        alpha: Level; two-sided where ``alternative`` is.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.
        dropout: Share expected to leave without an outcome.
        n1_enrolled: Participants of the first group who must enter, so that ``n1`` are expected to stay.
        n2_enrolled: The same of the second group.
    """

    method: str
    n1: int
    n2: int
    n1_unrounded: float
    n2_unrounded: float
    power: float
    alpha: float
    alternative: str
    dropout: float
    n1_enrolled: int
    n2_enrolled: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OneSampleSize:
    """A sample size for one group, or for pairs.

    Attributes:
        method: Stable name of the method.
        n: Participants (pairs) needed, rounded up.
        n_unrounded: Before rounding.
        power: Power asked for.
        alpha: Level; two-sided where ``alternative`` is.
        alternative: ``"two-sided"``, ``"greater"`` or ``"less"``.
        dropout: Share expected to leave without an outcome.
        n_enrolled: Participants who must enter, so that ``n`` are expected to stay.
    """

    method: str
    n: int
    n_unrounded: float
    power: float
    alpha: float
    alternative: str
    dropout: float
    n_enrolled: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupSizes:
    """Sizes of two groups with the exact power they have.

    Attributes:
        n1: Participants in the first group.
        n2: Participants in the second group; 0 where there is one group only.
        power: Exact power.
        n1_enrolled: Participants of the first group who must enter, after dropout.
        n2_enrolled: The same of the second group.
    """

    n1: int
    n2: int
    power: float
    n1_enrolled: int
    n2_enrolled: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ExactSampleSize:
    """Sample sizes found by enumeration. Exact power is not monotone in n, hence two of them.

    Attributes:
        test: The test.
        smallest: The smallest design with the power; a larger one may lack it.
        lasting: The smallest design from which every larger one that was looked at has the power.
        searched_to: The largest design that was looked at.
        power: Power asked for.
        alpha: Level; two-sided where ``alternative`` is.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.
        ratio: Participants in the first group for each in the second.
        dropout: Share expected to leave without an outcome.
    """

    test: str
    smallest: GroupSizes
    lasting: GroupSizes
    searched_to: GroupSizes
    power: float
    alpha: float
    alternative: str
    ratio: float
    dropout: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ExactLevel:
    """The type I error that a test has, at its worst.

    Attributes:
        level: The largest probability of a false rejection.
        rate: The rate in the second group at which it is reached.
    """

    level: float
    rate: float


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderedShift:
    """Two distributions over ordered categories as Noether's formula sees them.

    Attributes:
        win_probability: P(first higher) + P(equal) / 2.
        ties: Share of the variance of the rank sum that ties take away, 0 to below 1.
    """

    win_probability: float
    ties: float
