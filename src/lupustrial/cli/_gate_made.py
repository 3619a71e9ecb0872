"""Files of events for a study that has none: made from the percentages of its records, with reference tubes.

Each participant's files of a visit belong to the batch of the visit. A batch has a reference tube of each
panel in which the populations that are gated by template are drawn as a reader would, from the labels of its
events; the gates lie beside it as Gating-ML.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from lupustrial.cytometry.panel import Panel
from lupustrial.cytometry.run import Protocol
from lupustrial.study import CytometryPlan, GatedDemonstration, GatedTube, Study

_LYMPHOCYTES = 0.86  # of single live mononuclear cells; what is left are monocytes and others
_REFERENCE_EVENTS = 60_000
_MARK = "MADE.txt"
COLUMNS = ("file", "panel", "role", "batch", "gates", "participant", "visit", "lymphocytes")


@dataclass(frozen=True, kw_only=True)
class _Made:
    """A file to be made."""

    name: str
    tube: GatedTube
    visit: str
    participant: str
    values: Mapping[str, float]
    lymphocytes: str


def make_files(
    study: Study,
    plan: CytometryPlan,
    made: GatedDemonstration,
    records: pl.DataFrame,
    protocol: Protocol,
    folder: Path,
    *,
    tell: Callable[[int, int, str], None],
) -> None:
    """Write the files, their reference tubes with gates, and samples.csv into a folder."""
    folder.mkdir(parents=True)
    (folder / _MARK).write_text("Made by `lupustrial gate`, which may make it anew.\n", encoding="utf-8")
    panels = {tube.panel: panel for tube, panel in zip(plan.tubes, protocol.panels, strict=True)}
    wanted = [*_wanted(study, plan, made, records)]
    batches = sorted({one.visit for one in wanted})
    code = _batch_codes(study, batches)  # a reader who sees the batch is not to see the visit
    rows = []
    total = len(wanted) + len(batches) * len(plan.tubes)
    for batch in batches:
        for tube in plan.tubes:
            name = f"{code[batch]}-{panels[tube.panel].id}-reference.fcs"
            gates = _make_reference(study, made, tube, protocol, panels[tube.panel], folder / name, batch)
            rows.append((name, panels[tube.panel].id, "reference", code[batch], gates, "", "", ""))
            tell(len(rows), total, name)
    for one in wanted:
        panel = panels[one.tube.panel]
        _make_sample(study, made, one, folder / one.name)
        rows.append(
            (one.name, panel.id, "sample", code[one.visit], "", one.participant, one.visit, one.lymphocytes)
        )
        tell(len(rows), total, one.name)
    with (folder / "samples.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])


def is_made(folder: Path) -> bool:
    """Whether a folder was made here, so that it may be made anew. One of somebody's own files never is."""
    return (folder / _MARK).is_file()


def _batch_codes(study: Study, batches: Sequence[str]) -> dict[str, str]:
    """Number the batches in an order that tells nothing."""
    drawn = sorted(batches, key=lambda batch: _seed(study.id, batch, "code"))
    return {batch: f"B{number:02d}" for number, batch in enumerate(drawn, start=1)}


def _wanted(
    study: Study, plan: CytometryPlan, made: GatedDemonstration, records: pl.DataFrame
) -> Iterator[_Made]:
    """Give the files of the first participants whose form has values, visit by visit.

    A file is named by a code that tells neither participant nor visit.
    """
    entered = records.filter(pl.col("status") == "entered", pl.col("value").is_not_null())
    mine = entered.filter(pl.col("form") == plan.form)
    chosen = mine["participant"].unique().sort().head(made.participants)
    form, _, item = (plan.lymphocytes or "").partition(".")
    blood = entered.filter((pl.col("form") == form) & (pl.col("item") == item))
    counts = {(row[0], row[1]): row[2] for row in blood.select("participant", "visit", "value").iter_rows()}
    rows = mine.filter(pl.col("participant").is_in(chosen.implode()))
    for (participant, visit), page in rows.group_by("participant", "visit", maintain_order=True):
        held = dict(page.select("item", "value").iter_rows())
        for tube in plan.tubes:
            values = {name: float(held[name]) for name in made.cells if name in held}
            if set(tube.items) <= set(values):
                code = hashlib.sha256(f"{study.id} {participant} {visit} {tube.panel}".encode()).hexdigest()[
                    :10
                ]
                yield _Made(
                    name=f"{code}.fcs", tube=tube, visit=str(visit), participant=str(participant),
                    values=values, lymphocytes=str(counts.get((participant, visit), "")),
                )  # fmt: skip


