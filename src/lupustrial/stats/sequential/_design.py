"""Group sequential designs from what is asked for (eq. 5-14)."""

from __future__ import annotations

from collections.abc import Sequence

from lupustrial.stats._arguments import check_choice, refuse
from lupustrial.stats.sequential._boundaries import (
    check_apart,
    level_of,
    lowers_of,
    solve_last,
    solve_shape,
    solve_spending,
)
from lupustrial.stats.sequential._plan import (
    KINDS,
    SIDES,
    GroupSequentialDesign,
    check_level,
    checked_futility,
    checked_information,
)
from lupustrial.stats.sequential._spending import check_spending, spent_at

Times = tuple[float, ...]
HAYBITTLE = 3.0
#: Wang and Tsiatis' shapes of the two classics.
SHAPES = {"obrien_fleming": 0.0, "pocock": 0.5}


def group_sequential_design(
    *,
    stages: int | None = None,
    information: Sequence[float] | None = None,
    alpha: float = 0.025,
    sided: str = "one-sided",
    kind: str = "obrien_fleming",
    parameter: float | None = None,
    spending: str | None = None,
    spent: Sequence[float] | None = None,
    futility: Sequence[float] | None = None,
    binding: bool = False,
) -> GroupSequentialDesign:
    """Find the critical values of a trial that is looked at several times.

    Args:
        stages: Number of looks, the final analysis included, at equal steps of information; or
        information: Parts of the full information at each look, rising to 1.
        alpha: Level over all looks; of both sides together if two-sided.
        sided: ``"one-sided"`` or ``"two-sided"`` (symmetric, no futility).
        kind: ``"obrien_fleming"``, ``"pocock"``, ``"wang_tsiatis"`` (eq. 5), ``"haybittle_peto"`` (eq. 7),
            ``"spending"`` (a family, eq. 9-12) or ``"user_spending"`` (eq. 8).
        parameter: Shape of Wang and Tsiatis (0 is O'Brien and Fleming, 0.5 Pocock), constant of Haybittle and
            Peto (3 if left out), power of Kim and DeMets, gamma of Hwang, Shih and DeCani.
        spending: Family of the spending function, for ``"spending"``.
        spent: Error spent up to each look, for ``"user_spending"``; the last is alpha.
        futility: Values of Z at which to stop for futility, one for each look but the last.
        binding: Whether the critical values count on futility stops being obeyed. If not, the level holds
            whether they are or not.

    Returns:
        The design. Two-sided spending spends alpha/2 on each side.

    Raises:
        StatisticsError: Unknown option (STAT-006); looks, level, parameter, spending or futility that do not
            fit (STAT-007).
    """
    check_choice("kind", kind, KINDS)
    check_choice("sided", sided, SIDES)
    two = sided == "two-sided"
    check_level(alpha, 1 + two)
    times = checked_information(stages, information)
    bounds = checked_futility(futility, len(times), sided)
    _check_fit(kind, parameter=parameter, spending=spending, spent=spent)
    counted = bounds if binding else ()
    if kind in SHAPES or kind == "wang_tsiatis":
        shape = SHAPES.get(kind, parameter if parameter is not None else 0.0)
        critical = solve_shape(times, alpha, shape, counted, two_sided=two)
    elif kind == "haybittle_peto":
        parameter = HAYBITTLE if parameter is None else parameter
        critical = solve_last(times, alpha, parameter, counted, two_sided=two)
    else:
        amounts = _amounts(times, alpha, spending=spending, parameter=parameter, spent=spent, sides=1 + two)
        critical = solve_spending(times, amounts, counted, two_sided=two)
    check_apart(critical, bounds)
    return GroupSequentialDesign(
        kind=kind,
        information=times,
        alpha=alpha,
        sided=sided,
        critical=critical,
        futility=bounds,
        binding=binding and bool(bounds),
        spent=level_of(times, critical, lowers_of(critical, counted, two_sided=two), two_sided=two),
        parameter=parameter,
        spending=spending,
    )


def _check_fit(
    kind: str, *, parameter: float | None, spending: str | None, spent: Sequence[float] | None
) -> None:
    """Raise on options that the kind does not have, or lacks (STAT-006, STAT-007)."""
    if kind == "spending":
        check_spending(spending or "none", parameter)
    elif spending is not None:
        raise refuse("STAT-007", f"{kind} has no spending function", "spending", "use kind='spending'")
    if (kind == "user_spending") != (spent is not None):
        message = "user_spending goes with the amounts spent, and these with it"
        raise refuse("STAT-007", message, "spent", "give kind='user_spending', spent=[...]")
    if kind == "wang_tsiatis" and (parameter is None or not -10 <= parameter <= 1):  # noqa: PLR2004 - see the hint
        hint = "give a shape from -10 to 1, usually 0 to 0.5"
        raise refuse("STAT-007", f"a shape of {parameter!r}", "parameter", hint)
    if kind in {"obrien_fleming", "pocock", "user_spending"} and parameter is not None:
        raise refuse("STAT-007", f"{kind} has no parameter", "parameter", "leave it out")
    if kind == "haybittle_peto" and parameter is not None and not 0 < parameter < 38:  # noqa: PLR2004 - z of 38 has p of 0
        raise refuse("STAT-007", f"a constant of {parameter!r}", "parameter", "give e.g. 3")


def _amounts(
    times: Times,
    alpha: float,
    *,
    spending: str | None,
    parameter: float | None,
    spent: Sequence[float] | None,
    sides: int,
) -> Times:
    """Return what is spent up to each look, both sides together."""
    if spent is None:
        family = str(spending)
        return tuple(sides * spent_at(family, parameter, alpha / sides, time) for time in times)
    amounts = tuple(float(amount) for amount in spent)
    rising = all(low <= high for low, high in zip((0.0, *amounts), amounts, strict=False))
    if len(amounts) != len(times) or not rising or abs(amounts[-1] - alpha) > 1e-12:  # noqa: PLR2004 - rounding
        message = f"amounts {list(amounts)} for {len(times)} looks at alpha {alpha}"
        raise refuse("STAT-007", message, "spent", "give one a look, never falling, the last equal to alpha")
    return amounts
