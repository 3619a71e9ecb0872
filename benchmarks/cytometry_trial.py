"""A simulated trial through the whole gating: is the effect on NK cells and Treg recovered, and none made up?

Sixty participants, ten visits, two tubes a visit (tbnk, treg), each with labelled synthetic events. The
active arm's NK cells rise from 6.5 to 12 % of lymphocytes, its Treg to 1.5 times their share of CD4 T cells,
over five visits. Participants, visits and batches differ at random; each batch's detectors run at gains of
1 ± 30 %. NK cells are gated by the ready strategy `tbnk`, Treg by `treg` with a template from one reference
tube a batch. Gating is told neither arm nor visit. Then:

* the ratio of change (active over control, last visit over baseline, geometric means) as gated, against the
  same ratio of the labels of the same tubes, of the shares drawn for them, and over all trials against the
  ratio put in;
* in trials without an effect, arms are drawn again and again: how often does a test at 5 % find a difference?

    python benchmarks/cytometry_trial.py [--participants 60] [--visits 10] [--events 8000] [--nulls 4]
        [--draws 2000] [--fits 500] [--seed 1001] [--processes 2] [--files]
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lupustrial import stats
from lupustrial.cytometry import Setting
from lupustrial.cytometry.fcs import read_fcs
from lupustrial.cytometry.panel import Panel, read_panel
from lupustrial.cytometry.prepare import prepare
from lupustrial.cytometry.strategy import Step, Strategy, gate_tube, ready_strategy
from lupustrial.cytometry.synthetic import (
    as_file,
    batch_gain,
    catalogue,
    donor_fractions,
    make_events,
    panel_text,
    synthetic_panel,
    write_events,
)
from lupustrial.cytometry.transfer import Template, TemplateGate, make_template, region_of_labels

Array = npt.NDArray[np.float64]

EFFECT = {"NK": 12 / 6.5, "Treg": 1.5}
BASE = {"NK": 0.065, "Treg": 0.06}  # of lymphocytes; of CD4 T cells
BETWEEN, WITHIN = 0.35, 0.20  # standard deviations of log shares: between participants, between visits
RAMP = 5  # visits until the whole effect is there
WAVE = 5  # participants who are enrolled together; a batch is what is run in the same week
CONTROL = 7_000_000  # donor of the technical control in every batch
OF = {"NK": "lymphocytes", "Treg": "CD4"}
LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A visit of a participant: what is put in, and the batch. The gating sees only its tubes."""

    trial: int
    participant: int
    number: int
    batch: int
    nk: float
    treg: float
    events: int
    as_files: bool = False

    @property
    def seed(self) -> int:
        """Seed of its tubes."""
        return (self.trial * 1000 + self.participant) * 100 + self.number


def made_visits(
    trial: int, *, participants: int, visits: int, events: int, effect: bool, as_files: bool = False
) -> list[Visit]:
    """Make the visits of a trial; odd participants are active."""
    random = np.random.default_rng([20_200_101, trial])
    made = []
    for participant in range(participants):
        own = {name: math.log(BASE[name]) + BETWEEN * random.standard_normal() for name in ("NK", "Treg")}
        for number in range(visits):
            grown = min(1.0, number / min(RAMP, visits - 1)) * (participant % 2) * effect
            share = {
                name: math.exp(own[name] + grown * math.log(EFFECT[name]) + WITHIN * random.standard_normal())
                for name in ("NK", "Treg")
            }
            made.append(
                Visit(
                    trial=trial, participant=participant, number=number, batch=participant // WAVE + number,
                    nk=min(share["NK"], 0.4), treg=min(share["Treg"], 0.25), events=events, as_files=as_files,
                )
            )  # fmt: skip
    return made


def shares(visit: Visit) -> dict[str, float]:
    """Return the shares of subsets among single live cells of a visit's tubes."""
    donor = donor_fractions(visit.trial * 1000 + visit.participant)
    groups = catalogue().groups
    whole = {name: sum(donor[cell] for cell in groups[name]) for name in ("lymphocytes", "cd4", "treg", "nk")}
    asked = dict(donor)
    for cell in groups["nk"]:
        asked[cell] = donor[cell] / whole["nk"] * visit.nk * whole["lymphocytes"]
    for cell in groups["cd4"]:
        treg = cell in groups["treg"]
        part = whole["treg"] if treg else whole["cd4"] - whole["treg"]
        asked[cell] = donor[cell] / part * (visit.treg if treg else 1 - visit.treg) * whole["cd4"]
    # What NK cells take, the other lymphocytes give.
    others = [cell for cell in groups["lymphocytes"] if cell not in groups["nk"]]
    scale = (1 - visit.nk) * whole["lymphocytes"] / sum(asked[cell] for cell in others)
    asked |= {cell: asked[cell] * scale for cell in others}
    total = sum(asked.values())
    return {cell: share / total * (1 - 1e-12) for cell, share in asked.items()}


