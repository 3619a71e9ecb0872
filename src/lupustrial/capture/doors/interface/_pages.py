"""Pages: listed, read, saved. A save says over which revision, and is refused where that is not the last."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Path

from lupustrial.capture.access import CaptureRequest, held_seen, may_enter
from lupustrial.capture.doors.interface._api import api, asked
from lupustrial.capture.doors.interface._schemas import (
    GivenIn,
    Name,
    PageIn,
    PageOut,
    PagesOut,
    Problem,
    SavedOut,
)
from lupustrial.capture.entry import Finding, Given, Outcome, submit
from lupustrial.capture.queries import at_hand
from lupustrial.capture.store import Held, Page, Place, page_at, pages_of
from lupustrial.errors import CaptureError, Fault

Repeat = Annotated[int, Path(ge=1, le=9_999)]
_ADDRESS = "/participants/{participant}/visits/{visit}/forms/{form}/{repeat}"
_TAG = re.compile(r'(?:W/)?"?([0-9]{1,18})"?')
_MATCH = {
    "parameters": [
        {
            "in": "header",
            "name": "If-Match",
            "required": False,
            "schema": {"type": "string", "pattern": '^"?[0-9]{1,18}"?$'},
            "description": 'The revision that was read, as in the ETag: "17". "0" for a page that is not '
            "held yet. Without it the save is refused (428).",
        }
    ]
}


@api.get(
    "/participants/{participant}/pages",
    url_name="pages",
    response={200: PagesOut, 401: Problem, 403: Problem, 404: Problem, 422: Problem},
    tags=["pages"],
)
def pages(request: HttpRequest, participant: Name) -> dict[str, Any]:
    """List the pages of a participant of which the role sees something; struck ones are left out."""
    call = asked(request)
    with call.trial.reading() as tx:
        hand = at_hand(tx, call.trial.study, participant)
        held = [page for page in pages_of(tx, participant) if _seen(call, page, hand)]
    found = [
        {
            "visit": page.place.visit,
            "form": page.place.form,
            "repeat": page.place.repeat,
            "state": page.state,
            "revision": page.revision,
        }
        for page in held
    ]
    return {"participant": participant, "pages": found}


@api.get(
    _ADDRESS,
    url_name="page",
    response={200: PageOut, 401: Problem, 403: Problem, 404: Problem, 422: Problem},
    tags=["pages"],
)
def read_page(
    request: HttpRequest,
    response: HttpResponse,
    participant: Name,
    visit: Name,
    form: Name,
    repeat: Repeat,
) -> dict[str, Any]:
    """Give a page. Its revision is the ETag."""
    call = asked(request)
    place = Place(participant=participant, visit=visit, form=form, repeat=repeat)
    with call.trial.reading() as tx:
        page = page_at(tx, place)
        hand = at_hand(tx, call.trial.study, participant)
    if page is None or page.removed:
        raise Http404
    seen = _seen(call, page, hand)
    if not seen:
        raise Http404
    response["ETag"] = f'"{page.revision}"'
    return _page(page, seen)


@api.put(
    _ADDRESS,
    url_name="page",
    response={
        200: SavedOut,
        **dict.fromkeys((400, 401, 403, 404, 409, 412, 422, 428), Problem),
    },
    tags=["pages"],
    openapi_extra=_MATCH,
)
def save_page(
    request: HttpRequest,
    response: HttpResponse,
    participant: Name,
    visit: Name,
    form: Name,
    repeat: Repeat,
    body: PageIn,
) -> dict[str, Any]:
    """Save a page, checked as in the pages: all of it with its queries, or nothing.

    `If-Match` names the revision that was read. Where somebody saved meanwhile, nothing is overwritten (412).
    The same save sent twice is saved once: when the page already holds what is given, that is the answer.
    """
    call = asked(request)
    revision = _revision(request)
    place = Place(participant=participant, visit=visit, form=form, repeat=repeat)
    given = {item: _given(one) for item, one in body.items.items()}
    try:
        outcome = submit(
            call.trial,
            call.acting,
            place,
            given,
            revision=revision,
            why=body.why,
            complete=body.complete,
        )
    except CaptureError as error:
        repeated = _held_already(call, place, given) if error.faults[0].id == "CAPT-001" else None
        if repeated is None:
            raise
        outcome = repeated
    if outcome.refused or outcome.page is None:
        raise CaptureError(_faults(outcome.findings, place))
    response["ETag"] = f'"{outcome.page.revision}"'
    return {
        "page": _page(outcome.page, held_seen(call.trial.study, call.acting, outcome.page, at=visit)),
        "entry": outcome.entry,
        "findings": [_finding(one) for one in outcome.findings],
    }


def _revision(request: HttpRequest) -> int:
    if request.headers.get("If-None-Match", "").strip() == "*":
        return 0
    found = _TAG.fullmatch(request.headers.get("If-Match", "").strip())
    if found is None:
        hint = 'read the page and send its ETag as If-Match; "0" for a page that is not held yet'
        message = "the revision over which the page is saved is not given"
        raise CaptureError(Fault(id="CAPT-079", message=message, place="header If-Match", hint=hint))
    return int(found[1])


def _held_already(call: CaptureRequest, place: Place, given: Mapping[str, Given]) -> Outcome | None:
    """Return the page where it holds exactly what is given: the same save, sent again."""
    if not may_enter(call.trial.study, call.acting, place.form):
        return None
    with call.trial.reading() as tx:
        page = page_at(tx, place)
    if page is None or page.removed or not given:
        return None
    seen = held_seen(call.trial.study, call.acting, page, at=place.visit)
    if all(_same(seen.get(item), one) for item, one in given.items()):
        return Outcome(page=page, findings=(), entry=None)
    return None


def _same(held: Held | None, given: Given) -> bool:
    if held is None:
        return given.status == "entered" and not given.value
    unit = given.unit or (held.unit or "")
    return (held.value or "", held.unit or "", held.status) == (given.value.strip(), unit, given.status)


def _given(one: GivenIn) -> Given:
    return Given(value=one.value, unit=one.unit, status=one.status, why=one.why)


def _seen(call: CaptureRequest, page: Page, hand: str | None) -> Mapping[str, Held]:
    known = {form.id for form in call.trial.study.forms}
    return held_seen(call.trial.study, call.acting, page, at=hand) if page.place.form in known else {}


def _page(page: Page, seen: Mapping[str, Held]) -> dict[str, Any]:
    return {
        "participant": page.place.participant,
        "visit": page.place.visit,
        "form": page.place.form,
        "repeat": page.place.repeat,
        "site": page.site,
        "version": page.version,
        "state": page.state,
        "revision": page.revision,
        "items": {
            item: {
                "value": held.value,
                "unit": held.unit,
                "status": held.status,
                "at": held.at,
                "by": held.by,
                "reason": held.reason,
                "position": held.position,
            }
            for item, held in seen.items()
        },
    }


def _finding(one: Finding) -> dict[str, str]:
    return {"item": one.item, "severity": one.severity, "id": one.id, "message": one.message}


def _faults(findings: tuple[Finding, ...], place: Place) -> list[Fault]:
    found = [
        Fault(id=one.id, message=one.message, place=f"{place}, item {one.item}" if one.item else str(place))
        for one in findings
        if one.severity == "error"
    ]
    empty = Fault(id="CAPT-078", message="nothing was given", place=str(place), hint="give an item")
    return found or [empty]
