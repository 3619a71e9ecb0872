"""The pages of prints: a form, the whole case report form, the casebook of a participant."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from lupustrial.capture.access import RULES, CaptureRequest, check
from lupustrial.capture.doors.paper import Paper, blank_crf, blank_form, casebook, filled_page
from lupustrial.capture.store import Place, write
from lupustrial.errors import CaptureError, Fault

_MOST_REPEATS = 9_999


@require_http_methods(["GET", "POST"])
def print_form(request: CaptureRequest, form: str) -> HttpResponseBase:
    """Offer to print a form, blank or as held at a visit (``?participant=&visit=&repeat=``); print it."""
    given = request.POST if request.method == "POST" else request.GET
    place = _place(form, given.get("participant", ""), given.get("visit", ""), given.get("repeat", ""))
    if place is not None:
        refusal = check(request, RULES["print"], {"participant": place.participant, "form": form})
        if refusal is not None:
            return refusal
    study, demo = request.trial.study, request.trial.config.demo
    known = next((one for one in study.forms if one.id == form), None)
    if known is None:  # a form of an earlier version alone
        raise Http404
    context = {"form": known, "place": place}
    if request.method != "POST":
        return render(request, "doors/print.html", context)
    try:
        if place is None:
            annotated = bool(given.get("annotated"))
            paper = blank_form(study, request.acting, form, annotated=annotated, demo=demo)
        else:
            with request.trial.reading() as tx:
                study = request.trial.study_at(tx, place.participant, place.visit)
                paper = filled_page(tx, study, request.acting, place, demo=demo)
    except CaptureError as error:
        return _refused(request, "doors/print.html", context, error.faults)
    return _sent(request, paper, form=form, participant="" if place is None else place.participant)


@require_http_methods(["GET", "POST"])
def print_crf(request: CaptureRequest) -> HttpResponseBase:
    """Offer to print the whole case report form; print it."""
    if request.method != "POST":
        return render(request, "doors/print.html", {})
    annotated = bool(request.POST.get("annotated"))
    study, demo = request.trial.study, request.trial.config.demo
    try:
        paper = blank_crf(study, request.acting, annotated=annotated, demo=demo)
    except CaptureError as error:
        return _refused(request, "doors/print.html", {}, error.faults)
    return _sent(request, paper)


@require_GET
def casebooks(request: CaptureRequest) -> HttpResponseBase:
    """Go to the casebook of the participant who was chosen."""
    chosen = request.GET.get("participant", "")
    refusal = check(request, RULES["casebook"], {"participant": chosen})
    return refusal or redirect("casebook", chosen)


@require_http_methods(["GET", "POST"])
def print_casebook(request: CaptureRequest, participant: str) -> HttpResponseBase:
    """Offer to print the casebook of a participant; print it."""
    context = {"participant": participant}
    if request.method != "POST":
        return render(request, "doors/casebook.html", context)
    try:
        with request.trial.reading() as tx:
            demo = request.trial.config.demo
            paper = casebook(tx, request.trial.study, request.acting, participant, demo=demo)
    except CaptureError as error:
        return _refused(request, "doors/casebook.html", context, error.faults)
    return _sent(request, paper, participant=participant)


def _place(form: str, participant: str, visit: str, repeat: str) -> Place | None:
    """Return the page that is meant; None for a blank form."""
    if not participant and not visit:
        return None
    number = int(repeat) if repeat.isascii() and repeat.isdecimal() and len(repeat) <= 4 else 1  # noqa: PLR2004 - digits
    if "\0" in participant + visit or not 1 <= number <= _MOST_REPEATS:
        raise Http404
    return Place(participant=participant, visit=visit, form=form, repeat=number)


def _sent(request: CaptureRequest, paper: Paper, *, form: str = "", participant: str = "") -> HttpResponse:
    """Put a print on the ledger and send it."""
    data = {
        "what": paper.name,
        "form": form,
        "participant": participant,
        "rows": paper.forms,
        "sha256": paper.digest,
        "file": paper.name,
    }
    with request.trial.writing() as tx:
        write(tx, study=request.trial.study.id, kind="printed", by=request.acting.actor, data=data)
    response = HttpResponse(paper.content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{paper.name}"'
    response["Cache-Control"] = "no-store"
    return response


def _refused(
    request: CaptureRequest, page: str, context: Mapping[str, object], faults: tuple[Fault, ...]
) -> HttpResponse:
    return render(request, page, {**context, "faults": faults}, status=422)
