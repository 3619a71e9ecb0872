"""Consent documents, identifying data, unscheduled visits and the clock of safety fit the study."""

from __future__ import annotations

import re
from itertools import pairwise

from lupustrial.study._inspection import Inspection, Path
from lupustrial.study._model import Form

_DOCUMENT = re.compile(r"documents/[A-Za-z0-9_][A-Za-z0-9_.-]*\.(?:md|txt)")


def check_conduct(inspection: Inspection) -> None:
    """STUDY-120 to STUDY-124."""
    study = inspection.study
    _check_consent(inspection)
    forms = {form.id: form for form in study.forms}
    if study.unscheduled is not None:
        for place, name in enumerate(study.unscheduled.forms):
            inspection.refer("STUDY-122", ("unscheduled", "forms", place), name, forms, "forms")
        for place, visit in enumerate(study.visits):
            if re.fullmatch(r"UNS[0-9]+", visit.id):
                hint = "UNS1, UNS2, … are the unscheduled visits"
                message = f"a planned visit is called `{visit.id}`"
                inspection.error("STUDY-122", ("visits", place, "id"), message, hint)
    for place, name in enumerate(study.identifiers):
        if name in study.identifiers[:place]:
            message = f"`{name}` stands twice"
            inspection.error("STUDY-123", ("identifiers", place), message, "remove one")
    _check_expedited(inspection, forms)


def _check_consent(inspection: Inspection) -> None:
    study = inspection.study
    versions = [one.version for one in study.consent]
    for place, one in enumerate(study.consent):
        path: Path = ("consent", place)
        if one.version in versions[:place]:
            message = f"version `{one.version}` stands twice"
            inspection.error("STUDY-120", (*path, "version"), message, "give each its own")
        if not _DOCUMENT.fullmatch(one.document):
            hint = "write e.g. documents/consent-1.0.md"
            message = f"`{one.document}` is no text in the folder documents"
            inspection.error("STUDY-121", (*path, "document"), message, hint)
        elif not _readable(inspection, one.document):
            message = f"`{one.document}` is missing, empty, or not UTF-8"
            inspection.error("STUDY-121", (*path, "document"), message, "put the text there")
    for place, (before, after) in enumerate(pairwise(study.consent), start=1):
        if after.valid <= before.valid:
            message = f"version {after.version} is valid from {after.valid}, not after {before.version}"
            hint = "list them in order of `valid`"
            inspection.error("STUDY-120", ("consent", place, "valid"), message, hint)


def _readable(inspection: Inspection, name: str) -> bool:
    path = inspection.study.folder / name
    try:
        return path.is_file() and bool(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return False


def _check_expedited(inspection: Inspection, forms: dict[str, Form]) -> None:
    rule = inspection.study.expedited
    if rule is None or not inspection.refer("STUDY-124", ("expedited", "form"), rule.form, forms, "forms"):
        return
    form = forms[rule.form]
    items = {item.id: item for item in form.items}
    if not any(item.sdtm is not None and item.sdtm.variable == "AESER" for item in form.items):
        hint = "annotate the item that tells whether an event is serious with `variable: AESER`"
        message = f"form `{form.id}` does not tell which events are serious"
        inspection.error("STUDY-124", ("expedited", "form"), message, hint)
    for key, name in (("aware", rule.aware), ("reported", rule.reported)):
        path: Path = ("expedited", key)
        named = bool(name) or key == "aware"
        if named and inspection.refer("STUDY-124", path, name, items, "items") and items[name].type != "date":
            message = f"`{name}` is no date"
            inspection.error("STUDY-124", path, message, "name a date item of the form")
    for key, days in (("fatal_days", rule.fatal_days), ("other_days", rule.other_days)):
        if days < 1:
            message = f"`{key}` is {days}"
            inspection.error("STUDY-124", ("expedited", key), message, "write a whole number from 1")
