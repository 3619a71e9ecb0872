"""Figure shells filled from the ARD: points with intervals for each arm, and where a test is significant."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.report._results import Outcome, Results
from lupustrial.study import Display

#: Method and statistics (centre, low, high) of each kind of figure; boxes add the range.
_STATS: dict[str, tuple[str, tuple[str, ...]]] = {
    "rate by visit": ("count", ("percent", "lower", "upper")),
    "bars": ("count", ("percent", "lower", "upper")),
    "median by visit": ("summary", ("median", "q1", "q3")),
    "mean by visit": ("summary", ("mean", "mean_lower", "mean_upper")),
    "lines by visit": ("summary", ("mean", "mean_lower", "mean_upper")),
    "box by visit": ("summary", ("median", "q1", "q3", "min", "max")),
}


@dataclass(frozen=True, kw_only=True)
class Point:
    """One mark of a figure: week, centre and limits (and range), and the results behind it."""

    week: int
    centre: float
    low: float
    high: float
    range: tuple[float, float] | None
    outcome: Outcome
    significant: bool = False  # against baseline, within the arm


@dataclass(frozen=True, kw_only=True)
class Series:
    """The marks of one arm, in order of weeks; and the values of each participant, where they are drawn."""

    label: str
    points: tuple[Point, ...]
    lines: tuple[tuple[tuple[int, float], ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A filled figure: series of the arms, weeks at which the arms differ, and what the marks mean."""

    display: Display
    series: tuple[Series, ...]
    stars: tuple[int, ...]
    star_meaning: str
    stats: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def not_published(self) -> bool:
        """Whether any point is drawn within constraints and not published."""
        return any(not point.outcome.published for series in self.series for point in series.points)


def build_plot(results: Results, display: Display) -> Plot:
    """Fill a figure shell; points that could not be computed are left out and named in `missing`."""
    method, stats = _STATS[display.figure or ""]
    series, missing = [], []
    for group in results.groups:
        points = []
        for week in display.weeks:
            outcome = results.get(display.analysis, display.parameter, week, group, method)
            if outcome is None or any(stat not in outcome.values for stat in stats):
                missing.append(f"{group}, week {week}")
                continue
            points.append(_point(results, display, outcome, stats, group, week))
        label = "All participants" if group == "all" else group
        lines = _lines(results, display, group) if display.figure == "lines by visit" else ()
        series.append(Series(label=label, points=tuple(points), lines=lines))
    stars, meaning = _stars(results, display)
    return Plot(
        display=display,
        series=tuple(series),
        stars=stars,
        star_meaning=meaning,
        stats=stats,
        missing=tuple(missing),
    )


def _lines(results: Results, display: Display, group: str) -> tuple[tuple[tuple[int, float], ...], ...]:
    """Return week and value of each participant of an arm, participant by participant."""
    found: dict[str, list[tuple[int, float]]] = {}
    for week in sorted(display.weeks):
        outcome = results.get(display.analysis, display.parameter, week, group, "individuals")
        for stat, value in () if outcome is None else outcome.values.items():
            found.setdefault(stat, []).append((week, value))
    return tuple(tuple(found[name]) for name in sorted(found))


def _point(
    results: Results, display: Display, outcome: Outcome, stats: tuple[str, ...], group: str, week: int
) -> Point:
    values = outcome.values
    centre, low, high = (values[stat] for stat in stats[:3])
    spread = (values[stats[3]], values[stats[4]]) if len(stats) > 3 else None  # noqa: PLR2004 - min and max
    analysis, method, within = _test(results, display)
    significant = within and _is_significant(results, display, analysis, week, group, method)
    return Point(
        week=week, centre=centre, low=low, high=high, range=spread, outcome=outcome, significant=significant
    )


def _test(results: Results, display: Display) -> tuple[str | None, str | None, bool]:
    """Return analysis and method of the test of a figure, and whether it is one within an arm."""
    if display.test is None:
        return None, None, False
    analysis, _, method = display.test.rpartition(":")
    name = analysis or display.analysis
    plan = {one.id: one for one in results.study.plan.analyses}
    return name, method, name in plan and plan[name].contrast == "within arm"


def _stars(results: Results, display: Display) -> tuple[tuple[int, ...], str]:
    analysis, method, within = _test(results, display)
    if method is None:
        return (), ""
    alpha = results.study.plan.alpha
    from lupustrial.analysis import METHODS

    label = METHODS[method].label
    if within:
        return (), f"* P < {alpha} against baseline within the arm ({label})."
    if results.blinded or not results.contrasts:
        return (), ""
    weeks = tuple(
        week
        for week in display.weeks
        if _is_significant(results, display, analysis, week, results.contrasts[0], method)
    )
    return weeks, f"* P < {alpha} between the arms ({label})."


def _is_significant(
    results: Results, display: Display, analysis: str | None, week: int, group: str, method: str | None
) -> bool:
    outcome = results.get(analysis, display.parameter, week, group, method)
    return (
        outcome is not None
        and "p_value" in outcome.values
        and outcome.values["p_value"] < results.study.plan.alpha
    )
