"""Forms, items and codelists are sound."""

from __future__ import annotations

from lupustrial.study._inspection import Inspection, Path
from lupustrial.study._model import Form, Item

_NUMERIC = ("integer", "decimal")


def check_forms(inspection: Inspection) -> None:
    """STUDY-022, STUDY-024 to STUDY-028 and STUDY-035 to STUDY-038."""
    study = inspection.study
    visits = [visit.id for visit in study.visits]
    inspection.refer("STUDY-022", ("eligibility", "at"), study.eligibility.at, visits, "visits")
    _check_codelists(inspection)
    for place, form in enumerate(study.forms):
        path: Path = ("forms", place)
        for position, visit in enumerate(form.visits):
            inspection.refer("STUDY-022", (*path, "visits", position), visit, visits, "visits")
            if visit in form.visits[:position]:
                message = f"visit `{visit}` stands twice"
                inspection.error("STUDY-010", (*path, "visits", position), message, "remove one")
        _check_form(inspection, path, form)
        for position, item in enumerate(form.items):
            _check_item(inspection, (*path, "items", position), item)


def _check_codelists(inspection: Inspection) -> None:
    for name, entries in inspection.study.codelists.items():
        path: Path = ("codelists", name)
        if not entries:
            inspection.error("STUDY-024", path, f"codelist `{name}` is empty", "list its values")
        for place, entry in enumerate(entries):
            if entry.value in [earlier.value for earlier in entries[:place]]:
                message = f"value `{entry.value}` of {name} stands twice"
                inspection.error("STUDY-010", (*path, place, "value"), message, "remove one")


def _check_form(inspection: Inspection, path: Path, form: Form) -> None:
    if not form.items and not inspection.doubtful("items"):
        inspection.error(
            "STUDY-037", (*path, "items"), f"form `{form.id}` has no items", "add one, or remove it"
        )
    if form.items and all(item.folded for item in form.items):
        hint = "leave out `folded` where an item is asked in most participants"
        inspection.warning("STUDY-038", path, f"every item of form `{form.id}` is folded away", hint)
    if not form.visits and not form.log:
        hint = "list the visits at which it is filled in, or mark a log with `log: true`"
        inspection.error("STUDY-037", (*path, "visits"), f"form `{form.id}` is filled in at no visit", hint)
    dates = [item.id for item in form.items if item.type == "date"]
    if form.date is not None and form.date not in dates and not inspection.doubtful(form.date):
        hint = f"date items of the form: {', '.join(dates)}" if dates else "add a date item"
        message = f"`{form.date}` is no date item of {form.id}"
        inspection.error("STUDY-035", (*path, "date"), message, hint)
    if form.log and not dates and not inspection.doubtful("items"):
        hint = "add a date item; without one the visit at which it was collected dates an entry"
        inspection.warning("STUDY-036", path, f"nothing dates the entries of log `{form.id}`", hint)


def _check_item(inspection: Inspection, path: Path, item: Item) -> None:
    if item.type == "code":
        if item.codelist is None:
            hint = "name a codelist, e.g. `codelist: NY`"
            inspection.error("STUDY-024", path, f"item `{item.id}` has no codelist", hint)
        else:
            known = inspection.study.codelists
            inspection.refer("STUDY-024", (*path, "codelist"), item.codelist, known, "codelists")
    elif item.codelist is not None:
        message = f"item `{item.id}` of type {item.type} has a codelist"
        inspection.error("STUDY-024", (*path, "codelist"), message, "make it `type: code`, or remove it")
    if item.decimals is not None and (item.type != "decimal" or item.decimals < 0):
        message = f"`decimals: {item.decimals}` does not suit item `{item.id}` of type {item.type}"
        inspection.error(
            "STUDY-025", (*path, "decimals"), message, "only a `decimal` has decimals, 0 or more"
        )
    if item.type in _NUMERIC:
        _check_number(inspection, path, item)
    else:
        for key in ("unit", "units", "range", "normal"):
            if getattr(item, key):
                message = f"item `{item.id}` of type {item.type} has `{key}`"
                inspection.error("STUDY-026", (*path, key), message, "only numbers have it")


def _check_number(inspection: Inspection, path: Path, item: Item) -> None:
    if item.range is not None and item.range[0] > item.range[1]:
        message = f"the range of `{item.id}` runs from {item.range[0]} down to {item.range[1]}"
        inspection.error("STUDY-026", (*path, "range"), message, "write [lowest, highest]")
    for place, limits in enumerate(item.normal):
        where: Path = (*path, "normal", place)
        if limits.low is not None and limits.high is not None and limits.low > limits.high:
            message = f"the limits of `{item.id}` run from {limits.low} down to {limits.high}"
            inspection.error("STUDY-026", where, message, "exchange them")
        if limits.low is None and limits.high is None:
            inspection.error(
                "STUDY-026", where, f"limits of `{item.id}` without low and high", "give one or both"
            )
    if len({limits.sex for limits in item.normal}) < len(item.normal):
        message = f"item `{item.id}` has limits twice for the same sex"
        inspection.error("STUDY-026", (*path, "normal"), message, "keep one, or give each a `sex`")
    _check_units(inspection, path, item)


def _check_units(inspection: Inspection, path: Path, item: Item) -> None:
    if item.units and not item.unit:
        message = f"item `{item.id}` has further units but no standard unit"
        inspection.error("STUDY-028", (*path, "units"), message, "add `unit:`")
    seen = {item.unit}
    for place, unit in enumerate(item.units):
        where: Path = (*path, "units", place)
        if unit.unit in seen:
            inspection.error(
                "STUDY-028", where, f"unit `{unit.unit}` of `{item.id}` stands twice", "remove one"
            )
        seen.add(unit.unit)
        if unit.factor <= 0:
            message = f"the factor of `{unit.unit}` is {unit.factor}"
            hint = "value x factor = value in the standard unit; it is positive"
            inspection.error("STUDY-028", (*where, "factor"), message, hint)
