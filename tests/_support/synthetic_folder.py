"""A small folder of synthetic files for the tests of `run` and of the command."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from lupustrial.cytometry.fcs import read_fcs
from lupustrial.cytometry.panel import read_panel
from lupustrial.cytometry.prepare import prepare
from lupustrial.cytometry.run import Protocol
from lupustrial.cytometry.strategy import Strategy, gate_tube, ready_strategy, strategy_from
from lupustrial.cytometry.synthetic import make_file, make_pair, panel_text
from lupustrial.cytometry.transfer import template_of_gated

#: A short strategy: what is tested is the run, not the gates.
STRATEGY = """
format: 1
id: short
version: 1
title: Three populations
populations:
  lymphocytes: {method: valley, column: CD45}
  T cells: {parent: lymphocytes, method: valley, column: CD3}
  CD4 T cells: {parent: T cells, method: valley, column: CD4}
"""


def protocol(folder: Path, strategy: str = STRATEGY) -> Protocol:
    """Return the protocol of the small folder; its panel file is written beside it."""
    return _protocol(folder, "tbnk", strategy_from(strategy, "short.yaml"))


def functional_protocol(folder: Path) -> Protocol:
    """Return the protocol of the folder with a stimulated and an unstimulated tube."""
    return _protocol(folder, "functional", ready_strategy("functional"))


#: CD4 T cells, and in them a gate that is laid on each tube of a batch.
TEMPLATE_STRATEGY = """
format: 1
id: template
version: 1
title: A population that a reader draws on the reference tube of each batch
populations:
  T cells: {method: valley, column: CD3}
  CD4 T cells: {parent: T cells, method: valley, column: CD4}
  Treg:
    parent: CD4 T cells
    method: template
    template: Treg
    otherwise: {method: mixture, columns: [CD25, CD127], towards: [1, -1], share: [0.005, 0.25]}
"""


def borrowing_protocol(folder: Path) -> Protocol:
    """Return the protocol of the batch, with the template of its reference tube."""
    given = _protocol(folder, "treg", strategy_from(TEMPLATE_STRATEGY, "template.yaml"))
    (panel,) = given.panels
    reference = gate_tube(prepare(read_fcs(folder / "r.fcs"), panel), given.strategies[panel.id])
    templates = {"7": {"Treg": template_of_gated(reference, "Treg")}}
    return replace(given, templates=templates, borrow=True)


def _protocol(folder: Path, panel: str, strategy: Strategy) -> Protocol:
    path = folder.parent / f"{panel}.yaml"
    path.write_text(panel_text(panel), encoding="utf-8")
    read = read_panel(path)
    return Protocol(panels=(read,), strategies={read.id: strategy})


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of files, one twice and one truncated, and what they are; not to be changed."""
    folder = tmp_path_factory.mktemp("cytometry") / "fcs"
    (folder / "batch 2").mkdir(parents=True)
    make_file(folder / "a.fcs", panel="tbnk", seed=6, events=2_500)
    make_file(folder / "batch 2" / "b.fcs", panel="tbnk", seed=11, events=1_500)
    make_file(folder / "c.fcs", panel="tbnk", seed=12, events=2_000)
    shutil.copy(folder / "a.fcs", folder / "batch 2" / "copy of a.fcs")
    whole = (folder / "c.fcs").read_bytes()
    (folder / "broken.fcs").write_bytes(whole[: len(whole) // 2])
    (folder / "samples.csv").write_text(
        "file,role,batch,lymphocytes,participant,visit\n"
        "a.fcs,sample,1,1.5,P-01,W0\nbatch 2/b.fcs,control,2,,P-02,W12\nc.fcs,,2,2.0,P-03,W0\n"
    )
    return folder


@pytest.fixture(scope="session")
def stimulated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an unstimulated and a stimulated tube of one draw, in which 2 % of CD8 T cells answer."""
    folder = tmp_path_factory.mktemp("functional") / "fcs"
    folder.mkdir()
    make_pair(folder, seed=5, responders=0.02, events=12_000)
    (folder / "samples.csv").write_text(
        "file,role,pair\nstimulated.fcs,sample,x1\nunstimulated.fcs,unstimulated,x1\n"
    )
    return folder


@pytest.fixture(scope="session")
def batch_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a batch of three samples with a reference and a control, and a sample of another batch."""
    folder = tmp_path_factory.mktemp("batch") / "fcs"
    folder.mkdir()
    for seed, name in enumerate("rkabcd", start=51):
        make_file(folder / f"{name}.fcs", panel="treg", seed=seed, events=6_000)
    (folder / "samples.csv").write_text(
        "file,role,batch\nr.fcs,reference,7\nk.fcs,control,7\n"
        "a.fcs,sample,7\nb.fcs,sample,7\nc.fcs,sample,7\nd.fcs,sample,8\n"
    )
    return folder


def bytes_of(out: Path, *, without: tuple[str, ...] = ()) -> Mapping[str, bytes]:
    """Return every file below a folder by its path."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.relative_to(out).as_posix().startswith(without or ("\0",))
    }
