"""Blank forms: one, or the whole case report form, with or without SDTM annotation."""

from __future__ import annotations

from typing import Any

from lupustrial.capture.access import Acting, forms_seen
from lupustrial.capture.doors.paper._set import Paper, form_of, item_of, set_paper, study_of
from lupustrial.capture.doors.paper._words import words
from lupustrial.study import Form, Study, sight_of


def blank_form(study: Study, acting: Acting, form: str, *, annotated: bool, demo: bool = False) -> Paper:
    """Print a blank form with the items that a role sees.

    Raises:
        KeyError: The study has no such form.
        CaptureError: CAPT-077, it cannot be set.
    """
    known = study.form(form)
    kind = "annotated" if annotated else "blank"
    content = _content(study, acting, [known], annotated=annotated, demo=demo)
    return set_paper(study, content, f"{study.id.lower()}-{form}-{kind}.pdf")


def blank_crf(study: Study, acting: Acting, *, annotated: bool, demo: bool = False) -> Paper:
    """Print the whole case report form, as far as a role sees it; errors as `blank_form`."""
    kind = "annotated" if annotated else "blank"
    content = _content(study, acting, forms_seen(study, acting), annotated=annotated, demo=demo)
    return set_paper(study, content, f"{study.id.lower()}-crf-{kind}.pdf")


def _content(
    study: Study, acting: Acting, forms: list[Form], *, annotated: bool, demo: bool
) -> dict[str, Any]:
    made = []
    for form in forms:
        items = [
            item_of(study, form, item, annotated=annotated)
            for item in form.items
            if sight_of(study, acting.role.id, form.id, item.id) != "none"
        ]
        made.append(form_of(study, form, items, annotated=annotated))
    return {
        "kind": "blank",
        "study": study_of(study, demo=demo),
        "participant": "",
        "site": "",
        "role": "",
        "forms": made,
        "audit": [],
        "words": words(),
    }
