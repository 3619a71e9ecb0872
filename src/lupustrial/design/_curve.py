"""Power against size: the points, and the figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lupustrial.design._answers import Curve, Question
from lupustrial.design._words import share

POINTS = 40
BEYOND = 1.4  # of the largest size that matters
LEAST = 4
ENDINGS = (".svg", ".png", ".pdf")
WIDTH, HEIGHT = 6.3, 4.3  # inches
INK, QUIET = "#1a1a1a", "#595959"
LOOKS = (
    ("#b2182b", "-", "o"),
    ("#2166ac", "--", "s"),
    ("#00664a", "-.", "^"),
    ("#6a3d9a", ":", "D"),
    ("#8c510a", (0, (4, 1, 1, 1)), "v"),
    ("#595959", (0, (6, 2)), "x"),
)
_RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "svg.fonttype": "path",
    "svg.hashsalt": "lupustrial",
}


def power_curve(
    question: Question,
    marked: Mapping[str, tuple[int, int]],
    others: Mapping[str, Question] | None = None,
) -> Curve:
    """Return power by size, to 40 % beyond the largest size that matters.

    Args:
        question: What is assumed.
        marked: Sizes to mark, by name.
        others: The same comparison under other assumptions, by name: a line each, for the first test.
    """
    first = question.sizes()
    known = [(row.n1, row.n2) for row in first if row.n1 is not None and row.n2 is not None]
    largest = max(max(pair) for pair in (*known[:1], *marked.values()))
    one_group = all(n2 == 0 for _, n2 in known)
    ratio = question.ratio
    smaller_last = max(LEAST + 2, math.ceil(BEYOND * largest / max(ratio, 1 / ratio)))
    step = max(1, math.ceil((smaller_last - LEAST) / POINTS))
    sizes = []
    for smaller in range(LEAST, smaller_last + 1, step):
        larger = math.ceil(smaller * max(ratio, 1 / ratio) - 1e-9)
        n1, n2 = (larger, smaller) if ratio >= 1 else (smaller, larger)
        sizes.append((n1, 0 if one_group else n2))
    lines = question.lines(tuple(sizes))
    for name, other in (others or {}).items():
        lines |= {f"{test}, {name}": line for test, line in list(other.lines(tuple(sizes)).items())[:1]}
    return Curve(
        title=question.assumption,
        sizes=tuple(sizes),
        lines=lines,
        target=question.power,
        marked=dict(marked),
    )


def save_curve(curve: Curve, path: Path) -> None:
    """Write the figure; the same curve gives the same bytes.

    Args:
        curve: What is drawn.
        path: A file that ends in .svg, .png or .pdf.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    choices: Any = {**mpl.rcParamsDefault, **_RC, "backend": "svg"}
    with mpl.rc_context(choices):
        figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
        axes = figure.subplots()
        _draw(axes, curve)
        handles, names = axes.get_legend_handles_labels()
        figure.legend(handles, names, frameon=False, fontsize=8, loc="outside lower center", ncols=2)
        stamps: dict[str, Any] = {
            ".svg": {"Date": None, "Creator": None},
            ".png": {"Software": None},
            ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
        }
        figure.savefig(path, dpi=200, metadata=stamps[path.suffix])


def _draw(axes: Any, curve: Curve) -> None:
    equal = curve.equal

    def at(size: tuple[int, int]) -> int:
        return size[0] if equal else sum(size)

    x = [at(size) for size in curve.sizes]
    for place, (name, line) in enumerate(curve.lines.items()):
        colour, style, marker = LOOKS[place % len(LOOKS)]
        axes.plot(
            x, [100 * value for value in line], color=colour, linestyle=style, marker=marker, markersize=2.8,
            linewidth=1.3, label=name,
        )  # fmt: skip
    axes.axhline(100 * curve.target, color=QUIET, linewidth=0.8, linestyle=(0, (2, 2)))
    axes.annotate(
        f"{share(curve.target)} asked for", (x[0], 100 * curve.target), xytext=(0, 3),
        textcoords="offset points", color=QUIET, fontsize=8, va="bottom",
    )  # fmt: skip
    for name, size in curve.marked.items():
        axes.axvline(at(size), color=INK, linewidth=0.8)
        axes.annotate(
            f"{name}: {at(size)}", (at(size), 2), xytext=(3, 0), textcoords="offset points", fontsize=8,
            rotation=90, va="bottom",
        )  # fmt: skip
    axes.set_ylim(0, 102)
    axes.set_xlim(0, max(x) * 1.02)
    axes.set_yticks(range(0, 101, 20))
    unit = "Participants in each group" if equal else "Participants in all"
    axes.set_xlabel("Participants" if curve.one_group else unit)
    axes.set_ylabel("Power (%)")
    axes.set_title(curve.title.replace("; ", ";\n"), fontsize=9)
    axes.grid(axis="y", color="#e5e5e5", linewidth=0.6)
    axes.set_axisbelow(True)
