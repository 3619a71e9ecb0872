"""The page of a form: shown, checked while it is filled in, saved; drafts; repeats struck and restored."""

from __future__ import annotations

import json
from typing import Literal

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lupustrial.capture.access import CaptureRequest, closed_by_time, may_enter, refuse
from lupustrial.capture.entry._drafts import drop_draft, keep_draft
from lupustrial.capture.entry._judge import judge
from lupustrial.capture.entry._place import Where, where_is
from lupustrial.capture.entry._post import Posted, is_short, read_post
from lupustrial.capture.entry._sheet import next_place, sheet_of
from lupustrial.capture.entry._shown import (
    account_of,
    findings_of,
    items_of,
    merged_with,
    said_of,
    show,
    show_again,
)
from lupustrial.capture.entry._stale import without_unasked
from lupustrial.capture.entry._strike import strike
from lupustrial.capture.entry._submit import submit
from lupustrial.capture.scores import score_panel
from lupustrial.capture.store import Place, page_at
from lupustrial.errors import CaptureError

_REFUSED, _CLASH, _TOO_LARGE = 422, 409, 413


@never_cache
def page_view(request: CaptureRequest, participant: str, visit: str, form: str, repeat: int) -> HttpResponse:
    """Show a page, or save it."""
    place = Place(participant=participant, visit=visit, form=form, repeat=repeat)
    where = _where(request, place)
    if request.method != "POST":
        return show(request, where, place)
    if not may_enter(where.study, request.acting, form):
        return refuse(request, _not_entered(request))
    posted = read_post(request.POST, items_of(request, where, place))
    with request.trial.reading() as tx:
        merged = merged_with(tx, request, where, place, posted)
        given = without_unasked(tx, where, place, page_at(tx, place), merged.given, posted.cleared)
    if merged.late or merged.unsettled:
        return show_again(request, where, place, posted, (), status=_CLASH)
    try:
        outcome = submit(
            request.trial, request.acting, place, given,
            revision=posted.revision, why=posted.why, complete=posted.action != "gaps",
        )  # fmt: skip
    except CaptureError as error:
        return show_again(request, where, place, posted, findings_of(error.faults), status=_CLASH)
    if outcome.refused:
        return show_again(request, where, place, posted, outcome.findings, status=_REFUSED)
    drop_draft(account_of(request), place)
    asked = sum(1 for finding in outcome.findings if finding.severity == "query")
    text = _("Saved.") if outcome.entry is not None else _("Nothing was different: nothing was saved.")
    if asked:
        text += " " + _("Checks that raise a query: {0}.").format(asked)
    messages.success(request, text)
    return _onward(request, where, place, posted)


@never_cache
@require_POST
def check_view(request: CaptureRequest, participant: str, visit: str, form: str, repeat: int) -> HttpResponse:
    """Say what the checks say of what is typed, and which items are asked; nothing is saved."""
    place = Place(participant=participant, visit=visit, form=form, repeat=repeat)
    where = _where(request, place)
    if not may_enter(where.study, request.acting, form):
        return refuse(request, _not_entered(request))
    posted = read_post(request.POST, items_of(request, where, place))
    with request.trial.reading() as tx:
        page = page_at(tx, place)
        given = without_unasked(tx, where, place, page, posted.given, posted.cleared)
        judged = judge(
            tx, where.study, request.acting, place, page, given, why=posted.why, complete=False,
            day=where.today,
        )  # fmt: skip
        findings = [one for one in judged.findings if one.id != "RECORD-041"]
        sheet = sheet_of(
            tx,
            request.acting,
            where,
            place,
            typed=posted.given,
            why=posted.why,
            findings=findings,
        )
    scores = score_panel(request, place, given) if where.form.instrument else ""
    response = render(request, "entry/checked.html", {"sheet": sheet, "scores": scores})
    slots = sheet.slots.values()
    response["HX-Trigger"] = json.dumps(
        {
            "entry:asked": {
                "shown": [slot.item.id for slot in slots if slot.shown],
                "stale": [slot.item.id for slot in slots if slot.stale],
                "required": [slot.item.id for slot in slots if slot.required],
            }
        }
    )
    return response


@never_cache
@require_POST
def draft_view(request: CaptureRequest, participant: str, visit: str, form: str, repeat: int) -> HttpResponse:
    """Keep what is typed as a draft, or drop what is kept."""
    place = Place(participant=participant, visit=visit, form=form, repeat=repeat)
    where = _where(request, place)
    if not may_enter(where.study, request.acting, form):
        return refuse(request, _not_entered(request))
    if request.POST.get("action") == "drop":
        drop_draft(account_of(request), place)
        return redirect("page", participant, visit, form, repeat)
    if request.POST.get("action") == "ping":
        return JsonResponse({"saved": ""})
    posted = read_post(request.POST, items_of(request, where, place))
    if not is_short(posted):
        return JsonResponse(
            {"fault": _("This is too much to be kept as a draft: shorten it.")}, status=_TOO_LARGE
        )
    try:
        saved = keep_draft(request.trial, account_of(request), place, posted)
    except CaptureError as error:
        return JsonResponse({"fault": error.faults[0].message}, status=_TOO_LARGE)
    return JsonResponse({"saved": f"{saved:%H:%M}"})


@never_cache
@require_POST
def strike_view(
    request: CaptureRequest, participant: str, visit: str, form: str, repeat: int
) -> HttpResponse:
    """Strike out a repeat, or restore it."""
    place = Place(participant=participant, visit=visit, form=form, repeat=repeat)
    where = _where(request, place)
    if not may_enter(where.study, request.acting, form):
        return refuse(request, _not_entered(request))
    what: Literal["strike", "restore"] = "restore" if request.POST.get("action") == "restore" else "strike"
    revision = read_post(request.POST, ()).revision
    try:
        strike(
            request.trial, request.acting, place,
            what=what, revision=revision, why=request.POST.get("why") or "",
        )  # fmt: skip
    except CaptureError as error:
        messages.error(request, " ".join(said_of(fault) for fault in error.faults))
    else:
        text = _("Struck out; its values are kept.") if what == "strike" else _("Restored.")
        messages.success(request, text)
    return redirect("page", participant, visit, form, repeat)


def _onward(request: CaptureRequest, where: Where, place: Place, posted: Posted) -> HttpResponseRedirect:
    to: Place | None = place
    if posted.action in ("form", "visit"):
        to = next_place(request.acting, where, place, visit=posted.action == "visit")
    if to is None:
        return redirect("visit", place.participant, place.visit)
    return redirect("page", to.participant, to.visit, to.form, to.repeat)


def _where(request: CaptureRequest, place: Place) -> Where:
    try:
        with request.trial.reading() as tx:
            where = where_is(tx, request.trial, place)
            closed = closed_by_time(tx, where.study, request.acting, place)
    except CaptureError as error:
        raise Http404 from error
    if closed:
        raise Http404
    return where


def _not_entered(request: CaptureRequest) -> str:
    return _("The role {0} does not enter this form.").format(request.acting.role.name)
