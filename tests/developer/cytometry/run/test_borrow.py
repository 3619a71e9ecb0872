"""Borrowing in a batch: templates learn from its samples, parts are kept, the rest stays as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from synthetic_folder import borrowing_protocol, bytes_of

from lupustrial.cytometry import Setting
from lupustrial.cytometry.fcs import read_fcs
from lupustrial.cytometry.prepare import prepare
from lupustrial.cytometry.run import GatedFolder, Protocol, gate_folder
from lupustrial.cytometry.strategy import gate_tube
from lupustrial.cytometry.transfer import Template, align, borrow


@pytest.fixture(scope="module")
def given(batch_folder: Path) -> Protocol:
    """Return the protocol: a template of the batch, and that its tubes borrow."""
    return borrowing_protocol(batch_folder)


@pytest.fixture(scope="module")
def run(batch_folder: Path, given: Protocol, tmp_path_factory: pytest.TempPathFactory) -> GatedFolder:
    """Return the run of the batch."""
    out = tmp_path_factory.mktemp("borrow") / "out"
    return gate_folder(batch_folder, protocol=given, out=out, processes=1, review=False)


def borrowed(run: GatedFolder) -> Mapping[str, Mapping[str, str]]:
    """Return the hashes of the templates by which each batch was gated."""
    return dict(json.loads((run.out / "manifest.json").read_text())["borrowed"])


@pytest.fixture(scope="module")
def learnt(batch_folder: Path, given: Protocol) -> Template:
    """Return what `borrow` makes of the template and of the three samples, aligned one by one."""
    (panel,), template = given.panels, given.templates["7"]["Treg"]
    strategy = given.strategies[panel.id]
    fits = []
    for name in "abc":
        tube = prepare(read_fcs(batch_folder / f"{name}.fcs"), panel)
        gated = gate_tube(tube, strategy, templates={"Treg": template})
        parent = gated.gate("CD4 T cells").inside
        fits.append(align(template, Setting(tube=gated.tube, parent=parent, populations={})))
    return borrow(template, fits)


def test_a_batch_is_gated_by_what_its_samples_tell(
    run: GatedFolder, batch_folder: Path, given: Protocol, learnt: Template
) -> None:
    (panel,) = given.panels
    assert learnt.hash != given.templates["7"]["Treg"].hash
    # neither the reference nor the control nor the sample of another batch is asked
    assert borrowed(run)[f"7 {panel.id}"] == {"Treg": learnt.hash}
    tube = prepare(read_fcs(batch_folder / "a.fcs"), panel)
    gated = gate_tube(tube, given.strategies[panel.id], templates={"Treg": learnt})
    rows = {(each["file"], each["population"]): each["count"] for each in run.results.to_dicts()}
    assert rows["a.fcs", "Treg"] == np.count_nonzero(gated.gate("Treg").inside)


def test_a_run_goes_on_where_its_batch_is_still_the_same(
    run: GatedFolder, batch_folder: Path, given: Protocol
) -> None:
    before = bytes_of(run.out)
    again = gate_folder(
        batch_folder, protocol=given, out=run.out, processes=1, review=False, resume=True,
        aligning=lambda *_: pytest.fail("a tube was asked again"),
    )  # fmt: skip
    assert (again.gated, again.kept) == (0, 6)
    assert bytes_of(run.out) == before


def test_a_further_sample_makes_its_batch_anew_and_no_other(
    batch_folder: Path, given: Protocol, learnt: Template, tmp_path: Path
) -> None:
    table = (batch_folder / "samples.csv").read_text()
    fewer, whole = tmp_path / "fewer.csv", tmp_path / "whole.csv"
    fewer.write_text(table.replace("c.fcs,sample,7", "c.fcs,sample,8"))
    whole.write_text(table)
    asked: list[str] = []

    def gated(samples: Path) -> tuple[GatedFolder, str]:
        run = gate_folder(
            batch_folder, protocol=given, out=tmp_path / "out", samples=samples, processes=1, review=False,
            resume=True, aligning=lambda _done, _total, name: asked.append(name),
        )  # fmt: skip
        return run, borrowed(run)[f"7 {given.panels[0].id}"]["Treg"]

    # a batch of two samples tells too little, so that its template stays as the reader drew it
    assert gated(fewer)[1] == given.templates["7"]["Treg"].hash
    second, template = gated(whole)
    assert template == learnt.hash
    assert sorted(asked) == ["a.fcs", "b.fcs", "c.fcs"]
    # all of batch 7, its reference and its control; the tube of batch 8 is kept
    assert (second.gated, second.kept) == (5, 1)
