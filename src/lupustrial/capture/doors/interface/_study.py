"""``GET /study``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lupustrial.capture.access import Acting, forms_seen, may_enter
from lupustrial.capture.doors.interface._api import api, asked
from lupustrial.capture.doors.interface._schemas import Problem, StudyOut
from lupustrial.study import Form, Item, Study, sight_of


@api.get("/study", url_name="study", response={200: StudyOut, 401: Problem, 403: Problem}, tags=["study"])
def study(request: HttpRequest) -> dict[str, Any]:
    """Give the protocol in force: visits, forms and items, as far as the role sees them."""
    call = asked(request)
    known, acting = call.trial.study, call.acting
    return {
        "id": known.id,
        "title": known.title,
        "version": known.version,
        "digest": known.digest,
        "role": acting.role.id,
        "may": list(acting.role.may),
        "sites": [site.id for site in known.sites if acting.at_site(site.id)],
        "visits": [
            {"id": one.id, "name": one.name, "number": one.number, "day": one.day, "window": one.window}
            for one in known.visits
        ],
        "forms": [_form(known, acting, form) for form in forms_seen(known, acting)],
    }


def _form(known: Study, acting: Acting, form: Form) -> dict[str, Any]:
    seen = [item for item in form.items if sight_of(known, acting.role.id, form.id, item.id) != "none"]
    return {
        "id": form.id,
        "title": form.title,
        "visits": list(form.visits),
        "repeating": form.repeating,
        "enters": may_enter(known, acting, form.id),
        "items": [_item(known, item) for item in seen],
    }


def _item(known: Study, item: Item) -> dict[str, Any]:
    codes = known.codelists[item.codelist] if item.codelist else ()
    return {
        "id": item.id,
        "label": item.label,
        "type": item.type,
        "required": item.required,
        "units": [item.unit, *(unit.unit for unit in item.units)] if item.unit else [],
        "codes": {entry.value: entry.decode for entry in codes},
    }
