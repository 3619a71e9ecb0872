"""What a role sees of forms and pages; the decision itself is ``lupustrial.study``'s."""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.capture.access._acting import Acting
from lupustrial.capture.store import Held, Page
from lupustrial.study import Form, Item, Study, sight_of, visible


def sees_form(study: Study, role: str, form: str) -> bool:
    """Whether a role sees at least one item of a form."""
    return any(sight_of(study, role, form, item.id) != "none" for item in study.form(form).items)


def forms_seen(study: Study, acting: Acting, visit: str | None = None) -> list[Form]:
    """Return the forms (of a visit) of which a role sees something, in order of the study."""
    return [
        form
        for form in study.forms
        if (visit is None or visit in form.visits) and sees_form(study, acting.role.id, form.id)
    ]


def items_seen(study: Study, acting: Acting, form: str, *, visit: str, at: str | None) -> list[Item]:
    """Return the items of a form whose value at a visit a role sees; `at` is the visit at hand."""
    role = acting.role.id
    return [
        item for item in study.form(form).items if visible(study, role, form, item.id, visit=visit, at=at)
    ]


def held_seen(study: Study, acting: Acting, page: Page, *, at: str | None) -> Mapping[str, Held]:
    """Return what of a page a role sees; items that the study has no more are left out."""
    seen = items_seen(study, acting, page.place.form, visit=page.place.visit, at=at)
    return {item.id: page.items[item.id] for item in seen if item.id in page.items}


def may_enter(study: Study, acting: Acting, form: str) -> bool:
    """Whether a role enters a form."""
    by = study.form(form).entered_by
    return acting.may("enter") and sees_form(study, acting.role.id, form) and (not by or acting.role.id in by)
