"""Minimisation with a random element.

Taves (1974), Pocock and Simon (1975); for any ratio Han et al. (2009).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lupustrial.allocation.methods._coin import coin_of, lowest
from lupustrial.allocation.methods._method import Method, Profile, State, unfit
from lupustrial.allocation.methods._stream import Stream
from lupustrial.errors import AllocationError, Fault, closest

Imbalance = Literal["range", "variance", "total"]


@dataclass(frozen=True, kw_only=True)
class Margin:
    """A factor whose margins are balanced.

    Attributes:
        id: Id of the factor, ``"site"`` for the site.
        weight: Its weight in the sum over the factors.
        levels: Its levels; None: any, as for sites that join later.
    """

    id: str
    weight: int = 1
    levels: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Minimisation(Method):
    """The arms that would leave the least imbalance over the factors lag; a coin prefers them.

    Attributes:
        probability: With which an arm of the smallest share is preferred when it lags alone.
        imbalance: Of the counts over their shares, at the participant's level of a factor: ``range``
            or ``variance`` over the arms once the participant is added, or the ``total`` of the arm before.
        margins: The factors, in the order of a profile; the site last.
    """

    probability: Fraction
    imbalance: Imbalance
    margins: tuple[Margin, ...]

    def __post_init__(self) -> None:
        """Refuse a coin that prefers nothing, and factors that do not count (ALLOC-006)."""
        super().__post_init__()
        coin_of(self.ratio, self.probability)
        if self.imbalance not in {"range", "variance", "total"}:
            raise unfit("the measure of imbalance is unknown", "write range, variance or total")
        if not self.margins or any(margin.weight < 1 for margin in self.margins):
            raise unfit("minimisation needs factors of weight 1 or more", "list `strata`, or set `by_site`")

    def start(self) -> MinimisationState:
        """Return the state before anybody is allocated."""
        return MinimisationState(self)


class MinimisationState(State):
    """Counts of each arm at each level of each factor."""

    def __init__(self, method: Minimisation) -> None:
        """Begin with nobody."""
        super().__init__(method)
        self._margins = method.margins
        self._coin = coin_of(method.ratio, method.probability)
        self._measure = _MEASURES[method.imbalance]
        common = math.lcm(*method.ratio)
        self._scales = tuple(common // share for share in method.ratio)  # keeps counts over shares whole
        self._filled: tuple[dict[str, list[int]], ...] = tuple({} for _ in method.margins)

    def weights(self, profile: Profile = ()) -> tuple[int, ...]:
        """Return the weights for a participant of this profile.

        Raises:
            AllocationError: ALLOC-004, the profile does not fit the factors.
        """
        return self._coin.weights(lowest(self.imbalances(profile)))

    def imbalances(self, profile: Profile) -> tuple[int, ...]:
        """Return the weighted sum of the imbalances for each arm, times one common factor.

        The factor is the least common multiple L of the shares for `range` and `total`, and L**2 times
        arms times (arms - 1) for `variance`; it does not change which arms have the smallest.

        Raises:
            AllocationError: ALLOC-004, the profile does not fit the factors.
        """
        self._check(profile)
        sums = [0] * len(self.ratio)
        for margin, known, level in zip(self._margins, self._filled, profile, strict=True):
            filled = known.get(level) or [0] * len(sums)
            for place, imbalance in enumerate(self._measure(filled, self._scales)):
                sums[place] += margin.weight * imbalance
        return tuple(sums)

    def draw(self, stream: Stream, profile: Profile = ()) -> int:
        """Draw an arm for a participant of this profile."""
        return self._coin.draw(stream, lowest(self.imbalances(profile)))

    def record(self, place: int, profile: Profile = ()) -> None:
        """Add a participant of this profile to an arm."""
        self._check(profile)
        super().record(place, profile)
        for known, level in zip(self._filled, profile, strict=True):
            known.setdefault(level, [0] * len(self.ratio))[place] += self._scales[place]

    def _check(self, profile: Profile) -> None:
        if len(profile) != len(self._margins):
            message = f"{len(profile)} levels are given for {len(self._margins)} factors"
            hint = "give the level of each factor, in order"
            raise AllocationError(
                Fault(id="ALLOC-004", message=message, place="levels of a participant", hint=hint)
            )
        for margin, level in zip(self._margins, profile, strict=True):
            if margin.levels is not None and level not in margin.levels:
                raise unknown_level(margin.id, level, margin.levels)


def unknown_level(factor: str, level: str, known: Sequence[str]) -> AllocationError:
    """Return the error of a level that a factor does not have (ALLOC-004)."""
    return AllocationError(
        Fault(
            id="ALLOC-004",
            message=f"factor `{factor}` has no level `{level}`",
            place="levels of a participant",
            hint=closest(level, known) or f"it has {', '.join(known)}",
        )
    )


def _range(filled: list[int], scales: tuple[int, ...]) -> list[int]:
    measured = []
    for place, scale in enumerate(scales):
        after = [*filled]
        after[place] += scale
        measured.append(max(after) - min(after))
    return measured


def _variance(filled: list[int], scales: tuple[int, ...]) -> list[int]:
    """Arms times (arms - 1) times the variance: arms times the sum of squares, minus the squared sum."""
    arms, total, squares = len(filled), sum(filled), sum(x * x for x in filled)
    return [
        arms * (squares + scale * (2 * x + scale)) - (total + scale) ** 2
        for x, scale in zip(filled, scales, strict=True)
    ]


def _total(filled: list[int], scales: tuple[int, ...]) -> list[int]:  # noqa: ARG001 - before adding anybody
    return filled


_MEASURES = {"range": _range, "variance": _variance, "total": _total}
