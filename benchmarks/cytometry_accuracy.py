"""Compare gated populations with the labels of public and synthetic files: F1, bias, variation.

    python benchmarks/cytometry_accuracy.py [FOLDER] [--split development|assessment|both]

FOLDER holds the public files as docs/cytometry/validation.md describes them (euroflow_lst_sim, hipc_tcell,
hipc_nk, hipc_bcell); without it only synthetic files are gated. F1 = 2·true positives / (gated + labelled),
bias = gated / labelled - 1, both over all events of a file.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl

from lupustrial.cytometry import Gated, Tube
from lupustrial.cytometry.fcs import read_fcs
from lupustrial.cytometry.panel import read_panel
from lupustrial.cytometry.prepare import prepare
from lupustrial.cytometry.strategy import gate_tube, ready_strategy
from lupustrial.cytometry.synthetic import (
    SyntheticEvents,
    as_file,
    batch_gain,
    make_events,
    panel_text,
    synthetic_panel,
)

SPLITS = ("development", "assessment")
EUROFLOW = {"development": ("C01", "C04", "C05", "C15"), "assessment": ("C06", "C07", "C36", "C37", "C38")}
HIPC_T = {"development": ("W2_1", "FTV_1"), "assessment": ("FTV_2", "FTV_3")}
# seeds 1001 to 1008 were looked at three times before the rules rested
SEEDS = {"development": range(1, 9), "assessment": range(1009, 1041)}
EVENTS = (50_000, 8_000)

EUROFLOW_LABELS = {
    "CD4 T cells": ("CD4",), "CD8 T cells": ("CD8",), "B cells": ("B",),
    "NK cells": ("CD56dim", "CD56bright", "NK"),
}  # fmt: skip
HIPC_T_LABELS = {
    "CD4 T cells": ("CD4 Naive", "CD4 CM", "CD4 EM", "CD4 Effector", "CD4 Activated"),
    "CD8 T cells": ("CD8 Naive", "CD8 CM", "CD8 EM", "CD8 Effector", "CD8 Activated"),
    "CD4 naive": ("CD4 Naive",), "CD4 CM": ("CD4 CM",), "CD4 EM": ("CD4 EM",),
    "CD8 naive": ("CD8 Naive",), "CD8 CM": ("CD8 CM",), "CD8 EM": ("CD8 EM",), "CD8 EMRA": ("CD8 Effector",),
}  # fmt: skip
HIPC_NK_LABELS = {"NK cells": "CD56+", "CD16+ NK": "CD16+CD56+", "CD16- NK": "CD16-CD56+"}
HIPC_B_COUNTS = {"B cells": 11126, "T cells": 32421}  # openCyto, lymph/Live/CD19 and /CD3
HELPERS = ("cd4_cm", "tfh", "th17", "treg_memory")
SYNTHETIC_LABELS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "tbnk": {
        "CD4 T cells": (*HELPERS, "cd4_naive", "cd4_em", "cd4_emra", "treg_naive"),
        "CD8 T cells": ("cd8_naive", "cd8_cm", "cd8_em", "cd8_emra", "cd8_responder"),
        "B cells": ("b_naive", "b_memory", "plasmablast"),
        "NK cells": ("nk_cd56dim", "nk_cd56bright"),
    },
    "memory": {
        "CD4 naive": ("cd4_naive", "treg_naive"), "CD4 CM": HELPERS, "CD4 EM": ("cd4_em",),
        "CD8 naive": ("cd8_naive",), "CD8 CM": ("cd8_cm",), "CD8 EM": ("cd8_em", "cd8_responder"),
    },
}  # fmt: skip
STRATEGY = {"tbnk": "tbnk", "memory": "t-memory"}


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One population of one file beside its label; `f1` is NaN where counts alone are known."""

    data: str
    file: str
    population: str
    f1: float
    bias: float
    percent: float
    percent_labelled: float
    confidence: float


def compare(data: str, file: str, gated: Gated, population: str, labelled: np.ndarray) -> Compared:
    """Compare a population with the events that bear its label; one that was not gated counts as empty."""
    found = {gate.population: gate for gate in gated.gates}.get(population)
    inside = np.zeros(len(gated.tube), dtype=bool) if found is None else found.inside
    both, labels, count = int((inside & labelled).sum()), int(labelled.sum()), int(inside.sum())
    return Compared(
        data=data, file=file, population=population, f1=2 * both / (count + labels),
        bias=count / labels - 1, percent=100 * count / len(gated.tube),
        percent_labelled=100 * labels / len(gated.tube),
        confidence=0.0 if found is None else found.placed.confidence,
    )  # fmt: skip


def euroflow(folder: Path, split: str) -> Iterator[Compared]:
    """EuroFlow LST, simulated: the expert's class of each event; gamma-delta T cells are no CD4 or CD8."""
    for name in EUROFLOW[split]:
        frame = pl.read_parquet(folder / "euroflow_lst_sim" / f"{name}.parquet")
        subset = frame["subset"].to_numpy()
        gated = gate_tube(_tube(name, frame.drop("label", "subset")), ready_strategy("euroflow-lst"))
        for population, labels in EUROFLOW_LABELS.items():
            yield compare("euroflow_lst_sim", name, gated, population, np.isin(subset, labels))


