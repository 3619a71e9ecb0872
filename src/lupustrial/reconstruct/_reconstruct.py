"""Published tables into a synthetic cohort at item level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lupustrial.reconstruct._body import fit_bodies
from lupustrial.reconstruct._calendar import call_up
from lupustrial.reconstruct._cohort import Cohort, draw_cohort, generator_of
from lupustrial.reconstruct._events import draw_background, draw_events
from lupustrial.reconstruct._list import list_for
from lupustrial.reconstruct._read import read_targets
from lupustrial.reconstruct._records import Extras, write_allocation, write_records
from lupustrial.reconstruct._selfcheck import check_cohort, notes_of
from lupustrial.reconstruct._targets import Targets
from lupustrial.study import Source, Stamp, Study


def reconstruct(study: Study, *, progress: Callable[[str], None] | None = None) -> Source:
    """Make a synthetic cohort that reproduces the published figures of a study.

    Every published count is exact. Means, standard deviations, quantiles and ranges are met to the printed
    digits wherever they are jointly attainable; ``stamp.notes`` lists the others with the nearest attained
    value and the figures that exclude them. What is not published is drawn by the assumptions of
    ``published/model.yaml`` and ``published/drawing.yaml``. The same files give the same bytes.

    Args:
        study: A checked study with a folder ``published/``.
        progress: Receives a line at the start of each step.

    Returns:
        Records of every item of every form at every visit attended, the allocation, and a stamp that says
        that nothing was observed, which (parameter, week) pairs follow published figures of every arm, and
        what was not attained.

    Raises:
        ReconstructError: the files are at fault (RECON-001 to RECON-029), their figures exclude each other
            (RECON-030 to RECON-037), or the finished records miss a count (RECON-040).
    """
    say = progress or (lambda _: None)
    say("reading the published figures")
    targets = read_targets(study)
    cohort = draw_cohort(study, targets, say)
    extras = _extras(study, targets, cohort)
    say("writing records")
    arms = {name: arm.members for name, arm in cohort.arms.items()}
    made = list_for(study, targets, {name: len(members) for name, members in arms.items()})
    people = call_up(study, targets, arms, made, generator_of(targets, "calendar"))
    records = write_records(study, targets, cohort, people, extras, generator_of(targets, "records"))
    allocation = write_allocation(people)
    say("checking every figure against the records")
    outcomes = check_cohort(study, targets, cohort, records, allocation)
    stamp = Stamp(
        synthetic=True,
        origin=f"synthetic participants, reconstructed from the published tables of {targets.short}; "
        "nobody's data were used",
        published=_published(study, targets),
        notes=tuple(notes_of(study, targets, cohort, outcomes)),
    )
    return Source(records=records, allocation=allocation, stamp=stamp)


def _extras(study: Study, targets: Targets, cohort: Cohort) -> Extras:
    """Sex, adverse events and background drugs, and bodies whose values go together."""
    first = study.baseline_visit.week
    scales = {name: quantity.scale for name, quantity in cohort.quantities.items()}
    body = targets.drawing.body
    event_form = str(targets.drawing.logs.events.get("form", ""))
    extras = Extras(sex={}, had={}, drugs={})
    for name, arm in cohort.arms.items():
        sex = dict.fromkeys((member.index for member in arm.members), "F")
        if body is not None:
            generator = generator_of(targets, f"body {name}")
            sex, unmet = fit_bodies(targets, body, arm.members, arm.numbers, scales, first, generator)
            arm.aims = replace(arm.aims, unmet={**arm.aims.unmet, **{each: [] for each in unmet}})
        extras.sex[name] = sex
        events = generator_of(targets, f"events {name}")
        extras.had[name] = draw_events(targets, cohort.quantities, arm.members, event_form, events)
        extras.drugs[name] = draw_background(targets, arm.members, generator_of(targets, f"drugs {name}"))
    return extras


def _published(study: Study, targets: Targets) -> frozenset[tuple[str, int]]:
    """(parameter, week) pairs of which every arm's figures are printed."""
    first = study.baseline_visit.week
    arms = {arm.id for arm in study.arms}
    printed: dict[tuple[str, int], set[str]] = {}
    for target in targets.targets:
        printed.setdefault((target.parameter, first if target.week is None else target.week), set()).add(
            target.arm
        )
    of_every_arm = {pair for pair, which in printed.items() if which == arms}
    return frozenset(of_every_arm | {(step, first) for step in targets.flow})
