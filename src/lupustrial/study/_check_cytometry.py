"""What is gated is recorded in a form that exists, from files of the study folder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from lupustrial.study._cytometry import CytometryPlan, GatedDemonstration, GatedTube
from lupustrial.study._inspection import Inspection, Path
from lupustrial.study._model import Item

_FILE = re.compile(r"cytometry/[A-Za-z0-9_][A-Za-z0-9_.-]*\.yaml")
_READY = re.compile(r"[a-z0-9][a-z0-9-]*")


def check_cytometry(inspection: Inspection) -> None:
    """STUDY-125 and STUDY-126. What stands in panel and strategy is judged where they are used."""
    plan = inspection.study.cytometry
    if plan is None:
        return
    forms = {form.id: form for form in inspection.study.forms}
    known = inspection.refer("STUDY-126", ("cytometry", "form"), plan.form, forms, "forms")
    items = {item.id: item for item in forms[plan.form].items} if known else {}
    for number, tube in enumerate(plan.tubes):
        path: Path = ("cytometry", "tubes", number)
        _check_files(inspection, path, tube)
        for name in tube.items if known else ():
            _check_item(inspection, (*path, "items", name), name, items, ("decimal", "integer"))
        for key, item in (("file", tube.file), ("gating", tube.gating)):
            if item and known:
                _check_item(inspection, (*path, key), item, items, ("text",))
    twice = [name for name, times in Counter(_recorded(plan)).items() if times > 1]
    if twice:
        hint = "each item of the form holds one thing"
        message = f"recorded twice: {', '.join(twice)}"
        inspection.error("STUDY-126", ("cytometry", "tubes"), message, hint)
    if plan.lymphocytes:
        every = {f"{form.id}.{item.id}" for form in forms.values() for item in form.items}
        inspection.refer("STUDY-126", ("cytometry", "lymphocytes"), plan.lymphocytes, sorted(every), "items")
    if plan.demonstration is not None:
        _check_demonstration(inspection, plan, plan.demonstration)


def _check_demonstration(inspection: Inspection, plan: CytometryPlan, made: GatedDemonstration) -> None:
    path: Path = ("cytometry", "demonstration")
    if made.participants < 1 or made.events < 1:
        hint = "write at least 1, or leave the demonstration out"
        inspection.error("STUDY-126", path, "nothing would be made", hint)
    panels = [tube.panel for tube in plan.tubes]
    items = [name for tube in plan.tubes for name in tube.items]
    for key, named, known, what in (
        ("panels", made.panels, panels, "panels of the tubes"),
        ("cells", made.cells, items, "items of the tubes"),
    ):
        for name in named:
            inspection.refer("STUDY-126", (*path, key, name), name, known, what)
        lacking = [name for name in known if name not in named]
        if lacking:
            hint = "name one for each"
            inspection.error("STUDY-126", (*path, key), f"lacks {', '.join(lacking)}", hint)


def _check_item(
    inspection: Inspection, path: Path, name: str, items: Mapping[str, Item], types: tuple[str, ...]
) -> None:
    if inspection.refer("STUDY-126", path, name, items, "items") and items[name].type not in types:
        message = f"`{name}` is of type {items[name].type}"
        inspection.error("STUDY-126", path, message, f"name an item of type {' or '.join(types)}")


def _recorded(plan: CytometryPlan) -> list[str]:
    named = [(*tube.items, tube.file, tube.gating) for tube in plan.tubes]
    return [name for names in named for name in names if name]


def _check_files(inspection: Inspection, path: Path, tube: GatedTube) -> None:
    for key, name in (("panel", tube.panel), ("strategy", tube.strategy)):
        if key == "strategy" and _READY.fullmatch(name):
            continue
        if not _FILE.fullmatch(name):
            hint = f"write e.g. cytometry/{key}.yaml"
            message = f"`{name}` is no file in the folder cytometry"
            inspection.error("STUDY-125", (*path, key), message, hint)
        elif not (inspection.study.folder / name).is_file():
            inspection.error("STUDY-125", (*path, key), f"`{name}` is missing", "put it there")
