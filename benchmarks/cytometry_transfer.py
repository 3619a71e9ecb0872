"""Compare gates carried over from one reference tube with labels: F1, bias, variation between replicates.

    python benchmarks/cytometry_transfer.py [FOLDER] [--split development|assessment|both]

FOLDER holds the public files as docs/cytometry/validation.md describes them. Three placements stand side by
side: `template` (ours), `unchanged` (the reference's gate as it is) and, for regulatory T cells, `median and
MAD` (every column moved by the parent's median and stretched by its median absolute deviation). F1 and bias
are over all events of the parent, those that the reader left in no gate included.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "_support"))

# ruff: noqa: E402 - what is imported lies in the folder that is put on the path just before
from treg_clouds import Labelled, batch, by_median_and_mad

from cytometry_accuracy import synthetic_tube
from lupustrial.cytometry import Interval, Region, Setting, Tube
from lupustrial.cytometry.fcs import read_fcs
from lupustrial.cytometry.strategy import gate_tube, ready_strategy
from lupustrial.cytometry.synthetic import batch_gain, make_events, synthetic_panel
from lupustrial.cytometry.transfer import (
    Template,
    TemplateGate,
    align,
    borrow,
    make_template,
    place_template,
    region_of_labels,
)

SPLITS = ("development", "assessment")
# of the clouds 1001 to 1016, of the panel 1001 to 1003 were looked at before the rules rested
BATCHES = {"development": range(1, 7), "assessment": range(1017, 1049)}
CD56 = {"development": ("C01", "C05", "C15"), "assessment": ("C06", "C07")}
HIPC_T = {"development": ("FTV_1", "W2_1"), "assessment": ("FTV_2", "FTV_3")}
GVHD = {"development": ("002", "003"), "assessment": ("004", "005", "006")}
PANEL_BATCHES = {"development": range(1, 4), "assessment": range(1004, 1012)}
MEMORY = ("CCR7", "CD45RA")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One population of one tube, placed in one way."""

    data: str
    population: str
    placement: str
    donor: str
    f1: float
    bias: float
    percent: float
    confidence: float


def row(
    data: str, population: str, placement: str, donor: str, setting: Setting, region: Region,
    label: np.ndarray, confidence: float = float("nan"),
) -> Row:  # fmt: skip
    """Compare a region with the labels over the parent's events."""
    inside = region.contains(setting.tube)[setting.parent]
    return Row(
        data=data, population=population, placement=placement, donor=donor, confidence=confidence,
        **scores(inside, label[setting.parent]),
    )  # fmt: skip


def treg(split: str) -> Iterator[Row]:
    """Clouds of CD4 T cells made by chance: one gate of the first donor's first tube for each batch."""
    for seed in BATCHES[split]:
        tubes = batch(seed)
        reference = tubes[0][0]
        for anchor in (None, "naive"):
            template = make_template(setting_of(reference), reference.drawn, population="Treg", anchor=anchor)
            data = f"Treg clouds, on {anchor or 'CD4'}"
            yield from treg_batch(data, seed, template, tubes)
        for donor, replicates in enumerate(tubes):
            for tube in replicates:
                if tube is not reference:
                    name, there = f"{seed} {donor}", setting_of(tube)
                    for placement, region in (
                        ("unchanged", reference.drawn),
                        ("median and MAD", by_median_and_mad(reference, tube)),
                        ("the reader's, hand steady", tube.straight),
                    ):
                        yield row("Treg clouds", "Treg", placement, name, there, region, tube.treg)


def treg_batch(data: str, seed: int, template: Template, tubes: list[list[Labelled]]) -> Iterator[Row]:
    """Place a template on every tube of a batch, alone and with what the batch tells."""
    others = [(d, tube) for d, each in enumerate(tubes) for tube in each if tube is not tubes[0][0]]
    learnt = borrow(template, [align(template, setting_of(tube)) for _, tube in others])
    for donor, tube in others:
        for placement, used in (("template", template), ("template, batch", learnt)):
            there = setting_of(tube, used)
            placed = place_template(there, TemplateGate(template="t", anchor=used.anchor))
            name = f"{seed} {donor}"
            yield row(data, "Treg", placement, name, there, placed.region, tube.treg, placed.confidence)


def setting_of(tube: Labelled, template: Template | None = None) -> Setting:
    """Return the setting of a tube."""
    templates = {} if template is None else {"t": template}
    return Setting(tube=tube.tube, parent=tube.parent, populations={"naive": tube.naive}, templates=templates)


