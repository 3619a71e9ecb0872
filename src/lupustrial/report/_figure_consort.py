"""The flow of participants (CONSORT 2010) as a drawing: boxes, arrows and the four stages."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lupustrial.report._figure_style import INK
from lupustrial.report._results import Results

_LINE = 0.155  # inches a line of text
_PAD = 0.09
_GAP = 0.34
_STAGE = "#dce6f0"
_FACE = "white"


@dataclass(frozen=True, kw_only=True)
class FlowBox:
    """A box of the flow: its lines of text, the first one bold."""

    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        """Height in inches."""
        return len(self.lines) * _LINE + 2 * _PAD


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The flow: the boxes before randomisation, and those of each arm from top to bottom."""

    screened: FlowBox
    excluded: FlowBox
    randomised: FlowBox
    arms: tuple[tuple[FlowBox, FlowBox, FlowBox], ...]


def build_flow(results: Results) -> Flow:
    """Lay the counts of the disposition out as the boxes of the flow."""
    arms = []
    for group in results.groups:
        name = "All participants" if group == "all" else group
        treated = _lines(results, group, "TREATED", "Received at least one dose")
        allocated = FlowBox(lines=(*_lines(results, group, "ALLOCATED", f"Allocated to {name}"), *treated))
        followed = FlowBox(
            lines=(
                *_lines(results, group, "DISCONTINUED", "Discontinued the study"),
                *_lines(results, group, "COMPLETED", "Completed the study"),
            )
        )
        analysed = [
            line
            for population in results.study.populations
            if population.flag != "RANDFL"
            for line in _lines(results, group, f"POP-{population.id}", population.name)
        ]
        arms.append((allocated, followed, FlowBox(lines=("Analysed", *analysed))))
    return Flow(
        screened=FlowBox(lines=_lines(results, "all", "SCREENED", "Contacted and screened")),
        excluded=FlowBox(lines=_lines(results, "all", "EXCLUDED", "Excluded")),
        randomised=FlowBox(lines=_lines(results, "all", "RANDOMISED", "Randomised")),
        arms=tuple(arms),
    )


def _lines(results: Results, group: str, paramcd: str, label: str) -> tuple[str, ...]:
    outcome = results.get("DISPOSITION", paramcd, None, group, "disposition")
    if outcome is None:
        return (f"{label}: not recorded",)
    mark = "" if outcome.published else "†"
    lines = [f"{label} (n = {int(outcome.values['n'])}){mark}"]
    for row in outcome.rows:
        if row["TEXT"] is not None:
            reason = f"{_sentence(row['TEXT'])} {_count(row['VALUE'])}{mark}"
            wrapped = textwrap.wrap(reason, 34, subsequent_indent="    ")
            lines += [f"   {line}" for line in wrapped]
    return tuple(lines)


def draw_flow(flow: Flow) -> Any:
    """Draw the flow and return the matplotlib figure."""
    from matplotlib.figure import Figure

    width, left, box = 7.1, 0.45, 2.75
    rows = [max(arm[row].height for arm in flow.arms) for row in range(3)]
    heights = [flow.screened.height, flow.excluded.height, flow.randomised.height, *rows]
    height = sum(heights) + _GAP * 4.6 + 0.1
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.set_axis_off()
    middle = left + (width - left) / 2
    top = height - 0.05
    screened = _box(axes, middle, top, box, flow.screened)
    side = screened - _GAP * 0.5
    excluded = _box(axes, middle + 1.85, side, 2.6, flow.excluded)
    randomised_top = excluded - _GAP * 0.6
    _arrow(axes, (middle, screened), (middle, randomised_top))
    level = (side + excluded) / 2
    _arrow(axes, (middle, level), (middle + 1.85 - 1.3, level))
    randomised = _box(axes, middle, randomised_top, 1.9, flow.randomised)
    _stage(axes, "Enrolment", top, randomised)
    count = len(flow.arms)
    centres = [left + (width - left) * (2 * index + 1) / (2 * count) for index in range(count)]
    fork = randomised - _GAP * 0.5
    if count > 1:
        axes.plot([middle, middle], [randomised, fork], color=INK, linewidth=0.9)
        axes.plot([centres[0], centres[-1]], [fork, fork], color=INK, linewidth=0.9)
    tops = [fork - _GAP * 0.5]
    for row in rows[:-1]:
        tops.append(tops[-1] - row - _GAP)
    for name, start, row in zip(("Allocation", "Follow-up", "Analysis"), tops, rows, strict=True):
        _stage(axes, name, start, start - row)
    for centre, arm in zip(centres, flow.arms, strict=True):
        _arrow(axes, (centre, fork if count > 1 else randomised), (centre, tops[0]))
        for place, (one, start) in enumerate(zip(arm, tops, strict=True)):
            end = _box(axes, centre, start, 3.0, one, height=rows[place])
            if place + 1 < len(tops):
                _arrow(axes, (centre, end), (centre, tops[place + 1]))
    return figure


def _box(
    axes: Any, centre: float, top: float, width: float, box: FlowBox, *, height: float | None = None
) -> float:
    """Draw a box below `top` and return the height of its lower edge."""
    from matplotlib.patches import Rectangle

    tall = height or box.height
    corner = (centre - width / 2, top - tall)
    axes.add_patch(Rectangle(corner, width, tall, facecolor=_FACE, edgecolor=INK, linewidth=0.9))
    lone = len(box.lines) == 1
    for place, line in enumerate(box.lines):
        axes.text(
            centre if lone else centre - width / 2 + _PAD + 0.02,
            top - _PAD - (place + 0.5) * _LINE,
            line,
            ha="center" if lone else "left",
            va="center",
            fontsize=8,
            fontweight="bold" if place == 0 else "normal",
        )
    return top - tall


def _arrow(axes: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": "-|>,head_width=0.16,head_length=0.32",
            "color": INK,
            "linewidth": 0.9,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )


def _stage(axes: Any, name: str, top: float, bottom: float) -> None:
    from matplotlib.patches import Rectangle

    spare = max(0.0, 0.9 - (top - bottom)) / 2  # room for the longest name beside a short box
    corner = (0.05, bottom - spare)
    axes.add_patch(
        Rectangle(corner, 0.24, top - bottom + 2 * spare, facecolor=_STAGE, edgecolor="none", zorder=0)
    )
    axes.text(0.17, (top + bottom) / 2, name, rotation=90, ha="center", va="center", fontsize=7.5)


def flow_text(flow: Flow) -> Sequence[str]:
    """Return the flow as sentences, for readers who do not see the drawing."""
    boxes = [flow.screened, flow.excluded, flow.randomised, *(box for arm in flow.arms for box in arm)]
    return ["; ".join(line.strip() for line in box.lines) for box in boxes]


def _sentence(text: str) -> str:
    """Write a CDISC term, which is all capitals, as words; a text as recorded stays as it is."""
    return text.capitalize() if text.isupper() else text


def _count(number: float) -> str:
    """Write ``(n = 5)`` so that a line never breaks inside it."""
    return f"(n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{int(number)})"
