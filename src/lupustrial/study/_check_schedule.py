"""Epochs, visits, arms and doses fit together."""

from __future__ import annotations

from itertools import pairwise

from lupustrial.study._inspection import Inspection, Path
from lupustrial.study._model import Arm, Visit


def check_schedule(inspection: Inspection) -> None:
    """STUDY-012 to STUDY-016 and STUDY-020 to STUDY-023."""
    for place, visit in enumerate(inspection.study.visits):
        _check_visit(inspection, place, visit)
    _check_order(inspection)
    _check_arms(inspection)
    for place, arm in enumerate(inspection.study.arms):
        _check_dosing(inspection, place, arm)
    _check_products(inspection)


def _check_visit(inspection: Inspection, place: int, visit: Visit) -> None:
    path: Path = ("visits", place)
    epochs = [epoch.id for epoch in inspection.study.epochs]
    inspection.refer("STUDY-012", (*path, "epoch"), visit.epoch, epochs, "epochs")
    before, after = visit.window
    if not before <= 0 <= after:
        hint = "write [days before, as a negative number, days after], e.g. [-3, 3]"
        inspection.error(
            "STUDY-023", (*path, "window"), f"window {before} to {after} excludes the visit day", hint
        )
    if visit.day == 0:
        hint = "the first dose is day 1, the day before it day -1"
        inspection.error("STUDY-013", (*path, "day"), "there is no study day 0", hint)


def _check_order(inspection: Inspection) -> None:
    visits = inspection.study.visits
    if inspection.doubtful("visits"):
        return
    for place, (before, after) in enumerate(pairwise(visits), start=1):
        path: Path = ("visits", place)
        for key in ("number", "week", "day"):
            if getattr(after, key) <= getattr(before, key):
                message = f"{key} {getattr(after, key)} of {after.id} does not follow {getattr(before, key)}"
                hint = f"list the visits in order: after {before.id} comes a greater {key}"
                inspection.error("STUDY-013", (*path, key), f"{message} of {before.id}", hint)
                break
        else:
            if before.day + before.window[1] >= after.day + after.window[0]:
                message = f"the windows of {before.id} and {after.id} overlap"
                hint = "a visit on a common day belongs to the visit it was recorded as"
                inspection.warning("STUDY-014", (*path, "window"), message, hint)
    baselines = [place for place, visit in enumerate(visits) if visit.baseline]
    if not baselines:
        hint = "give one visit `baseline: true`, the last before the first dose"
        inspection.error("STUDY-015", ("visits",), "no visit is the baseline", hint)
    for place in baselines[1:]:
        message = f"{visits[place].id} is a second baseline beside {visits[baselines[0]].id}"
        inspection.error("STUDY-015", ("visits", place, "baseline"), message, "keep one")


def _check_arms(inspection: Inspection) -> None:
    study = inspection.study
    if inspection.doubtful("arms"):
        return
    references = [place for place, arm in enumerate(study.arms) if arm.reference]
    if not study.arms:
        inspection.error("STUDY-016", ("arms",), "the study has no arms", "list at least one")
    elif len(study.arms) > 1 and not references:
        hint = "give the control arm `reference: true`; differences are arm minus reference"
        inspection.error("STUDY-016", ("arms",), "no arm is the reference", hint)
    for place in references[1:]:
        message = (
            f"`{study.arms[place].id}` is a second reference arm beside `{study.arms[references[0]].id}`"
        )
        inspection.error("STUDY-016", ("arms", place, "reference"), message, "keep one")
    planned = sum(arm.planned for arm in study.arms)
    if planned != study.design.planned_participants:
        message = f"the arms plan {planned} participants, the design {study.design.planned_participants}"
        inspection.warning("STUDY-021", ("design", "planned_participants"), message, "make them agree")


def _check_dosing(inspection: Inspection, place: int, arm: Arm) -> None:
    dosing = arm.dosing
    if dosing is None:
        return
    path: Path = ("arms", place, "dosing")
    products = [product.id for product in inspection.study.products]
    inspection.refer("STUDY-020", (*path, "product"), dosing.product, products, "products")
    for key in ("every_days", "injections", "cycle_days", "cycles"):
        if getattr(dosing, key) < 1:
            hint = "write a whole number from 1"
            inspection.error("STUDY-020", (*path, key), f"`{key}` is {getattr(dosing, key)}", hint)
            return
    last = (dosing.injections - 1) * dosing.every_days + 1
    if last > dosing.cycle_days:
        message = f"the last injection falls on day {last} of a cycle of {dosing.cycle_days} days"
        hint = "lengthen `cycle_days`, or lessen `injections` or `every_days`"
        inspection.error("STUDY-020", (*path, "cycle_days"), message, hint)


def _check_products(inspection: Inspection) -> None:
    products = [product.id for product in inspection.study.products]
    for place, product in enumerate(inspection.study.products):
        if product.matches is not None:
            inspection.refer(
                "STUDY-020", ("products", place, "matches"), product.matches, products, "products"
            )