def gated(visit: Visit) -> dict[str, tuple[float, float]]:
    """Return the percentage of each subset as gated and as labelled; nan where it was not gated."""
    found = {}
    for name, panel, population in (("NK", "tbnk", "NK cells"), ("Treg", "treg", "Treg")):
        made = make_events(
            panel, seed=visit.seed, events=visit.events, fractions=shares(visit),
            donor=visit.trial * 1000 + visit.participant,
            gain=batch_gain(synthetic_panel(panel), visit.trial * 100 + visit.batch),
        )  # fmt: skip
        tube = prepare(_through_file(made) if visit.as_files else as_file(made), _panel(panel))
        if name == "NK":
            result = gate_tube(tube, ready_strategy("tbnk"))
            of = "lymphocytes"
        else:
            templates = {"Treg": _template(visit.trial * 100 + visit.batch)}
            result = gate_tube(tube, _treg_strategy(), templates=templates)
            of = "CD4 T cells"
        counts = {gate.population: gate.count for gate in result.gates}
        percent = counts.get(population, math.nan) / counts[of] if counts.get(of) else math.nan
        groups = catalogue().groups
        inside, whole = (np.isin(made.labels, groups[each.lower()]).sum() for each in (name, OF[name]))
        found[name] = (100 * percent, 100 * float(inside / whole))
    return found


