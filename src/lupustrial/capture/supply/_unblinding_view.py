"""The list of unblindings, the assessment of one, and the report of one that happened in another way."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lupustrial.allocation.store import ASSESSED, assess_unblinding, report_unblinding
from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.store import grants_of, notices_read, participant_of, write
from lupustrial.capture.supply._frame import page
from lupustrial.capture.supply._mail import people_told, tell_by_mail
from lupustrial.capture.supply._unblindings import (
    Unblinding,
    find_unblinding,
    is_told,
    notices_for,
    unblindings_seen,
)
from lupustrial.errors import CaptureError, Fault, LupustrialError

#: What an assessment asks (ICH E6(R3) 4.1.4), as the page says it.
QUESTIONS: dict[str, Any] = {
    "who_knows": gettext_lazy("Who knows the arm now?"),
    "effect_on_participant": gettext_lazy("What does it mean for the participant's treatment and stay?"),
    "effect_on_results": gettext_lazy("What does it mean for assessments, analysis sets and results?"),
    "measures": gettext_lazy("What was done so that nobody else is unblinded?"),
}
_LONGEST = 4_000  # characters of an answer


@require_GET
def unblinding_list(request: CaptureRequest) -> HttpResponse:
    """List the unblindings at somebody's sites with their state."""
    with request.trial.reading() as tx:
        found = unblindings_seen(tx, request.trial.study, request.acting)
        read = notices_read(tx, request.acting.id)
    rows = [(one, one.number in read) for one in found]
    context = {"rows": rows, "assesses": request.acting.may("assess"), "told": is_told(request.acting.role)}
    return page(request, "supply/unblindings.html", context)


@require_http_methods(["GET", "POST"])
def unblinding(request: CaptureRequest, number: int) -> HttpResponse:
    """Show an unblinding, and record what it means (ICH E6(R3) 4.1.4)."""
    found = _found(request, number)
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            answers = {key: request.POST.get(key, "").strip()[:_LONGEST] for key in ASSESSED}
            _check(answers)
            assess_unblinding(request.trial.db, request.trial.study, number, request.acting.actor, answers)
        except LupustrialError as error:
            faults = error.faults
        else:
            messages.success(request, _("The assessment is recorded."))
            return redirect("unblinding", number=number)
    with request.trial.reading() as tx:
        read = number in notices_read(tx, request.acting.id)
    context = {
        "one": found,
        "read": read,
        "told": is_told(request.acting.role),
        "questions": [(key, text, request.POST.get(key, "")) for key, text in QUESTIONS.items()],
        "said_before": [
            (entry, [(text, entry.data[key]) for key, text in QUESTIONS.items()]) for entry in found.assessed
        ],
        "assesses": request.acting.may("assess"),
    }
    return page(request, "supply/unblinding.html", context, faults=faults)


@require_http_methods(["GET", "POST"])
def report(request: CaptureRequest) -> HttpResponse:
    """Record that somebody came to know an arm in another way; his or her blinded role shuts at once."""
    study, acting, given = request.trial.study, request.acting, request.POST
    faults: tuple[Fault, ...] = ()
    with request.trial.reading() as tx:
        people = sorted({grant.person for grant in grants_of(tx)})
    if request.method == "POST":
        try:
            participant, person = given.get("participant", "").strip(), given.get("person", "").strip()
            site = _check_report(request, participant, person, people)
            why = given.get("text", "").strip()[:_LONGEST]
            entry = report_unblinding(
                request.trial.db, study, participant, acting.actor, person=person, why=why
            )
        except LupustrialError as error:
            faults = error.faults
        else:
            with request.trial.reading() as tx:
                told = people_told(tx, study, site)
            tell_by_mail(study, told, entry.position)
            text = _("The unblinding is recorded. %(person)s acts in no blinded role from now on.")
            messages.success(request, text % {"person": person})
            return redirect("unblinding", number=entry.position)
    return page(request, "supply/report.html", {"people": people}, faults=faults)


@require_POST
def acknowledge(request: CaptureRequest, number: int) -> HttpResponse:
    """Record that somebody has read the notice of an unblinding."""
    _found(request, number)
    with request.trial.writing() as tx:
        if number not in notices_read(tx, request.acting.id):
            data = {"of": number}
            write(
                tx,
                study=request.trial.study.id,
                kind="unblinding notice read",
                by=request.acting.actor,
                data=data,
            )
    if request.htmx:
        return notices(request)
    return redirect("unblinding", number=number)


def notices(request: CaptureRequest) -> HttpResponse:
    """Give the part of a page that tells what has to be acknowledged; empty where there is nothing."""
    with request.trial.reading() as tx:
        found = notices_for(tx, request.trial.study, request.acting)
    return render(request, "supply/notices.html", {"notices": found})


def _found(request: CaptureRequest, number: int) -> Unblinding:
    with request.trial.reading() as tx:
        found = find_unblinding(unblindings_seen(tx, request.trial.study, request.acting), number)
    if found is None:
        raise Http404
    return found


def _check(answers: dict[str, str]) -> None:
    faults = [
        Fault(
            id="CAPT-059",
            message="this is not answered",
            place=key,
            hint="say it, if only that it means nothing and why",
        )
        for key, text in answers.items()
        if not text
    ]
    if faults:
        raise CaptureError(faults)


def _check_report(request: CaptureRequest, participant: str, person: str, people: list[str]) -> str:
    with request.trial.reading() as tx:
        who = participant_of(tx, participant)
    faults = []
    if who is None or not request.acting.at_site(who.site):
        message, hint = "there is no such participant at your sites", "give the number as it was registered"
        faults.append(Fault(id="CAPT-059", message=message, place="participant", hint=hint))
    if person not in people:
        message, hint = "nobody with this account holds a role", "choose one of the list"
        faults.append(Fault(id="CAPT-059", message=message, place="person", hint=hint))
    if not request.POST.get("text", "").strip():
        message, hint = "it is not told how this happened", "say it without naming the arm"
        faults.append(Fault(id="CAPT-059", message=message, place="text", hint=hint))
    if faults:
        raise CaptureError(faults)
    return "" if who is None else who.site
