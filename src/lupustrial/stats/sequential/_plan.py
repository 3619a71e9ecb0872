"""What a group sequential design is, and the checks of what one is asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import special

from lupustrial.stats._arguments import check_probabilities, refuse

KINDS = ("obrien_fleming", "pocock", "wang_tsiatis", "haybittle_peto", "spending", "user_spending")
SIDES = ("one-sided", "two-sided")
SMALLEST_STEP = 1e-4
MOST_STAGES = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupSequentialDesign:
    """When a group sequential trial stops.

    Attributes:
        kind: Kind of the boundary, e.g. ``"obrien_fleming"``.
        information: Parts of the full information at each look; the last is 1.
        alpha: Level over all looks, of one or both sides as ``sided`` says.
        sided: ``"one-sided"`` or ``"two-sided"`` (symmetric).
        critical: Critical value of Z at each look; ``math.inf`` where nothing is spent.
        futility: Value of Z below which the trial stops for futility at each look but the last; ``-math.inf``
            where it does not; empty without.
        binding: Whether the critical values count on the futility stops being obeyed.
        spent: Error spent up to each look under the null hypothesis, of both sides if two-sided, futility
            stops not obeyed unless binding.
        parameter: Parameter of the kind (shape of Wang and Tsiatis, constant of Haybittle and Peto, of the
            spending family), if it has one.
        spending: Family of the spending function, if the kind is ``"spending"``.
    """

    kind: str
    information: tuple[float, ...]
    alpha: float
    sided: str
    critical: tuple[float, ...]
    futility: tuple[float, ...]
    binding: bool
    spent: tuple[float, ...]
    parameter: float | None = None
    spending: str | None = None

    @property
    def stage_levels(self) -> tuple[float, ...]:
        """One-sided nominal level of each look."""
        return tuple(float(special.ndtr(-z)) for z in self.critical)

    @property
    def lowers(self) -> tuple[float, ...]:
        """Value of Z below which the trial stops at each look: futility, the other side, or at the end."""
        if self.sided == "two-sided":
            return tuple(-z for z in self.critical)
        before = self.futility or (-math.inf,) * (len(self.critical) - 1)
        return (*before, self.critical[-1])


def check_level(alpha: float, sides: int = 1) -> None:
    """Raise on a level outside (0, 1), or of one side not below a half (STAT-007)."""
    check_probabilities(alpha=alpha)
    if alpha / sides >= 0.5:  # noqa: PLR2004 - the critical value would lie on the wrong side of zero
        raise refuse("STAT-007", f"a one-sided level of {alpha / sides:g}", "alpha", "give e.g. 0.025")


def checked_information(stages: int | None, information: Sequence[float] | None) -> tuple[float, ...]:
    """Return the information times, equal steps if only the number is given, or raise (STAT-007)."""
    if information is None:
        if stages is None or not 1 <= stages <= MOST_STAGES:
            hint = f"give stages (1 to {MOST_STAGES}), or information such as [0.5, 1]"
            raise refuse("STAT-007", f"{stages!r} looks", "stages", hint)
        return tuple((k + 1) / stages for k in range(stages))
    times = tuple(float(time) for time in information)
    steps = [later - earlier for earlier, later in zip((0.0, *times), times, strict=False)]
    if (
        not times
        or len(times) > MOST_STAGES
        or times[-1] != 1
        or not min(steps) >= SMALLEST_STEP * (1 - 1e-9)
    ):
        hint = f"give rising parts of the full information that end in 1, at least {SMALLEST_STEP} apart"
        raise refuse("STAT-007", f"information of {list(times)}", "information", hint)
    if stages not in {None, len(times)}:
        message = f"{stages} looks but {len(times)} information times"
        raise refuse("STAT-007", message, "stages, information", "give one of the two")
    return times


def checked_futility(futility: Sequence[float] | None, looks: int, sided: str) -> tuple[float, ...]:
    """Return the futility bounds of all looks but the last, or raise (STAT-007)."""
    if futility is None:
        return ()
    bounds = tuple(float(bound) for bound in futility)
    if sided == "two-sided":
        raise refuse("STAT-007", "futility in a two-sided design", "futility", "plan a one-sided design")
    if len(bounds) != looks - 1 or not all(bound < math.inf for bound in bounds):
        hint = "give one value of Z for each look but the last; -inf where the trial does not stop"
        raise refuse("STAT-007", f"futility bounds {list(bounds)} for {looks} looks", "futility", hint)
    return bounds
