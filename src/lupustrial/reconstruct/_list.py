"""The allocation list of a reconstructed trial: one that the study's own method gives.

A trial is reconstructed with as many participants in each arm as were published. The seed is drawn until the
list begins with just these numbers, so that the list is one that the method could have given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from lupustrial.allocation.methods import allocate_list, strata_of
from lupustrial.allocation.sealing import AllocationList, make_list
from lupustrial.reconstruct._cohort import generator_of
from lupustrial.reconstruct._people import members_of
from lupustrial.reconstruct._read import read_targets
from lupustrial.reconstruct._targets import Targets
from lupustrial.study import Study

_TRIES = 20_000


def reconstructed_list(study: Study) -> AllocationList | None:
    """Return the allocation list of the reconstructed trial of a study, or None where it has none.

    There is none where nobody is randomised, where the list is stratified or made by minimisation (the
    strata of synthetic participants follow from their arms here, not the other way round), or where it is
    too short for the published numbers.

    Raises:
        ReconstructError: the published targets are at fault.
    """
    targets = read_targets(study)
    return list_for(study, targets, {arm.id: len(members_of(study, targets, arm.id)) for arm in study.arms})


def list_for(study: Study, targets: Targets, sizes: Mapping[str, int]) -> AllocationList | None:
    """Return a list that begins with so many participants of each arm, or None as `reconstructed_list`."""
    rule = study.randomisation
    people = sum(sizes.values())
    length = rule.slots or study.design.planned_participants
    if rule.method in ("none", "minimisation") or len(strata_of(study)) > 1 or length < people:
        return None
    (stratum,) = strata_of(study)
    generator = generator_of(targets, "list")
    for _ in range(_TRIES):
        seed = generator.bytes(32)
        if Counter(allocate_list(rule, seed, stratum, people)) == Counter(sizes):
            return make_list(study, seed)
    return None
