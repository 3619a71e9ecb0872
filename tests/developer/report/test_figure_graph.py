"""The drawing of a graph of hypotheses: nothing overlaps, no colour alone tells anything, words beside it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from lupustrial import stats
from lupustrial.report import render_graph
from lupustrial.report._figure_graph import draw_graph, part_text
from lupustrial.report._figure_style import style
from lupustrial.report._graph_layout import RADIUS, Layout, lay_out, levels_of

TINY = 1e-4
EPSILON = stats.multiplicity_graph(
    [0.5, 0.5, 0, 0, 0, 0],
    [
        [0, 0.5, 0.25, 0.25, 0, 0],
        [0.5, 0, 0, 0, 0.25, 0.25],
        [0, 0, 0, 1, 0, 0],
        [0, TINY, 1 - TINY, 0, 0, 0],
        [TINY, 0, 0, 0, 0, 1 - TINY],
        [0, 0, 0, 0, 1, 0],
    ],
)
GATED = stats.multiplicity_graph(
    [0.5, 0.5, 0, 0],
    [[0, 0.5, 0.5, 0], [0.5, 0, 0, 0.5], [0, 1, 0, 0], [1, 0, 0, 0]],
    names=["SRI-4 high", "SRI-4 low", "BICLA high", "BICLA low"],
)
CIRCLE = stats.multiplicity_graph([0.2] * 5, np.roll(np.eye(5), 1, axis=1))
DIAMOND = stats.multiplicity_graph([1, 0, 0, 0], [[0, 0.5, 0.5, 0], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]])
GRAPHS = {
    "gated": GATED,
    "epsilon": EPSILON,
    "circle": CIRCLE,
    "diamond": DIAMOND,
    "without weight": stats.multiplicity_graph([0, 0, 0], np.zeros((3, 3))),
    **{f"holm {count}": stats.holm_graph(count) for count in range(1, 9)},
    **{f"sequence {count}": stats.fixed_sequence_graph(count) for count in range(2, 9)},
    **{f"parallel {one} {two}": stats.parallel_graph(one, two) for one in (1, 2, 3) for two in (1, 2, 4, 5)},
}


def layout(graph: stats.MultiplicityGraph) -> Layout:
    texts = {
        (start, end): part_text(value)
        for start, row in enumerate(graph.transitions)
        for end, value in enumerate(row)
        if value > 0
    }
    return lay_out(graph.weights, graph.transitions, texts)


@pytest.mark.parametrize("name", GRAPHS)
def test_nodes_edges_and_labels_keep_apart(name: str) -> None:
    found = layout(GRAPHS[name])
    for one, two in combinations(found.centres, 2):
        assert np.hypot(*(one - two)) > 2 * RADIUS + 0.1
    for edge in found.edges:
        for index, centre in enumerate(found.centres):
            if index not in (edge.start, edge.end):
                assert np.hypot(*(edge.points - centre).T).min() > RADIUS, (edge.start, edge.end, index)
    assert found.collisions == 0 or name == "holm 8"  # drawn without labels, see below
    for one, two in combinations(found.edges, 2):
        wide, tall = (one.box[0] + two.box[0]) / 2, (one.box[1] + two.box[1]) / 2
        apart = np.abs(np.array(one.label) - two.label)
        assert apart[0] >= wide or apart[1] >= tall or found.collisions


@pytest.mark.parametrize("name", ["gated", "epsilon", "circle", "holm 8", "without weight"])
def test_the_same_graph_gives_the_same_bytes_without_a_date(name: str) -> None:
    graph = GRAPHS[name]
    first, second = (render_graph(graph.hypotheses, graph.weights, graph.transitions) for _ in range(2))
    assert first == second
    assert b"<svg" in first.svg
    assert b"dc:date" not in first.svg


def with_labels_of(characters: int) -> Layout:
    graph = stats.holm_graph(3)
    texts = {(one, two): "8" * characters for one in range(3) for two in range(3) if one != two}
    return lay_out(graph.weights, graph.transitions, texts)


def test_a_crowded_graph_grows_until_its_labels_have_room() -> None:
    small, large = with_labels_of(3), with_labels_of(14)
    assert small.collisions == large.collisions == 0
    assert np.ptp(large.centres) > np.ptp(small.centres)


def test_a_graph_too_crowded_for_any_size_is_drawn_at_the_best() -> None:
    found = with_labels_of(150)
    assert found.collisions > 0
    assert len(found.edges) == 6


def test_eight_hypotheses_with_every_edge_of_another_part_have_room() -> None:
    parts = np.where(np.eye(8, dtype=bool), 0, 1 + np.arange(64).reshape(8, 8) % 17)
    graph = stats.multiplicity_graph([1 / 8] * 8, parts / parts.sum(axis=1, keepdims=True))
    assert layout(graph).collisions == 0


def test_the_graph_is_told_in_words_and_as_a_table() -> None:
    figure = render_graph(GATED.hypotheses, GATED.weights, GATED.transitions, mark="SYNTHETIC")
    assert figure.alternative.startswith("Graph of 4 hypotheses and 6 edges")
    assert figure.sentences[0] == (
        "SRI-4 high has weight 0.5 and passes 0.5 to SRI-4 low and 0.5 to BICLA high when it is rejected."
    )
    assert figure.header[:3] == ("Hypothesis", "Weight", "passes to SRI-4 high")
    assert figure.rows[2] == ("BICLA high", "0", "0", "1", "0", "0")
    after = GATED.without("SRI-4 low")
    gone = render_graph(after.hypotheses, after.weights, after.transitions, rejected=["SRI-4 low"])
    assert gone.sentences[1] == "SRI-4 low is rejected."
    lone = render_graph(["H1"], [1.0], [[0.0]])
    assert lone.sentences == ("H1 has weight 1 and passes nothing on when it is rejected.",)


def drawn(graph: stats.MultiplicityGraph, **options: list[str]) -> list[str]:
    with style():
        figure = draw_graph(graph.hypotheses, graph.weights, graph.transitions, **options)
    return [text.get_text() for text in figure.axes[0].texts]


def test_what_colour_shows_is_also_written_or_shown_by_the_line() -> None:
    words = drawn(GATED, rejected=["SRI-4 low"])
    assert "rejected" in words
    assert "0.5 α" in words
    assert "0" in words
    with style():
        figure = draw_graph(EPSILON.hypotheses, EPSILON.weights, EPSILON.transitions)
    dashed = [line for line in figure.axes[0].lines if line.get_linestyle() != "-"]
    assert len(dashed) == 2, "epsilon edges are dashed and written ε"
    assert drawn(EPSILON).count("ε") == 2
    assert drawn(EPSILON).count("1−ε") == 2


def test_many_edges_alike_are_said_once() -> None:
    words = drawn(stats.holm_graph(8))
    assert "Each edge passes on 1/7." in words
    assert words.count("α/8") == 8
    assert drawn(stats.holm_graph(3)).count("0.5") == 6
    assert drawn(stats.holm_graph(5)).count("0.25") == 10, "there and back in one line"


def test_long_names_are_broken_and_cut_in_the_drawing_only() -> None:
    graph = stats.multiplicity_graph([0.8, 0.2], [[0, 1], [1, 0]], names=["Time to first severe flare", "B"])
    assert any(text.startswith("Time to") and text.endswith("…") for text in drawn(graph))
    figure = render_graph(graph.hypotheses, graph.weights, graph.transitions)
    assert figure.rows[0][0] == "Time to first severe flare"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1, "1"),
        (1 - 1e-12, "1"),
        (0.5, "0.5"),
        (0.25, "0.25"),
        (1 / 3, "1/3"),
        (2 / 7, "2/7"),
        (1 / 8, "1/8"),
        (0.347, "0.347"),
        (1e-4, "ε"),
        (0.9999, "1−ε"),
    ],
)
def test_parts_are_written_short(value: float, text: str) -> None:
    assert part_text(value) == text


def test_weights_are_never_written_as_epsilon() -> None:
    assert part_text(0.001, weight=True) == "0.001"
    assert part_text(0.9999, weight=True) == "0.9999"


def test_levels_count_the_rejections_before_a_hypothesis_gets_weight() -> None:
    assert levels_of(DIAMOND.weights, DIAMOND.transitions) == [[0], [1, 2], [3]]
    assert levels_of([0.0, 1.0], [[0, 0], [0, 0]]) == [[1], [0]]
