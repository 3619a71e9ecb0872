"""Curves of a difference with its interval: by visit, or against what is assumed of missing values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lupustrial.report._format import decimal_text, p_text
from lupustrial.report._results import DAGGER, Outcome, Results
from lupustrial.study import Display

KINDS = ("adjusted by visit", "tipping point")
_NRI = "NRI"
_NEEDED = ("estimate", "lower", "upper", "p_value")


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """A difference with its interval: at a week, or at a shift (`place` None: all missing as failures)."""

    place: float | None
    label: str
    estimate: float
    lower: float
    upper: float
    p_value: float
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A filled figure of differences.

    Attributes:
        display: The shell.
        contrast: Which arm minus which.
        points: In the order of the weeks or shifts.
        alpha: The level below which p counts as significant.
        percent: Whether differences are percentage points.
        decimals: Of the differences.
        tipping: The shift at which significance is lost, where there is one.
        notes: What a reader must know: why nothing tips, what is not computed, how it was fitted.
    """

    display: Display
    contrast: str
    points: tuple[CurvePoint, ...]
    alpha: float
    percent: bool
    decimals: int
    tipping: float | None
    notes: tuple[str, ...]

    @property
    def tipped(self) -> bool:
        """Whether the curve is one of shifts and not of weeks."""
        return self.display.figure == "tipping point"

    @property
    def not_published(self) -> bool:
        """Whether any point is not published."""
        return any(not point.outcome.published for point in self.points)


def build_curve(results: Results, display: Display) -> Curve:
    """Fill a figure shell; points that could not be computed are left out and named in `notes`."""
    plan = results.study.plan
    analysis = next(one for one in plan.analyses if one.id == display.analysis)
    parameter = plan.parameter(display.parameter or "")
    binary = parameter.type == "binary"
    contrast = next(iter(results.contrasts), "")
    points: list[CurvePoint] = []
    notes: dict[str, None] = {}
    tipping = None
    if display.figure == "tipping point":
        method = "tipping_point_binary" if binary else "tipping_point"
        week = (display.weeks or analysis.weeks or (None,))[-1]
        outcome = results.get(analysis.id, display.parameter, week, contrast, method)
        points = [] if outcome is None else list(_shifts(outcome))
        tipping, said = _tipping(outcome, plan.alpha)
        notes[said] = None
    else:
        method = display.test or analysis.plan or ""
        for week in display.weeks or analysis.weeks:
            outcome = results.get(analysis.id, display.parameter, week, contrast, method)
            point = None if outcome is None else _point(outcome, "", float(week), str(week))
            if outcome is None or point is None:
                reason = (
                    "not among the results" if outcome is None else next(iter(outcome.errors.values()), "")
                )
                notes[f"Not computed: week {week}: {reason}."] = None
                continue
            points.append(point)
            notes |= dict.fromkeys(f"{text[0].upper()}{text[1:]}." for text in outcome.texts)
    return Curve(
        display=display,
        contrast=contrast,
        points=tuple(points),
        alpha=float(plan.alpha),
        percent=binary,
        decimals=1 if binary else parameter.decimals + 1,
        tipping=tipping,
        notes=tuple(notes),
    )


def _point(outcome: Outcome, suffix: str, place: float | None, label: str) -> CurvePoint | None:
    values = outcome.values
    if any(f"{stat}{suffix}" not in values for stat in _NEEDED):
        return None
    estimate, lower, upper, p_value = (values[f"{stat}{suffix}"] for stat in _NEEDED)
    return CurvePoint(
        place=place,
        label=label,
        estimate=estimate,
        lower=lower,
        upper=upper,
        p_value=p_value,
        outcome=outcome,
    )


def _shifts(outcome: Outcome) -> Iterator[CurvePoint]:
    """Return a point for each shift, in the order of the plan, and all missing as failures at the end."""
    names = [row["STAT"].partition("@")[2] for row in outcome.rows if row["STAT"].startswith("estimate@")]
    for name in names:
        place = None if name == _NRI else float(name)
        label = _NRI if place is None else decimal_text(place, 2, trim=True)
        point = _point(outcome, f"@{name}", place, label)
        if point is not None:
            yield point


def _tipping(outcome: Outcome | None, alpha: object) -> tuple[float | None, str]:
    if outcome is None:
        return None, "Not among the results of the analysis plan."
    found = outcome.values.get("tipping")
    if found is None:
        return None, f"No tipping point: {outcome.errors.get('tipping', 'not computed')}."
    return found, f"Tipping point: {decimal_text(found, 2)}, the shift at which P reaches {alpha}."


def curve_table(curve: Curve) -> tuple[tuple[str, ...], list[tuple[tuple[str, ...], Outcome]]]:
    """Return the data of a curve as header and rows."""
    unit = ", percentage points" if curve.percent else ""
    header = (
        "Comparison",
        "Shift" if curve.tipped else "Week",
        "n",
        f"Difference{unit}",
        "95 % CI, lower",
        "upper",
        "P",
    )
    rows = []
    for point in curve.points:
        numbers = [decimal_text(one, curve.decimals) for one in (point.estimate, point.lower, point.upper)]
        mark = "" if point.outcome.published else DAGGER
        size = str(point.outcome.rows[0]["N"])
        texts = (
            curve.contrast,
            point.label,
            size,
            f"{numbers[0]}{mark}",
            *numbers[1:],
            p_text(point.p_value),
        )
        rows.append((texts, point.outcome))
    return header, rows


def curve_words(curve: Curve) -> str:
    """Say what is drawn: first and last point, and what they mean for the conclusion."""
    drawn = (
        "of missing values, with a confidence band" if curve.tipped else "by week, with confidence intervals"
    )
    said = [f"Curve of the difference {curve.contrast} {drawn}: {curve.display.title}"]
    ends = (curve.points[0], *curve.points[1:][-1:]) if curve.points else ()
    at = "shift" if curve.tipped else "week"
    said += [
        f"{decimal_text(point.estimate, curve.decimals)} ({decimal_text(point.lower, curve.decimals)} to "
        f"{decimal_text(point.upper, curve.decimals)}), P {p_text(point.p_value)}, at {at} {point.label}"
        for point in ends
    ]
    conclusion = f" {' '.join(curve.notes[:1])}" if curve.tipped else ""
    return f"{'. '.join(said)}.{conclusion} All values follow as a table."
