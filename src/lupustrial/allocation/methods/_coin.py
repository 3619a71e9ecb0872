"""A coin that prefers the arm that lags behind: Efron (1971), for any ratio after Han et al. (2009)."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lupustrial.allocation.methods._method import Method, Profile, State, unfit
from lupustrial.allocation.methods._stream import Stream


def whole(chances: Sequence[Fraction]) -> tuple[int, ...]:
    """Return the numerators over the least common denominator, so that they sum to it."""
    common = math.lcm(*(chance.denominator for chance in chances))
    return tuple(int(chance * common) for chance in chances)


class Coin:
    """Weights of the arms, once it is known which lag behind."""

    def __init__(self, ratio: tuple[int, ...], probability: Fraction) -> None:
        """Prepare the weights for each arm that may lag alone.

        Args:
            ratio: Share of each arm.
            probability: With which the arm of the smallest share is preferred when it lags alone.

        Raises:
            AllocationError: ALLOC-006, the coin would not prefer the arm, or has no second arm.
        """
        total, smallest = sum(ratio), min(ratio)
        if len(ratio) < 2 or not Fraction(smallest, total) < probability <= 1:  # noqa: PLR2004 - a coin has two sides
            hint = f"write more than {smallest}/{total}, its share by the ratio, and at most 1"
            raise unfit("the probability does not prefer the arm that lags behind", hint)
        self._ratio = ratio
        spread = (1 - probability) / (total - smallest)
        self._alone = tuple(
            whole(
                [
                    1 - spread * (total - ratio[lag]) if place == lag else spread * share
                    for place, share in enumerate(ratio)
                ]
            )
            for lag in range(len(ratio))
        )
        self._mixed = functools.cache(self._mix)

    def weights(self, lagging: tuple[int, ...]) -> tuple[int, ...]:
        """Return weights of all arms, where those at the places of ``lagging`` lag behind the others."""
        if len(lagging) == len(self._ratio):
            return self._ratio
        return self._alone[lagging[0]] if len(lagging) == 1 else self._mixed(lagging)

    def draw(self, stream: Stream, lagging: tuple[int, ...]) -> int:
        """Draw an arm; where several lag, but not all, first which of them counts as lagging alone."""
        if 1 < len(lagging) < len(self._ratio):
            behind = [share if place in lagging else 0 for place, share in enumerate(self._ratio)]
            lagging = (stream.pick(behind),)
        return stream.pick(self.weights(lagging))

    def _mix(self, lagging: tuple[int, ...]) -> tuple[int, ...]:
        total = sum(self._ratio[place] for place in lagging)
        chances = [Fraction(0)] * len(self._ratio)
        for lag in lagging:
            alone = self._alone[lag]
            part = Fraction(self._ratio[lag], total * sum(alone))
            chances = [chance + part * weight for chance, weight in zip(chances, alone, strict=True)]
        return whole(chances)


def lowest(values: Sequence[int]) -> tuple[int, ...]:
    """Return the places of the smallest value."""
    least = min(values)
    return tuple(place for place, value in enumerate(values) if value == least)


@dataclass(frozen=True, kw_only=True)
class BiasedCoin(Method):
    """The arm with the smallest count over its share lags, and is preferred with `probability`."""

    probability: Fraction

    def __post_init__(self) -> None:
        """Refuse a coin that prefers nothing (ALLOC-006)."""
        super().__post_init__()
        Coin(self.ratio, self.probability)

    def start(self) -> State:
        """Return the state before anybody is allocated."""
        return _CoinState(self)


class _CoinState(State):
    def __init__(self, method: BiasedCoin) -> None:
        super().__init__(method)
        self._coin = coin_of(method.ratio, method.probability)
        common = math.lcm(*method.ratio)
        self._scales = tuple(common // share for share in method.ratio)  # keeps counts over shares whole

    def weights(self, profile: Profile = ()) -> tuple[int, ...]:  # noqa: ARG002 - not needed here
        return self._coin.weights(self._lagging())

    def draw(self, stream: Stream, profile: Profile = ()) -> int:  # noqa: ARG002 - not needed here
        return self._coin.draw(stream, self._lagging())

    def _lagging(self) -> tuple[int, ...]:
        return lowest([count * scale for count, scale in zip(self.counts, self._scales, strict=True)])


@functools.lru_cache(maxsize=256)
def coin_of(ratio: tuple[int, ...], probability: Fraction) -> Coin:
    """Return the coin, prepared once."""
    return Coin(ratio, probability)
