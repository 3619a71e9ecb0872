"""Rules of FlowJo 10 on small tubes, counts worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from cytometry_files import floats, raw_fcs, write
from gating_files import (
    linear,
    polygon,
    population,
    sample,
    samples,
    scale,
    shaped,
    spillover,
    vertex,
    workspace,
)

from lupustrial.cytometry.exchange import gate_file, gate_files, read_reference


def counts(
    folder: Path, text: str, names: list[str], rows: list[list[float]], *, binned: bool = False
) -> dict[str, int]:
    file = write(folder, raw_fcs(*floats(names, rows)))
    strategy = folder / "gates.wsp"
    strategy.write_text(text, encoding="utf-8")
    return {row.path: row.count for row in gate_file(strategy, file, binned=binned)}


def test_comp_x_is_compensated_and_x_is_not(tmp_path: Path) -> None:
    # Half of X is spilled into Y: the second cell has Y = 100 raw, 100 - 0.5 * 200 = 0 compensated.
    rows = [[0.0, 100.0], [200.0, 100.0]]
    text = workspace(
        population("raw", ("Y", 50.0, None)) + population("compensated", ("Comp-Y", 50.0, None)),
        scales=linear("Y", -100, 1000) + linear("Comp-Y", -100, 1000),
        matrix=spillover(["X", "Y"], [[1, 0.5], [0, 1]]),
    )
    assert counts(tmp_path, text, ["X", "Y"], rows) == {"raw": 2, "compensated": 1}


def test_comp_x_has_its_own_scale(tmp_path: Path) -> None:
    # Events beyond the axis stand at its end: 500 is beyond the axis of Comp-Y and not of Y.
    text = workspace(
        population("raw", ("Y", 50.0, 300.0)) + population("compensated", ("Comp-Y", 50.0, 300.0)),
        scales=linear("Y", 0, 1000) + linear("Comp-Y", 0, 300),
        matrix=spillover(["Y"], [[1]]),
    )
    assert counts(tmp_path, text, ["Y"], [[100.0], [500.0]]) == {"raw": 1, "compensated": 2}


def test_an_edge_at_the_end_of_an_axis_is_open(tmp_path: Path) -> None:
    # FlowKit issue 280: FlowJo counts events at least as extreme as the edge of the chart.
    text = workspace(
        population("rectangle", ("A", 500.0, 1000.0)) + population("low", ("A", 0.0, 500.0))
        + polygon("polygon", "A", "B", [(500.0, 0.0), (1000.0, 0.0), (1000.0, 1000.0), (500.0, 1000.0)]),
        scales=linear("A", 0, 1000) + linear("B", 0, 1000),
    )  # fmt: skip
    rows = [[-50.0, 10.0], [100.0, 10.0], [700.0, 10.0], [1000.0, 10.0], [5000.0, 2000.0]]
    assert counts(tmp_path, text, ["A", "B"], rows) == {"rectangle": 3, "low": 2, "polygon": 3}


def test_polygons_are_counted_over_bins_to_the_nearest(tmp_path: Path) -> None:
    # Ten bins of 100: the corner 540 goes to 500, so do the events 530, 539 and 549; 560 goes to 600.
    text = workspace(
        polygon("p", "A", "B", [(0.0, 0.0), (540.0, 0.0), (540.0, 1000.0), (0.0, 1000.0)], resolution=10),
        scales=linear("A", 0, 1000) + linear("B", 0, 1000),
    )
    rows = [[530.0, 100.0], [539.0, 100.0], [549.0, 100.0], [560.0, 100.0]]
    assert counts(tmp_path, text, ["A", "B"], rows) == {"p": 2}
    assert counts(tmp_path, text, ["A", "B"], rows, binned=True) == {"p": 3}


def test_an_ellipse_is_given_by_foci_and_edge_on_a_plot_of_256(tmp_path: Path) -> None:
    # Foci 28 from the centre, half the major axis 50, so half the minor axis sqrt(50^2 - 28^2) = 41.4.
    dimensions = "".join(
        f'<gating:dimension><data-type:fcs-dimension data-type:name="{name}"/></gating:dimension>'
        for name in "AB"
    )
    shape = (
        f"<gating:EllipsoidGate>{dimensions}<gating:foci>{vertex(100, 128)}{vertex(156, 128)}</gating:foci>"
        f"<gating:edge>{vertex(178, 128)}{vertex(78, 128)}"
        f"{vertex(128, 169.4)}{vertex(128, 86.6)}</gating:edge>"
        "</gating:EllipsoidGate>"
    )
    text = workspace(shaped("e", shape, ""), scales=linear("A", 0, 256) + linear("B", 0, 256))
    inside = [[128.0, 128.0], [79.0, 128.0], [177.0, 128.0], [128.0, 169.0], [128.0, 87.0]]
    outside = [[77.0, 128.0], [179.0, 128.0], [128.0, 170.0], [128.0, 86.0], [170.0, 160.0]]
    assert counts(tmp_path, text, ["A", "B"], inside + outside) == {"e": 5}


def test_logic_and_the_outside_of_a_gate(tmp_path: Path) -> None:
    def node(tag: str, name: str, *of: str) -> str:
        inside = "".join(f'<Dependent name="{each}"/>' for each in of)
        return f'<{tag} name="{name}"><Dependents>{inside}</Dependents></{tag}>'

    high = population("high", ("A", 2.0, None), below=population("B high", ("B", 2.0, None)))
    text = workspace(
        high + population("not A high", ("A", 2.0, None), more=' eventsInside="0"')
        + node("AndNode", "and", "high", "high/B high") + node("OrNode", "or", "not A high", "high/B high")
        + node("NotNode", "not", "high/B high"),
        scales=linear("A", 0, 10) + linear("B", 0, 10),
    )  # fmt: skip
    rows = [[1.0, 1.0], [1.0, 3.0], [3.0, 1.0], [3.0, 3.0], [3.0, 3.0]]
    assert counts(tmp_path, text, ["A", "B"], rows) == {
        "high": 3, "high/B high": 2, "not A high": 2, "and": 2, "or": 4, "not": 3,
    }  # fmt: skip


def test_prefixes_that_are_declared_nowhere_are_read(tmp_path: Path) -> None:
    # RGLab/CytoML issue 46.
    text = workspace(population("A", ("A", 2.0, None)), scales=linear("A", 0, 10)).replace("xmlns:", "was-")
    assert counts(tmp_path, text, ["A"], [[1.0], [3.0]]) == {"A": 1}


def test_the_width_of_a_plot_does_not_change_a_biex_axis(tmp_path: Path) -> None:
    found = []
    for length in (256, 4096):
        biex = scale("biex", "A", length=length, maxRange=262144, neg=0, width=-10, pos=4.5)
        text = workspace(population("A", ("A", 100.0, 1000.0)), scales=biex)
        found.append(counts(tmp_path, text, ["A"], [[-5.0], [99.0], [101.0], [999.0], [1001.0], [1e6]]))
    assert found == [{"A": 2}, {"A": 2}]


def test_a_slash_in_a_channel_is_an_underscore_in_flowjo(tmp_path: Path) -> None:
    data, keywords = floats(["A_B"], [[1.0], [3.0]])
    keywords["$P1N"] = "A|B"
    file = write(tmp_path, raw_fcs(data, keywords, delimiter="!").replace(b"A|B", b"A/B"))
    strategy = tmp_path / "gates.wsp"
    strategy.write_text(
        workspace(population("p", ("A_B", 2.0, None)), scales=linear("A_B", 0, 10)), encoding="utf-8"
    )
    assert [row.count for row in gate_file(strategy, file)] == [1]


def test_each_file_gets_the_gates_of_its_own_name_and_never_of_fil(tmp_path: Path) -> None:
    files = []
    for name in ("one.fcs", "two.fcs"):
        data, keywords = floats(["A"], [[1.0], [3.0], [5.0]])
        files.append(write(tmp_path, raw_fcs(data, {**keywords, "$FIL": "one.fcs"}), name))
    text = samples(
        sample(population("p", ("A", 2.0, None)), name="one.fcs", scales=linear("A", 0, 10)),
        sample(population("p", ("A", 4.0, None)), name="two.fcs", scales=linear("A", 0, 10)),
    )
    strategy = tmp_path / "gates.wsp"
    strategy.write_text(text, encoding="utf-8")
    rows = gate_files(strategy, files)
    assert [(row.file, row.count, row.percent_parent) for row in rows] == [
        ("one.fcs", 2, pytest.approx(200 / 3)), ("two.fcs", 1, pytest.approx(100 / 3)),
    ]  # fmt: skip
    assert [row.count for row in gate_file(strategy, files[0], sample="two.fcs", group="G")] == [1]


def test_a_percentage_of_no_parent_is_missing(tmp_path: Path) -> None:
    text = workspace(
        population("none", ("A", 9.0, None), below=population("child", ("A", 1.0, None))),
        scales=linear("A", 0, 10),
    )
    file = write(tmp_path, raw_fcs(*floats(["A"], [[1.0]])))
    strategy = tmp_path / "gates.wsp"
    strategy.write_text(text, encoding="utf-8")
    assert [(row.parent, row.count, row.percent_parent) for row in gate_file(strategy, file)] == [
        (None, 0, 0.0), ("none", 0, None),
    ]  # fmt: skip


def test_a_reference_is_named_by_marker_in_display_scale(tmp_path: Path) -> None:
    data, keywords = floats(["A", "Time"], [[100.0, 1.0], [300.0, 2.0]])
    file = write(tmp_path, raw_fcs(data, {**keywords, "$P1S": "CD4"}))
    text = workspace(population("p", ("A", 200.0, None)), scales=linear("A", 0, 1000))
    strategy = tmp_path / "gates.wsp"
    strategy.write_text(text, encoding="utf-8")
    reference = read_reference(strategy, file)
    ((name, parent, region),) = reference.gates
    assert (name, parent) == ("p", None)
    assert region.as_plain() == {
        "shape": "interval",
        "column": "CD4",
        "low": pytest.approx(0.2),
        "high": None,
    }
    assert reference.tube.names == ("CD4",)
    assert reference.tube.column("CD4").tolist() == pytest.approx([0.1, 0.3])
    linear_values = reference.tube.linear_of("CD4")
    assert linear_values is not None
    assert linear_values.tolist() == [100.0, 300.0]