def carried(
    data: str, population: str, reference: tuple[Tube, np.ndarray, np.ndarray], columns: tuple[str, ...],
    targets: list[tuple[str, Tube, np.ndarray, np.ndarray]], **made: object,
) -> Iterator[Row]:  # fmt: skip
    """Draw a region around the reference's labels and carry it to targets (name, tube, parent, label)."""
    tube, parent, label = reference
    here = Setting(tube=tube, parent=parent, populations={})
    one = len(columns) == 1
    region = line_of_labels(here, label, *columns) if one else region_of_labels(here, label, columns)
    template = make_template(here, region, population=population, **made)  # type: ignore[arg-type]
    yield row(data, population, "the reference itself", tube.name, here, region, label)
    for name, other, its_parent, its_label in targets:
        there = Setting(tube=other, parent=its_parent, populations={}, templates={"t": template})
        placed = place_template(there, TemplateGate(template="t"))
        yield row(data, population, "template", name, there, placed.region, its_label, placed.confidence)
        yield row(data, population, "unchanged", name, there, region, its_label)


def treg_panel(split: str) -> Iterator[Row]:
    """Synthetic PBMC gated whole by the ready strategy; the reference's gate is drawn around its cells."""
    strategy = ready_strategy("treg")
    for number in PANEL_BATCHES[split]:
        gain = batch_gain(synthetic_panel("treg"), number)
        tubes = []
        for donor in range(10 * number, 10 * number + 5):
            events = make_events("treg", seed=donor, donor=donor, events=60_000, gain=gain)
            tubes.append(
                (synthetic_tube("treg", events), np.isin(events.labels, ("treg_naive", "treg_memory")))
            )
        # in the reference the strategy's stand-in gates Treg; the parent is what is wanted
        reference = gate_tube(tubes[0][0], strategy)
        masks = {gate.population: gate.inside for gate in reference.gates}
        here = Setting(tube=reference.tube, parent=masks["CD4 T cells"], populations=masks)
        region = region_of_labels(here, tubes[0][1], ("CD25", "CD127"))
        template = make_template(here, region, population="Treg")
        for donor, (tube, label) in enumerate(tubes[1:]):
            for placement, templates in (("template", {"Treg": template}), ("mixture", {})):
                gate = gate_tube(tube, strategy, templates=templates).gate("Treg")
                yield Row(
                    data="synthetic treg panel", population="Treg", placement=placement,
                    donor=f"{number} {donor}", confidence=gate.placed.confidence,
                    **scores(gate.inside, label),
                )  # fmt: skip


def scores(inside: np.ndarray, label: np.ndarray) -> dict[str, float]:
    """Return F1, bias and percent of a population over all events."""
    count, labels, both = int(inside.sum()), int(label.sum()), int((inside & label).sum())
    return {
        "f1": 2 * both / (count + labels), "bias": count / labels - 1, "percent": 100 * count / len(label),
    }  # fmt: skip


def cd56bright(folder: Path, split: str) -> Iterator[Row]:
    """CD56bright among the expert's NK cells, EuroFlow LST simulated: a line through CD56."""
    load = {name: euroflow(folder, name) for name in ("C01", "C04", *CD56[split])}
    for source in ("C04", "C01"):
        targets = [(name, *load[name]) for name in CD56[split] if name != source]
        data = f"euroflow_lst_sim {source}"
        yield from carried(data, "CD56bright", load[source], ("CD56+IgK",), targets)


def line_of_labels(setting: Setting, label: np.ndarray, column: str) -> Interval:
    """Return the line above which F1 with the labels is best."""
    values = setting.tube.column(column).astype(float)
    cuts = np.quantile(values[label & setting.parent], np.linspace(0, 0.5, 51))
    found = [scores((values >= cut) & setting.parent, label & setting.parent)["f1"] for cut in cuts]
    return Interval(column=column, low=float(cuts[int(np.argmax(found))]))


def euroflow(folder: Path, name: str) -> tuple[Tube, np.ndarray, np.ndarray]:
    """Return tube, NK cells and CD56bright."""
    frame = pl.read_parquet(folder / "euroflow_lst_sim" / f"{name}.parquet")
    subset = frame["subset"].to_numpy().astype(str)
    tube = tube_of(name, frame.drop("label", "subset"))
    return tube, np.isin(subset, ("CD56dim", "CD56bright")), subset == "CD56bright"


