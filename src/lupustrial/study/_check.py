"""All cross-checks of a study, one after the other."""

from __future__ import annotations

from lupustrial.errors import Fault
from lupustrial.study._check_conditions import check_conditions
from lupustrial.study._check_conduct import check_conduct
from lupustrial.study._check_cytometry import check_cytometry
from lupustrial.study._check_forms import check_forms
from lupustrial.study._check_ids import check_ids
from lupustrial.study._check_plan import check_plan
from lupustrial.study._check_quality import check_quality
from lupustrial.study._check_randomisation import check_randomisation
from lupustrial.study._check_sample_size import check_sample_size
from lupustrial.study._check_schedule import check_schedule
from lupustrial.study._check_sdtm import check_sdtm
from lupustrial.study._check_visibility import check_visibility
from lupustrial.study._inspection import Inspection
from lupustrial.study._model import Study
from lupustrial.study._yaml import Branch


def cross_check(study: Study, tree: Branch, doubts: frozenset[str]) -> list[Fault]:
    """Return what is wrong with a study whose keys and types are right.

    Args:
        study: The study.
        tree: The tree it was built from, for the lines.
        doubts: Names of the parts that had to be left out.
    """
    inspection = Inspection(study=study, tree=tree, doubts=doubts)
    first = (check_ids, check_schedule, check_randomisation, check_sample_size)
    for check in (
        *first,
        check_conduct,
        check_forms,
        check_visibility,
        check_sdtm,
        check_conditions,
        check_plan,
        check_quality,
        check_cytometry,
    ):
        check(inspection)
    return inspection.faults
