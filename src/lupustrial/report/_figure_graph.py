"""A graph of hypotheses as a drawing and in words: weights on the nodes, transitions on the edges."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lupustrial.report._figure_style import INK, QUIET, stamp, style
from lupustrial.report._graph_layout import MANY, RADIUS, Edge, Layout, Points, lay_out

_WEIGHTED = "#dce6f0"
_EPSILON = 0.005  # a smaller part is drawn as an infinitesimal one
_LINE = 11  # characters of a name on one line
_ROOM = 0.16  # around the drawing
_HEAD = 0.11  # length of an arrow head
_THIRDS = range(3, 10)
_MATCH = 5e-4


@dataclass(frozen=True, kw_only=True)
class GraphFigure:
    """A drawn graph.

    Attributes:
        svg: The drawing; the same graph gives the same bytes.
        alternative: One sentence that says what is drawn.
        sentences: The graph in words, a sentence a hypothesis.
        header: Head of the table of weights and transitions.
        rows: Its rows.
    """

    svg: bytes
    alternative: str
    sentences: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def render_graph(
    names: Sequence[str],
    weights: Sequence[float],
    transitions: Sequence[Sequence[float]],
    *,
    rejected: Collection[str] = (),
    mark: str = "",
) -> GraphFigure:
    """Draw a graph of hypotheses as SVG and say it in words.

    Args:
        names: Hypotheses.
        weights: Part of alpha of each.
        transitions: What each passes on to each other when it is rejected, row by row. A part below 0.005 is
            drawn dashed and written ε.
        rejected: Names of hypotheses that are rejected already.
        mark: Words that the drawing must not lose, e.g. that data are synthetic.
    """
    with style():
        figure = draw_graph(names, weights, transitions, rejected=rejected)
        stamp(figure, mark)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    edges = sum(value > 0 for row in transitions for value in row)
    return GraphFigure(
        svg=buffer.getvalue(),
        alternative=(
            f"Graph of {len(names)} hypotheses and {edges} edges; it follows in words and as a table."
        ),
        sentences=graph_sentences(names, weights, transitions, rejected=rejected),
        header=("Hypothesis", "Weight", *(f"passes to {name}" for name in names)),
        rows=tuple(
            (name, part_text(weight, weight=True), *(part_text(value) for value in row))
            for name, weight, row in zip(names, weights, transitions, strict=True)
        ),
    )


def graph_sentences(
    names: Sequence[str],
    weights: Sequence[float],
    transitions: Sequence[Sequence[float]],
    *,
    rejected: Collection[str] = (),
) -> tuple[str, ...]:
    """Return the graph as sentences, one a hypothesis."""
    sentences = []
    for name, weight, row in zip(names, weights, transitions, strict=True):
        if name in rejected:
            sentences.append(f"{name} is rejected.")
            continue
        passes = [
            f"{part_text(value)} to {other}" for other, value in zip(names, row, strict=True) if value > 0
        ]
        gives = f"passes {_listed(passes)}" if passes else "passes nothing on"
        sentences.append(
            f"{name} has weight {part_text(weight, weight=True)} and {gives} when it is rejected."
        )
    return tuple(sentences)


def _listed(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def part_text(value: float, *, weight: bool = False) -> str:
    """Write a part of 1: at most three decimals, a fraction where that is exact.

    On an edge what is tiny is written ε and what lacks it from 1 as 1−ε; a weight is then written out.
    """
    if 0 < value < _EPSILON or 1 - _EPSILON < value < 1 - 1e-9:
        return f"{value:.4g}" if weight else "ε" if value < _EPSILON else "1−ε"
    if abs(value - round(value, 2)) < _MATCH:
        return f"{value:.2f}".rstrip("0").rstrip(".")
    for below in _THIRDS:
        above = round(value * below)
        if abs(value - above / below) < _MATCH:
            return f"{above}/{below}"
    return f"{value:.3f}"


def _texts(transitions: Sequence[Sequence[float]]) -> tuple[dict[tuple[int, int], str], str]:
    """Return the label of each edge, and one line for all where many edges are alike."""
    texts = {
        (start, end): part_text(value)
        for start, row in enumerate(transitions)
        for end, value in enumerate(row)
        if value > 0
    }
    if len(texts) > 2 * MANY and len(set(texts.values())) == 1:
        return dict.fromkeys(texts, ""), f"Each edge passes on {next(iter(texts.values()))}."
    return texts, ""


def draw_graph(
    names: Sequence[str],
    weights: Sequence[float],
    transitions: Sequence[Sequence[float]],
    *,
    rejected: Collection[str] = (),
) -> Any:
    """Draw the graph and return the matplotlib figure; arguments as `render_graph`."""
    from matplotlib.figure import Figure

    texts, caption = _texts(transitions)
    layout = lay_out(weights, transitions, texts)
    everything = np.concatenate(
        [layout.centres - RADIUS, layout.centres + RADIUS, *(edge.points for edge in layout.edges)]
    )
    low, high = everything.min(axis=0) - _ROOM, everything.max(axis=0) + _ROOM
    low[1] -= 0.2 if caption else 0.0
    width, height = (high - low).tolist()
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.set_axis_off()
    for edge in layout.edges:
        _draw_edge(axes, edge)
    for edge in layout.edges:
        _write_label(axes, edge)
    for index, name in enumerate(names):
        _draw_node(axes, layout, index, name, weights[index], gone=name in rejected)
    if caption:
        middle = (low[0] + high[0]) / 2
        axes.text(middle, low[1] + 0.1, caption, ha="center", va="bottom", fontsize=8)
    return figure


def _draw_edge(axes: Any, edge: Edge) -> None:
    tiny = edge.value < _EPSILON
    apart = [np.hypot(*(edge.points - end).T) > _HEAD * 0.8 for end in (edge.points[0], edge.points[-1])]
    shaft = edge.points[apart[1] & (apart[0] | (not edge.both))]
    axes.plot(*shaft.T, color=INK, linewidth=0.9, linestyle=(0, (3, 2)) if tiny else "-", zorder=1)
    _draw_head(axes, edge.points)
    if edge.both:
        _draw_head(axes, edge.points[::-1])


def _draw_head(axes: Any, points: Points) -> None:
    """Draw an arrow head at the end of a line."""
    from matplotlib.patches import Polygon

    tip, away = points[-1], points[-1] - points[max(0, len(points) - 8)]
    along = away / float(np.hypot(*away))
    across = np.array([-along[1], along[0]]) * _HEAD * 0.36
    base = tip - along * _HEAD
    corners = [tip, base + across, base - across]
    axes.add_patch(Polygon(corners, closed=True, facecolor=INK, edgecolor="none", zorder=1))


def _write_label(axes: Any, edge: Edge) -> None:
    from matplotlib.patches import Rectangle

    if not edge.text:
        return
    (x, y), (wide, tall) = edge.label, edge.box
    ground = Rectangle(
        (x - wide / 2, y - tall / 2), wide, tall, facecolor="white", edgecolor="none", zorder=2
    )
    axes.add_patch(ground)
    axes.text(x, y, edge.text, ha="center", va="center_baseline", fontsize=7.5, zorder=3)


def _draw_node(axes: Any, layout: Layout, index: int, name: str, weight: float, *, gone: bool) -> None:
    from matplotlib.patches import Circle

    x, y = layout.centres[index].tolist()
    colour = QUIET if gone else INK
    axes.add_patch(
        Circle(
            (x, y),
            RADIUS,
            facecolor=_WEIGHTED if weight > 0 else "white",
            edgecolor=colour,
            linewidth=1.6 if weight > 0 else 0.9,
            linestyle=(0, (2, 2)) if gone else "-",
            zorder=4,
        )
    )
    lines = textwrap.wrap(name, _LINE, max_lines=2, placeholder="…") or [""]
    lift = 0.11 if len(lines) == 1 else 0.15
    text = {"ha": "center", "va": "center", "color": colour, "zorder": 5}
    axes.text(x, y + lift, "\n".join(lines), fontsize=8 if len(lines) == 1 else 7, fontweight="bold", **text)
    below = "rejected" if gone else _level_text(weight)
    axes.text(x, y - lift, below, fontsize=7.5, **text)


def _level_text(weight: float) -> str:
    """Write a weight as a part of alpha."""
    text = part_text(weight, weight=True)
    above, slash, under = text.partition("/")
    if slash:
        return f"{'' if above == '1' else above}α/{under}"
    return {"0": "0", "1": "α"}.get(text, f"{text} α")