def _through_file(made: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tube.fcs"
        write_events(path, made)
        return read_fcs(path)


@cache
def _panel(name: str) -> Panel:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.yaml"
        path.write_text(panel_text(name), encoding="utf-8")
        return read_panel(path)


@cache
def _treg_strategy() -> Strategy:
    """Return the ready strategy `treg`, with the template in place of the mixture, and nothing below it."""
    ready = ready_strategy("treg")
    template = Step(method="template", parameters=TemplateGate(template="Treg"))
    place = [each.name for each in ready.populations].index("Treg")
    kept = [*ready.populations[:place], replace(ready.populations[place], steps=(template,))]
    return replace(ready, populations=tuple(kept))


@cache
def _template(batch: int) -> Template:
    """Return the reader's gate in a batch's reference tube: the technical control, gated by its labels."""
    made = make_events(
        "treg", seed=batch, events=30_000, donor=CONTROL, gain=batch_gain(synthetic_panel("treg"), batch)
    )
    tube = prepare(as_file(made), _panel("treg"))
    parent = gate_tube(tube, ready_strategy("treg")).gate("CD4 T cells").inside
    setting = Setting(tube=tube, parent=parent, populations={})
    labelled = np.isin(made.labels, catalogue().groups["treg"])
    return make_template(setting, region_of_labels(setting, labelled, ("CD25", "CD127")), population="Treg")


def run_trial(visits: list[Visit], *, processes: int) -> dict[str, Array]:
    """Gate every visit; return (participants, visits, 2) percentages as gated and as labelled, by subset."""
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            found = list(pool.map(gated, visits, chunksize=8))
    else:
        found = [gated(visit) for visit in visits]
    shape = (1 + visits[-1].participant, 1 + visits[-1].number, 2)
    return {name: np.asarray([each[name] for each in found]).reshape(shape) for name in EFFECT}


def ratio_of_change(percent: Array) -> tuple[float, float]:
    """Return the ratio of change, active over control, baseline to last visit, and the error of its log."""
    change = np.log(percent[:, -1] / percent[:, 0])
    control, active = (change[at::2][np.isfinite(change[at::2])] for at in (0, 1))
    error = math.sqrt(active.var(ddof=1) / active.size + control.var(ddof=1) / control.size)
    return math.exp(active.mean() - control.mean()), error


def logit(percent: Array) -> Array:
    """Return the logit of percentages; a percentage of nothing counts as half an event of ten thousand."""
    share = np.clip(percent / 100, 5e-5, 1 - 5e-5)
    return np.asarray(np.log(share / (1 - share)))


def p_values(percent: Array, active: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Return the paper's tests of the change at the last visit: t, Mann-Whitney."""
    change = (percent[:, -1] - percent[:, 0]).tolist()
    a = [value for value, one in zip(change, active, strict=True) if one and math.isfinite(value)]
    b = [value for value, one in zip(change, active, strict=True) if not one and math.isfinite(value)]
    return {
        "t test of the change": stats.t_test(a, b).p_value,
        "Mann-Whitney of the change": stats.mann_whitney(a, b).p_value,
    }


def p_value_of_model(percent: Array, active: npt.NDArray[np.bool_]) -> float:
    """Return the p value at the last visit of a mixed model on logit percentages, baseline as covariate."""
    value = logit(percent)
    visits = percent.shape[1] - 1
    who, when = np.nonzero(np.isfinite(value[:, 1:]) & np.isfinite(value[:, :1]))
    each = np.eye(visits)[when]
    x = np.hstack([each, each * active[who][:, None], value[who, :1]])
    fit = stats.fit_mmrm(value[who, when + 1], x, who, when)
    row = np.zeros(x.shape[1])
    row[2 * visits - 1] = 1.0
    return stats.test_contrast(fit, row).p_value


def rejections(
    test: Callable[[Array, npt.NDArray[np.bool_]], Mapping[str, float] | float],
    percent: Array,
    draws: int,
    seed: int,
) -> dict[str, int]:
    """Draw arms again and again; return how often each test rejects at 5 %."""
    random = np.random.default_rng([seed, draws])
    counts: dict[str, int] = {}
    active = np.arange(percent.shape[0]) % 2 == 1
    for _ in range(draws):
        found = test(percent, random.permutation(active))
        for name, value in (found if isinstance(found, Mapping) else {"mixed model": found}).items():
            counts[name] = counts.get(name, 0) + (value < LEVEL)
    return counts


def null_rejections(trial: int, percent: Array, draws: int, fits: int) -> dict[str, tuple[int, int]]:
    """Return for each test (rejections, draws) in one trial without an effect."""
    found = {name: (count, draws) for name, count in rejections(p_values, percent, draws, trial).items()}
    model = rejections(p_value_of_model, percent, fits, trial)
    return found | {name: (count, fits) for name, count in model.items()}


def main() -> None:
    """Print what is recovered, and how often a difference is found where there is none."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in (
        ("participants", 60), ("visits", 10), ("events", 8000), ("trials", 3), ("nulls", 4), ("draws", 2000),
        ("fits", 500), ("seed", 1001), ("processes", len(os.sched_getaffinity(0))),
    ):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--files", action="store_true", help="write and read an FCS file for every tube")
    given = parser.parse_args()
    make = partial(
        made_visits, participants=given.participants, visits=given.visits, events=given.events,
        as_files=given.files,
    )  # fmt: skip
    started = time.perf_counter()
    print(
        f"{given.participants} participants, {given.visits} visits, 2 tubes of {given.events:,} events each"
    )
    logs: dict[str, list[float]] = {name: [] for name in EFFECT}
    for trial in range(given.seed, given.seed + given.trials):
        visits = make(trial, effect=True)
        percent = run_trial(visits, processes=given.processes)
        for name, each in percent.items():
            drawn = np.asarray([getattr(visit, name.lower()) for visit in visits]).reshape(each.shape[:2])
            logs[name].append(_print_effect(trial, name, each, drawn))
    for name, found in logs.items() if given.trials else ():
        mean, put = math.exp(float(np.mean(found))), EFFECT[name]
        print(f"  {name}: over {len(found)} trials {mean:.3f}, put in {put:.3f}: {mean / put - 1:+.1%}")
    _print_nulls(make, given)
    print(f"  {time.perf_counter() - started:.0f} s")


def _print_effect(trial: int, name: str, percent: Array, drawn: Array) -> float:
    ours, error = ratio_of_change(percent[..., 0])
    labels, of_drawn = ratio_of_change(percent[..., 1])[0], ratio_of_change(drawn)[0]
    active = np.arange(percent.shape[0]) % 2 == 1
    p = {**p_values(percent[..., 0], active), "mixed model": p_value_of_model(percent[..., 0], active)}
    level = np.nanmedian(percent[..., 0] / percent[..., 1]) - 1
    print(
        f"  trial {trial}, {name}: ratio of change {ours:.3f} (error of its log {error:.3f}); "
        f"of the labels {labels:.3f}: {ours / labels - 1:+.1%}, "
        f"of the drawn {of_drawn:.3f}: {ours / of_drawn - 1:+.1%}; "
        f"level {level:+.1%}; not gated {int(np.isnan(percent[..., 0]).sum())}; "
        + ", ".join(f"{test} p = {value:.1e}" for test, value in p.items()),
        flush=True,
    )
    return math.log(ours)


def _print_nulls(make: Callable[..., list[Visit]], given: argparse.Namespace) -> None:
    totals: dict[tuple[str, str], list[int]] = {}
    for trial in range(given.seed + 500, given.seed + 500 + given.nulls):
        percent = run_trial(make(trial, effect=False), processes=given.processes)
        for name, each in percent.items():
            found = null_rejections(trial, each[..., 0], given.draws, given.fits)
            for test, (count, draws) in found.items():
                total = totals.setdefault((name, test), [0, 0])
                total[0] += count
                total[1] += draws
    for (name, test), (count, draws) in totals.items():
        print(f"  no effect, {name}, {test}: {count} of {draws} below 5 % = {count / draws:.2%}")


if __name__ == "__main__":
    main()