def hipc_tcell(folder: Path, split: str) -> Iterator[Row]:
    """Naive, memory and activated T cells, read by hand; reference FTV_1, and W2_1 for FTV_1 itself."""
    for target in HIPC_T[split]:
        source = "FTV_1" if target != "FTV_1" else "W2_1"
        frames = [pl.read_parquet(folder / "hipc_tcell" / f"{name}.parquet") for name in (source, target)]
        tubes = [
            tube_of(name, each.drop("label")) for name, each in zip((source, target), frames, strict=True)
        ]
        labels = [each["label"].to_numpy().astype(str) for each in frames]
        for side in ("CD4", "CD8"):
            parents = [np.char.startswith(each, side) for each in labels]
            for kind in ("Naive", "CM", "EM", "Activated"):
                ours, theirs = (each == f"{side} {kind}" for each in labels)
                columns, rests_on = (("HLADR", "CD38"), "rest") if kind == "Activated" else (MEMORY, "whole")
                yield from carried(
                    f"hipc_tcell {source}", f"{side} {kind}", (tubes[0], parents[0], ours), columns,
                    [(target, tubes[1], parents[1], theirs)], rests_on=rests_on,
                )  # fmt: skip


def hipc_nk(folder: Path, split: str) -> Iterator[Row]:
    """CD56+ of CD14-Lineage- by openCyto; reference the even events, target the even or odd ones."""
    file = read_fcs(folder / "hipc_nk" / "DC_MONO_NK_12828001_001.fcs")
    truth = pl.read_parquet(folder / "hipc_nk" / "gates_1.parquet")
    columns = {c.marker or c.name: file.events[:, c.number - 1] for c in file.channels}
    names = tuple(name for name in columns if "CD56" in name or "CD16" in name)
    half = np.arange(len(file.events)) % 2 == 0
    parts = []
    for part in (half, half if split == "development" else ~half):
        tube = Tube.of_columns("half", {name: values[part] for name, values in columns.items()})
        parent, label = (truth[gate].to_numpy().astype(bool)[part] for gate in ("CD14-Lineage-", "CD56+"))
        parts.append((tube, parent, parent & label))
    yield from carried("hipc_nk", "CD56+", parts[0], names, [(split, *parts[1])], rests_on="whole")


def gvhd(folder: Path, split: str) -> Iterator[Row]:
    """FlowCAP GvHD, each file's largest cluster, since numbers of clusters are not comparable."""
    load = {name: largest(folder / "flowcap_gvhd", name) for name in ("001", *GVHD[split])}
    names = load["001"][0].names[2:]
    targets = [(name, *load[name]) for name in GVHD[split]]
    yield from carried("flowcap_gvhd", "largest cluster", load["001"], names, targets, rests_on="whole")


def largest(folder: Path, name: str) -> tuple[Tube, np.ndarray, np.ndarray]:
    """Return tube, all events and the largest cluster."""
    file = read_fcs(folder / f"{name}.fcs")
    cluster = pl.read_csv(folder / f"{name}.csv").to_series(0).to_numpy().astype(int)
    tube = Tube.of_columns(name, {c.name: file.events[:, c.number - 1] for c in file.channels})
    return tube, np.ones(len(tube), bool), cluster == np.argmax(np.bincount(cluster[cluster > 0]))


def tube_of(name: str, frame: pl.DataFrame) -> Tube:
    """Return the tube of a frame of columns in display scale."""
    return Tube.of_columns(name, {each: frame[each].to_numpy().astype(float) for each in frame.columns})


def summary(frame: pl.DataFrame) -> pl.DataFrame:
    """Return F1, bias and replicate CV (where a donor has several tubes) of each placement."""
    keys = ("data", "population", "placement")
    varied = frame.group_by(*keys, "donor").agg(
        (100 * pl.col("percent").std() / pl.col("percent").mean()).alias("cv")
    )
    cv = varied.group_by(keys).agg(pl.col("cv").median().round(1).alias("CV %"))
    bias = 100 * pl.col("bias")
    return (
        frame.group_by(keys, maintain_order=True)
        .agg(
            pl.len().alias("tubes"),
            pl.col("f1").median().round(3).alias("F1"),
            pl.col("f1").min().round(3).alias("F1 min"),
            bias.median().round(1).alias("bias %"),
            bias.abs().median().round(1).alias("|bias| %"),
            bias.abs().max().round(1).alias("|bias| max %"),
            pl.col("confidence").min().round(2).alias("confidence min"),
        )
        .join(cv, on=keys, how="left", maintain_order="left")
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--split", choices=(*SPLITS, "both"), default="both")
    given = parser.parse_args()
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=160, tbl_hide_dataframe_shape=True):
        for split in SPLITS if given.split == "both" else (given.split,):
            rows = [*treg(split), *treg_panel(split)]
            if given.folder is not None:
                rows += [
                    r for each in (cd56bright, hipc_tcell, hipc_nk, gvhd) for r in each(given.folder, split)
                ]
            print(f"{split}\n{summary(pl.DataFrame(rows))}")


if __name__ == "__main__":
    main()