def hipc_tcell(folder: Path, split: str) -> Iterator[Compared]:
    """HIPC T cells, manual: activated cells have a class of their own there, and here are where they lie."""
    for name in HIPC_T[split]:
        frame = pl.read_parquet(folder / "hipc_tcell" / f"{name}.parquet")
        label = frame["label"].to_numpy()
        gated = gate_tube(_tube(name, frame.drop("label")), ready_strategy("t-memory"))
        for population, labels in HIPC_T_LABELS.items():
            yield compare("hipc_tcell", name, gated, population, np.isin(label, labels))


def hipc_nk(folder: Path, split: str) -> Iterator[Compared]:
    """HIPC NK cells, openCyto; even events are for development, odd ones for assessment."""
    file = read_fcs(folder / "hipc_nk" / "DC_MONO_NK_12828001_001.fcs")
    half = np.arange(len(file.events)) % 2 == SPLITS.index(split)
    truth = pl.read_parquet(folder / "hipc_nk" / "gates_1.parquet")
    columns = {c.marker or c.name: file.events[half, c.number - 1] for c in file.channels}
    gated = gate_tube(Tube.of_columns("DC_MONO_NK", columns), ready_strategy("nk-lineage"))
    for population, gate in HIPC_NK_LABELS.items():
        yield compare("hipc_nk", split, gated, population, truth[gate].to_numpy().astype(bool)[half])


def hipc_bcell(folder: Path, split: str) -> Iterator[Compared]:
    """HIPC B cells: counts of openCyto alone; for development."""
    if split != "development":
        return
    file = read_fcs(folder / "hipc_bcell" / "12828_1_Bcell_C01.fcs")
    tube = Tube.of_columns("Bcell", {c.marker or c.name: file.events[:, c.number - 1] for c in file.channels})
    gated = gate_tube(tube, ready_strategy("nk"))
    for population, count in HIPC_B_COUNTS.items():
        gate = gated.gate(population)
        yield Compared(
            data="hipc_bcell", file="12828", population=population, f1=float("nan"),
            bias=gate.count / count - 1, percent=100 * gate.count / len(tube),
            percent_labelled=100 * count / len(tube), confidence=gate.placed.confidence,
        )  # fmt: skip


def synthetic(folder: Path | None, split: str) -> Iterator[Compared]:
    """Synthetic PBMC: other donors, gains of ± 30 %, each event known."""
    del folder
    for count, panel, seed in product(EVENTS, SYNTHETIC_LABELS, SEEDS[split]):
        gain = batch_gain(synthetic_panel(panel), seed)
        events = make_events(panel, seed=seed, donor=seed, events=count, gain=gain)
        gated = gate_tube(synthetic_tube(panel, events), ready_strategy(STRATEGY[panel]))
        for population, labels in SYNTHETIC_LABELS[panel].items():
            label = np.isin(events.labels, labels)
            yield compare(f"synthetic {count}", f"{panel} {seed}", gated, population, label)


def synthetic_tube(panel: str, events: SyntheticEvents) -> Tube:
    """Lay synthetic events beside their panel, as a file from a cytometer would be."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.yaml"
        path.write_text(panel_text(panel), encoding="utf-8")
        return prepare(as_file(events), read_panel(path))


MEASURES: Mapping[str, Callable[[Path, str], Iterator[Compared]]] = {
    "euroflow_lst_sim": euroflow, "hipc_tcell": hipc_tcell, "hipc_nk": hipc_nk, "hipc_bcell": hipc_bcell,
}  # fmt: skip


def measured(folder: Path | None, split: str) -> pl.DataFrame:
    """Return every comparison of a split, one row each."""
    rows = [] if folder is None else [row for each in MEASURES.values() for row in each(folder, split)]
    return pl.DataFrame([*rows, *synthetic(folder, split)])


def summary(frame: pl.DataFrame) -> pl.DataFrame:
    """Return F1 and bias of each population of each data set."""
    bias = pl.col("bias")
    return frame.group_by("data", "population", maintain_order=True).agg(
        pl.len().alias("files"),
        pl.col("f1").median().round(3).alias("F1 median"),
        pl.col("f1").quantile(0.1, interpolation="linear").round(3).alias("F1 p10"),
        pl.col("f1").min().round(3).alias("F1 min"),
        (100 * bias).median().round(1).alias("bias %"),
        (100 * bias.abs()).median().round(1).alias("|bias| %"),
        (100 * bias.abs()).max().round(1).alias("|bias| max %"),
        pl.col("confidence").min().round(2).alias("confidence min"),
    )


def replicates(folder: Path) -> pl.DataFrame:
    """Return the coefficient of variation over FTV_1 to FTV_3, one donor three times, ours and by hand."""
    rows = [row for split in SPLITS for row in hipc_tcell(folder, split) if row.file.startswith("FTV")]
    variation = [
        (100 * pl.col(name).std() / pl.col(name).mean()).round(1).alias(f"CV % {who}")
        for name, who in (("percent", "gated"), ("percent_labelled", "by hand"))
    ]
    return pl.DataFrame(rows).group_by("population", maintain_order=True).agg(*variation)


def _tube(name: str, frame: pl.DataFrame) -> Tube:
    return Tube.of_columns(name, {column: frame[column].to_numpy() for column in frame.columns})


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--split", choices=(*SPLITS, "both"), default="both")
    given = parser.parse_args()
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=140, tbl_hide_dataframe_shape=True):
        for split in SPLITS if given.split == "both" else (given.split,):
            print(f"{split}\n{summary(measured(given.folder, split))}")
        if given.folder is not None and given.split != "development":
            print(f"replicates of one donor at one centre (HIPC T cells)\n{replicates(given.folder)}")


if __name__ == "__main__":
    main()