def _fractions(made: GatedDemonstration, values: Mapping[str, float]) -> dict[str, float]:
    """Return shares of single live cells from percentages of lymphocytes, or of other cells."""
    shares = {"lymphocytes": _LYMPHOCYTES}
    later = []
    for item, said in made.cells.items():
        cells, _, whole = said.partition(" in ")
        if item in values and not whole:
            shares[cells] = _LYMPHOCYTES * values[item] / 100
        elif item in values:
            later.append((cells, whole, values[item] / 100))
    for cells, whole, share in later:
        if whole in shares:
            shares[cells] = shares[whole] * share
    return shares


def _seed(*words: str) -> int:
    return int.from_bytes(hashlib.sha256(" ".join(words).encode()).digest()[:4], "big")


def _gain(panel: str, *words: str) -> Mapping[str, float]:
    from lupustrial.cytometry.synthetic import batch_gain, synthetic_panel

    return batch_gain(synthetic_panel(panel), _seed(*words))


def _make_sample(study: Study, made: GatedDemonstration, one: _Made, path: Path) -> None:
    from lupustrial.cytometry.synthetic import make_file

    make_file(
        path,
        panel=made.panels[one.tube.panel],
        seed=_seed(study.id, one.name),
        donor=_seed(study.id, one.participant),
        fractions=_fractions(made, one.values),
        events=made.events,
        gain=_gain(made.panels[one.tube.panel], study.id, one.visit),
    )
    path.with_suffix(".labels.parquet").unlink()


def _make_reference(
    study: Study,
    made: GatedDemonstration,
    tube: GatedTube,
    protocol: Protocol,
    panel: Panel,
    path: Path,
    batch: str,
) -> str:
    """Write a reference tube and the gates drawn on it; return the name of the file of gates, if any."""
    from lupustrial.cytometry import Placed, Setting
    from lupustrial.cytometry.exchange import write_gatingml
    from lupustrial.cytometry.fcs import read_fcs
    from lupustrial.cytometry.prepare import prepare
    from lupustrial.cytometry.strategy import gate_tube
    from lupustrial.cytometry.synthetic import make_file
    from lupustrial.cytometry.transfer import region_of_labels

    strategy = protocol.strategies[panel.id]
    labels = make_file(
        path,
        panel=made.panels[tube.panel],
        seed=_seed(study.id, batch, panel.id, "reference"),
        events=_REFERENCE_EVENTS,
        gain=_gain(made.panels[tube.panel], study.id, batch),
    )
    path.with_suffix(".labels.parquet").unlink()
    if not strategy.templates:
        return ""
    gated = gate_tube(prepare(read_fcs(path), panel), strategy)
    events = {gate.population: gate.inside for gate in gated.gates}
    gates = []
    for gate in gated.gates:
        columns = made.drawn.get(gate.population)
        if columns is not None and gate.parent is not None:
            setting = Setting(tube=gated.tube, parent=events[gate.parent], populations=events)
            labelled = np.isin(labels, _members(made, tube, gate.population))
            region = region_of_labels(setting, labelled, columns)
            placed = Placed(region=region, confidence=1.0, reason="drawn")
            gates.append(replace(gate, placed=placed))
        else:
            gates.append(gate)
    text = write_gatingml(replace(gated, gates=tuple(gates)), panel=panel)
    path.with_suffix(".xml").write_text(text, encoding="utf-8")
    return path.with_suffix(".xml").name


def _members(made: GatedDemonstration, tube: GatedTube, population: str) -> list[str]:
    """Return the synthetic cells of a population: those of the item that holds it."""
    from lupustrial.cytometry.synthetic import catalogue

    item = next(name for name, gated in tube.items.items() if gated.population == population)
    return [*catalogue().members(made.cells[item].partition(" in ")[0])]
