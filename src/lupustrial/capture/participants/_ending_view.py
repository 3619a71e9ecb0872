"""The pages by which participation ends, a visit beyond the plan begins, and identifying data are kept."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lupustrial.capture._clock import day_at
from lupustrial.capture.access import CaptureRequest, items_seen, may_enter
from lupustrial.capture.entry import Given
from lupustrial.capture.participants._course import frame, known
from lupustrial.capture.participants._ending import (
    disposition,
    end_participation,
    ending_place,
    open_unscheduled,
)
from lupustrial.capture.participants._fields import Field, day_of, faults_by_place, fields_of_items
from lupustrial.capture.participants._identifiers import record_identifiers, see_identifiers
from lupustrial.capture.store import page_at, sealed_of
from lupustrial.errors import LupustrialError


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_view(request: CaptureRequest, participant: str) -> HttpResponse:
    """Record how participation ended."""
    study, acting = request.trial.study, request.acting
    with request.trial.reading() as tx:
        person = known(tx, participant)
        found, place = disposition(study), ending_place(study, person)
        page = None if place is None else page_at(tx, place)
    if found is None or place is None or not may_enter(study, acting, found[0].id):
        raise Http404
    items = items_seen(study, acting, found[0].id, visit=place.visit, at=place.visit)
    held = {} if page is None else {name: one.value or "" for name, one in page.items.items()}
    faults: dict[str, str] = {}
    values = dict(held)
    if request.method == "POST":
        values = {item.id: request.POST.get(item.id, "")[:2000] for item in items}
        given = {name: Given(value=value) for name, value in values.items()}
        try:
            findings = end_participation(
                request.trial, acting, person, given, why=request.POST.get("why", "")[:2000]
            )
            faults = {one.item: str(one.message) for one in findings if one.severity == "error"}
        except LupustrialError as error:
            faults = {"": "; ".join(faults_by_place(error).values())}
        if not faults:
            messages.success(request, _("The end of participation is recorded."))
            return redirect("participant", participant)
    context = {
        **frame(request, person),
        "fields": fields_of_items(study, items, values, faults),
        "changes": page is not None,
        "fault": faults.get("", ""),
        "visit": study.visit(place.visit),
        "ended": person.state not in ("screening", "enrolled"),
    }
    return render(request, "participants/withdraw.html", context, status=422 if faults else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def unscheduled_view(request: CaptureRequest, participant: str) -> HttpResponse:
    """Begin a visit beyond the plan."""
    with request.trial.reading() as tx:
        person = known(tx, participant)
    if request.trial.study.unscheduled is None:
        raise Http404
    today = day_at(request.trial.study, person.site)
    date, why, fault = today.isoformat(), "", ""
    if request.method == "POST":
        date, why = request.POST.get("date", "")[:20], request.POST.get("why", "")[:2000]
        day = day_of(date)
        if day is None or not why.strip():
            fault = _("Give the day and the reason.")
        else:
            try:
                visit = open_unscheduled(
                    request.trial, request.acting, person, date=day, why=why, today=today
                )
            except LupustrialError as error:
                fault = "; ".join(faults_by_place(error).values())
            else:
                return redirect("visit", participant, visit)
    fields = (
        Field(name="date", label=_("Date of the visit"), kind="date", value=date, fault=fault),
        Field(name="why", label=_("Reason of the visit"), kind="area", value=why),
    )
    context = {**frame(request, person), "fields": fields}
    return render(request, "participants/unscheduled.html", context, status=422 if fault else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def identifiers_view(request: CaptureRequest, participant: str) -> HttpResponse:
    """Show who a participant is when that is asked for, and keep it; every view goes on the ledger."""
    asked = request.trial.study.identifiers
    if not asked:
        raise Http404
    with request.trial.reading() as tx:
        person = known(tx, participant)
        kept = [one for one in sealed_of(tx, participant, "identifiers") if not one.erased]
    seen: dict[str, str] | None = None
    fault = ""
    values: dict[str, str] = {}
    if request.method == "POST":
        try:
            if request.POST.get("what") == "show":
                seen = see_identifiers(request.trial, request.acting, participant)
                values = seen
            else:
                values = {name: request.POST.get(name, "") for name in asked}
                record_identifiers(
                    request.trial, request.acting, participant, values, why=request.POST.get("why", "")
                )
                messages.success(request, _("The identifying data are kept, encrypted."))
                return redirect("identifiers", participant)
        except LupustrialError as error:
            fault = "; ".join(faults_by_place(error).values())
    fields = tuple(
        Field(
            name=name,
            label=name.capitalize(),
            kind="date" if name == "birth date" else "text",
            value=values.get(name, ""),
            required=False,
        )
        for name in asked
    )
    context = {
        **frame(request, person),
        "kept": kept[-1] if kept else None,
        "shown": seen is not None,
        "fields": fields,
        "fault": fault,
    }
    return render(request, "participants/identifiers.html", context, status=422 if fault else 200)
