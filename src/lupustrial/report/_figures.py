"""Figure shells → SVG files with their words: title, what is drawn, and the data behind every mark."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from lupustrial.report._curves import KINDS, build_curve, curve_table, curve_words
from lupustrial.report._figure_consort import Flow, build_flow, draw_flow, flow_text
from lupustrial.report._figure_curve import draw_curve
from lupustrial.report._figure_draw import draw_plot, treated_weeks
from lupustrial.report._figure_style import stamp, style
from lupustrial.report._format import decimal_text
from lupustrial.report._results import DAGGER, Outcome, Results
from lupustrial.report._series import Plot, build_plot
from lupustrial.study import Display

_HEADERS = {
    "percent": ("Percentage", "95 % CI, lower", "upper"),
    "median": ("Median", "Lower quartile", "Upper quartile", "Lowest", "Highest"),
    "mean": ("Mean", "95 % CI, lower", "upper"),
}
_DRAWN = {
    "rate by visit": "Line chart of percentages by week",
    "median by visit": "Line chart of medians by week",
    "mean by visit": "Line chart of means by week",
    "lines by visit": "Line chart of means with a band by week, and a thin line for each participant",
    "bars": "Bar chart of percentages by week",
    "box by visit": "Box plot by week",
}


GREY = "Grey: weeks in which study drug was injected."
_EACH = "Thick lines and bands: means with their confidence interval. Thin lines: participants."


@dataclass(frozen=True, kw_only=True)
class FigureData:
    """The data of a figure as a table: header and rows of texts, with the result behind each row."""

    header: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], Outcome], ...]


@dataclass(frozen=True, kw_only=True)
class RenderedFigure:
    """A drawn figure: SVG, words for those who do not see it, and footnotes."""

    display: Display
    svg: bytes
    alternative: str
    data: FigureData | None
    sentences: tuple[str, ...]
    footnotes: tuple[str, ...]
    not_published: bool
    outcomes: tuple[Outcome, ...]


def render_figure(results: Results, display: Display, *, mark: str = "") -> RenderedFigure:
    """Draw one figure shell, with `mark` written inside; the same ARD gives the same bytes."""
    if display.figure == "consort":
        return _consort(results, display, mark)
    if display.figure in KINDS:
        return _curve(results, display, mark)
    plot = build_plot(results, display)
    with style():
        figure = draw_plot(results.study, plot)
        stamp(figure, mark)
        svg = _svg(figure)
    notes = [*display.footnotes, plot.star_meaning]
    if display.figure not in ("bars", "box by visit") and treated_weeks(results.study):
        notes.append(GREY)
    if display.figure == "lines by visit":
        notes.append(_EACH)
    notes += [f"Not computed: {'; '.join(plot.missing)}."] if plot.missing else []
    outcomes = tuple(point.outcome for series in plot.series for point in series.points)
    return RenderedFigure(
        display=display,
        svg=svg,
        alternative=_alternative(plot),
        data=_data(results, plot),
        sentences=(),
        footnotes=tuple(note for note in notes if note),
        not_published=plot.not_published,
        outcomes=outcomes,
    )


def render_picture(results: Results, display: Display, *, mark: str = "", dpi: int = 200) -> bytes:
    """Draw one figure shell as PNG on white."""
    with style():
        if display.figure == "consort":
            figure = draw_flow(build_flow(results))
        elif display.figure in KINDS:
            figure = draw_curve(results.study, build_curve(results, display))
        else:
            figure = draw_plot(results.study, build_plot(results, display))
        stamp(figure, mark)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def _svg(figure: Any) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return buffer.getvalue()


def _consort(results: Results, display: Display, mark: str) -> RenderedFigure:
    flow: Flow = build_flow(results)
    with style():
        figure = draw_flow(flow)
        stamp(figure, mark)
        svg = _svg(figure)
    outcomes = tuple(outcome for key, outcome in results.outcomes.items() if key.analysis == "DISPOSITION")
    return RenderedFigure(
        display=display,
        svg=svg,
        alternative="Flow diagram of participants. Its boxes follow as a list.",
        data=None,
        sentences=tuple(flow_text(flow)),
        footnotes=display.footnotes,
        not_published=any(not outcome.published for outcome in outcomes),
        outcomes=outcomes,
    )


def _curve(results: Results, display: Display, mark: str) -> RenderedFigure:
    curve = build_curve(results, display)
    with style():
        figure = draw_curve(results.study, curve)
        stamp(figure, mark)
        svg = _svg(figure)
    header, rows = curve_table(curve)
    notes = [*display.footnotes, *curve.notes]
    if not curve.tipped and treated_weeks(results.study):
        notes.append(GREY)
    return RenderedFigure(
        display=display,
        svg=svg,
        alternative=curve_words(curve),
        data=FigureData(header=header, rows=tuple(rows)),
        sentences=(),
        footnotes=tuple(notes),
        not_published=curve.not_published,
        outcomes=tuple({point.outcome.key: point.outcome for point in curve.points}.values()),
    )


def _alternative(plot: Plot) -> str:
    """Say what is drawn, and each arm's first and last point."""
    parts = []
    for series in plot.series:
        if not series.points:
            continue
        ends = (series.points[0], *series.points[1:][-1:])
        said = " and ".join(f"{decimal_text(point.centre, 1)} at week {point.week}" for point in ends)
        parts.append(f"{series.label}: {said}")
    drawn = _DRAWN[plot.display.figure or ""]
    return f"{drawn}: {plot.display.title}. {'; '.join(parts)}. All values follow as a table."


def _data(results: Results, plot: Plot) -> FigureData:
    parameter = results.study.plan.parameter(plot.display.parameter or "")
    binary = parameter.type == "binary"
    decimals = 1 if binary else parameter.decimals + 1
    names = _HEADERS[plot.stats[0]][: len(plot.stats)]
    rows = []
    for series in plot.series:
        for point in series.points:
            values = point.outcome.values
            size = f"{int(values['n'])}/{int(values['N'])}" if binary else str(int(values["n"]))
            mark = "" if point.outcome.published else DAGGER
            numbers = [decimal_text(values[stat], decimals) for stat in plot.stats]
            rows.append(
                ((series.label, str(point.week), size, f"{numbers[0]}{mark}", *numbers[1:]), point.outcome)
            )
    return FigureData(header=("Arm", "Week", "n/N" if binary else "n", *names), rows=tuple(rows))
