"""What repeated testing at an unchanged level does to the error (Armitage, McPherson and Rowe 1969)."""

from __future__ import annotations

from collections.abc import Sequence

from lupustrial.stats._arguments import refuse
from lupustrial.stats.sequential._boundaries import level_of, lowers_of
from lupustrial.stats.sequential._plan import checked_information


def repeated_testing_error(
    *, z: float, stages: int | None = None, information: Sequence[float] | None = None
) -> float:
    """Return the two-sided type I error of looking several times with one critical value (eq. 1-4).

    Args:
        z: Critical value of every look, above 0, e.g. 1.96.
        stages: Number of looks at equal steps of information; or
        information: Parts of the full information at each look.

    Raises:
        StatisticsError: Looks or a critical value that do not fit (STAT-007).
    """
    times = checked_information(stages, information)
    if not z > 0:
        raise refuse("STAT-007", f"a critical value of {z!r}", "z", "give e.g. 1.96")
    critical = (float(z),) * len(times)
    return level_of(times, critical, lowers_of(critical, (), two_sided=True), two_sided=True)[-1]
