"""What `exchange` promises to others, and rules of choice that only we set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cytometry_files import floats, raw_fcs, write
from gating_files import linear, population, sample, samples, workspace

from lupustrial.cytometry import Gate, Gated, Interval, Placed, Tube, exchange
from lupustrial.cytometry.exchange import Exported, choose_sample, gate_file, read_workspace, write_workspace
from lupustrial.cytometry.panel import Linear, Panel, Stain
from lupustrial.errors import CytometryError

NAMES = {
    "Compared", "Exported", "Reference", "Row", "Tree", "Workspace", "WorkspaceSample", "choose_sample",
    "count_like_flowjo", "gate_file", "gate_files", "read_gates", "read_gatingml", "read_reference",
    "read_workspace", "regions_of", "write_gatingml", "write_workspace",
}  # fmt: skip


def test_the_public_names() -> None:
    assert set(exchange.__all__) == NAMES
    assert all(getattr(exchange, name).__doc__ for name in NAMES)


def test_the_only_sample_of_a_workspace_is_a_template_for_any_file(tmp_path: Path) -> None:
    strategy = tmp_path / "gates.wsp"
    strategy.write_text(
        workspace(population("p", ("A", 2.0, None)), name="reference.fcs", scales=linear("A", 0, 10)),
        encoding="utf-8",
    )
    file = write(tmp_path, raw_fcs(*floats(["A"], [[1.0], [3.0]])), "new.fcs")
    assert [(row.file, row.count) for row in gate_file(strategy, file)] == [("new.fcs", 1)]


def test_a_sample_is_found_by_the_name_of_its_file_or_its_own(tmp_path: Path) -> None:
    strategy = tmp_path / "gates.wsp"
    one = sample("", name="a%20b.fcs").replace('SampleNode name="a%20b.fcs"', 'SampleNode name="renamed"')
    strategy.write_text(samples(one, sample("", name="other.fcs")), encoding="utf-8")
    found = read_workspace(strategy)
    assert choose_sample(found, file="a b.fcs").name == "renamed"
    assert choose_sample(found, file="renamed").file == "a b.fcs"
    with pytest.raises(CytometryError, match="CYTO-032"):
        choose_sample(found, file="third.fcs")


def test_a_workspace_of_several_tubes_is_one_group_and_needs_the_matrix_of_each_file(tmp_path: Path) -> None:
    region = Interval(column="CD4", low=0.5)
    tube = Tube.of_columns("t", {"CD4": np.array([0.2, 0.7])})
    gate = Gate(
        population="p", parent=None, method="static",
        placed=Placed(region=region, confidence=1, reason=""), inside=region.contains(tube),
    )  # fmt: skip
    gated = Gated(tube=tube, strategy="s", strategy_hash="0", gates=(gate,))
    panel = Panel(
        id="p", instrument="any", time=None, scatter=(), compensation="file", transform=Linear(t=1000, a=0),
        stains=(Stain(marker="CD4", channel="PE-A"),),
    )  # fmt: skip
    tubes = [Exported(gated=gated, file=name) for name in ("1.fcs", "2.fcs")]
    with pytest.raises(CytometryError, match="CYTO-037") as error:
        write_workspace(tubes, panel=panel)
    assert [fault.place for fault in error.value.faults] == ["1.fcs", "2.fcs"]
    text = write_workspace(tubes, panel=panel.model_copy(update={"compensation": "none"}), group="Day 1")
    path = tmp_path / "out.wsp"
    path.write_text(text, encoding="utf-8")
    assert [(each.file, each.groups) for each in read_workspace(path).samples] == [
        ("1.fcs", ("Day 1",)), ("2.fcs", ("Day 1",)),
    ]  # fmt: skip
