"""The two figures: balance over accrual, and how well each design is guessed. Same report, same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lupustrial.allocation.design._result import DesignReport, DesignResult

INK, QUIET, OWN, OTHER = "#1a1a1a", "#595959", "#b2182b", "#2166ac"
_WIDTH = 7.0  # inches
_RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "lupustrial",
    "path.simplify": False,
}


def balance_figure(report: DesignReport) -> bytes:
    """Draw percentiles of the overall imbalance after each participant, as SVG."""
    from matplotlib.ticker import MaxNLocator

    with _figure(3.6) as (figure, axes):
        own = report.own
        x = range(1, report.participants + 1)
        axes.fill_between(
            x,
            [spread.p05 for spread in own.accrual],
            [spread.p95 for spread in own.accrual],
            step="mid",
            color="#f3d6d9",
            linewidth=0,
            label=f"{own.name}: 5 % to 95 % of the trials",
        )
        _line(
            axes, x, [spread.largest for spread in own.accrual], QUIET, (0, (1, 1.5)), "largest of all trials"
        )
        _line(axes, x, [spread.p99 for spread in own.accrual], OWN, (0, (4, 2)), "99 %")
        _line(axes, x, [spread.mean for spread in own.accrual], OWN, "-", "mean", width=1.8)
        complete = next((one for one in report.designs if one.name == "Complete"), None)
        if complete is not None and complete is not own:
            values = [spread.p95 for spread in complete.accrual]
            _line(axes, x, values, OTHER, (0, (6, 2, 1, 2)), "Complete randomisation: 95 %")
        axes.set_xlim(1, max(2, report.participants))
        axes.set_ylim(bottom=0)
        axes.set_xlabel("Participants allocated")
        axes.set_ylabel(_imbalance(report))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y", color="#e5e5e5", linewidth=0.6)
        axes.set_axisbelow(True)
        handles, names = axes.get_legend_handles_labels()
        figure.legend(handles, names, frameon=False, fontsize=8, loc="outside lower center", ncols=2)
        return _svg(figure)


def guess_figure(report: DesignReport) -> bytes:
    """Draw the share of allocations guessed right, a row for each design, as SVG."""
    designs = sorted(report.designs, key=lambda one: (-one.known, -one.convergence))
    with _figure(1.2 + 0.27 * len(designs)) as (figure, axes):
        for row, one in enumerate(designs):
            _row(axes, row, one)
        named = f"always naming the arm with the largest share, {100 * report.chance:.0f} %"
        axes.axvline(100 * report.chance, color=QUIET, linewidth=1.1, linestyle=(0, (2, 2)), label=named)
        axes.set_yticks(range(len(designs)), [("▸ " if one.actual else "") + one.name for one in designs])
        for label, one in zip(axes.get_yticklabels(), designs, strict=True):
            label.set_fontweight("bold" if one.actual else "normal")
        axes.set_ylim(-0.7, len(designs) - 0.3)
        axes.set_xlim(min(50.0, 100 * min(one.convergence for one in designs)) - 2, 102)
        axes.set_xlabel("Allocations guessed right (%)")
        axes.grid(axis="x", color="#e5e5e5", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.plot([], [], "o", color=OTHER, markersize=6, label="by counts (convergence strategy)")
        axes.plot(
            [], [], "s", color=OWN, markersize=6, markerfacecolor="none", label="by who knows the method"
        )
        handles, names = axes.get_legend_handles_labels()
        figure.legend(handles, names, frameon=False, fontsize=8, loc="outside lower center", ncols=2)
        return _svg(figure)


def _row(axes: Any, row: int, one: DesignResult) -> None:
    if one.actual:
        axes.axhspan(row - 0.45, row + 0.45, color="#f5f0e6", linewidth=0)
    axes.plot([100 * one.convergence, 100 * one.known], [row, row], color=QUIET, linewidth=0.9)
    axes.plot([100 * one.convergence], [row], "o", color=OTHER, markersize=5)
    axes.plot([100 * one.known], [row], "s", color=OWN, markersize=7.5, markerfacecolor="none")


def _imbalance(report: DesignReport) -> str:
    equal = len(set(report.arms.values())) == 1
    return "Difference in participants" if equal else "Imbalance (smallest share = 1)"


def _line(
    axes: Any, x: range, y: list[float], colour: str, dashes: Any, name: str, width: float = 1.2
) -> None:
    axes.plot(x, y, color=colour, linestyle=dashes, linewidth=width, label=name, drawstyle="steps-mid")


@contextmanager
def _figure(height: float) -> Iterator[tuple[Any, Any]]:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    choices: Any = {**mpl.rcParamsDefault, **_RC, "backend": "svg"}
    with mpl.rc_context(choices):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        yield figure, figure.subplots()


def _svg(figure: Any) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return buffer.getvalue()
