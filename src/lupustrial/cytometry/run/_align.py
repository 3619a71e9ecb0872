"""Borrowing within a batch: every sample is laid under the templates once before any is gated for good.

What a sample tells, shifts and stretches, is kept as a part like its results are, so that a run that goes on
asks no tube twice. Which tubes a batch has is in the templates that come out, and so in the key of each file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lupustrial.cytometry._gate import Gated, Setting, hash_of
from lupustrial.cytometry.run._job import Job
from lupustrial.cytometry.run._one import read_tube
from lupustrial.cytometry.run._parts import Parts
from lupustrial.cytometry.run._pool import Pool, Progress
from lupustrial.cytometry.run._samples import Sample
from lupustrial.cytometry.strategy import gate_tube
from lupustrial.cytometry.transfer import Fit, Template, TemplateGate, align, borrow

if TYPE_CHECKING:
    from lupustrial.cytometry._tube import Tube


def with_borrowed(
    jobs: Sequence[Job], samples: Mapping[str, Sample], out: Path, pool: Pool, progress: Progress
) -> tuple[tuple[Job, ...], tuple[str, ...]]:
    """Return the jobs with the templates of their batch as its samples tell them, and the keys of the parts.

    Only samples tell anything: not the reference itself, nor control tubes. Files without a batch have none
    to borrow from.
    """
    lenders = {_key(job): job for job in jobs if _lends(job, samples[job.sha256])}
    store = Parts(out)
    left = {key: job for key, job in lenders.items() if store.read(key) is None}
    pool.run(align_and_keep, left, out, progress=progress, done=len(lenders) - len(left))
    told: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for key, job in sorted(lenders.items(), key=lambda one: one[1].sha256):
        part = store.read(key)
        told.setdefault(_batch(job, samples), []).append({} if part is None else part["alignments"])
    learnt = [replace(job, templates=_learnt(job, told.get(_batch(job, samples), []))) for job in jobs]
    return tuple(learnt), tuple(lenders)


def align_and_keep(key: str, job: Job, out: Path) -> None:
    """Lay the templates on a tube and keep how they lie; of a tube that cannot be used nothing."""
    try:
        found = dict(_alignments(job))
    except Exception:  # noqa: BLE001 - the tube is gated later, and told there with every fault
        found = {}
    Parts(out).write(key, {"sha256": job.sha256, "alignments": found})


def _lends(job: Job, sample: Sample) -> bool:
    return sample.role == "sample" and bool(sample.batch) and bool(job.templates)


def _batch(job: Job, samples: Mapping[str, Sample]) -> tuple[str, str]:
    return samples[job.sha256].batch, job.panel.id


def _key(job: Job) -> str:
    """Return the key of what a tube tells: it depends neither on decisions nor on quality control."""
    return hash_of({"aligned": replace(job, decisions=(), reference=None, blood_count=None, plots=True).key})


def _learnt(job: Job, told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        name: borrow(template, [_fits(template, each[name]) for each in told if name in each])
        for name, template in job.templates.items()
    }


def _fits(template: Template, at: Sequence[Sequence[float]]) -> tuple[Fit, ...]:
    """Return alignments as `borrow` asks for them: it looks at shifts and stretches alone."""
    return tuple(
        Fit(
            ground=ground, at=np.asarray(each, dtype=np.float64), match=1.0, events=0,
            covariance=np.zeros((len(each), len(each))),
        )
        for ground, each in zip(template.grounds, at, strict=True)
    )  # fmt: skip


def _alignments(job: Job) -> Iterator[tuple[str, list[list[float]]]]:
    """Give each template that could be laid on the tube, with the shifts and stretches of its shapes."""
    _, tube = read_tube(job, job.name, job.path, job.sha256)
    controls: dict[str, Tube | Gated] = {
        name: read_tube(job, path.name, path, sha256)[1] for name, path, sha256 in job.controls
    }
    gated = gate_tube(tube, job.strategy, templates=job.templates, controls=controls)
    events = {gate.population: gate.inside for gate in gated.gates}
    for gate in gated.gates:
        # a template that was left where the reference has it tells nothing of the batch
        if not any(name.endswith("aligned") and value for name, value in gate.placed.numbers.items()):
            continue
        everything = np.ones(len(gated.tube), dtype=np.bool_)
        parent = everything if gate.parent is None else events[gate.parent]
        setting = Setting(tube=gated.tube, parent=parent, populations=events)
        for given in _by_template(job, gate.population):
            template = job.templates.get(given.template)
            if template is not None and (given.anchor is None or given.anchor in events):
                fits = align(template, setting, bend=given.bend)
                yield given.template, [[float(value) for value in fit.at] for fit in fits]


def _by_template(job: Job, population: str) -> Iterator[TemplateGate]:
    for step in job.strategy.population(population).steps:
        for choice in step.choices:
            if isinstance(choice.parameters, TemplateGate):
                yield choice.parameters
