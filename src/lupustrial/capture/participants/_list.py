"""The list of participants, and registering one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lupustrial.capture._clock import day_at
from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.participants._register import register
from lupustrial.capture.participants._schedule import Due, date_item, plan_of
from lupustrial.capture.participants._sight import state_seen
from lupustrial.capture.participants._words import STATES
from lupustrial.capture.store import (
    Participant,
    VisitHeld,
    participants_of,
    unanswered_among,
    visits_among,
)
from lupustrial.errors import CaptureError
from lupustrial.ledger import Transaction

_ON_A_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Line:
    """A participant in the list."""

    person: Participant
    state: str
    next: Due | None
    overdue: int


@require_safe
def participants_view(request: CaptureRequest) -> HttpResponse:
    """List the participants of the sites of the role, found by number, site and state."""
    study, acting = request.trial.study, request.acting
    sought = request.GET.get("q", "").strip()[:40]
    site, state = request.GET.get("site", ""), request.GET.get("state", "")
    with request.trial.reading() as tx:
        everybody = participants_of(tx, acting.sites)
        shown = [
            person
            for person in everybody
            if sought.casefold() in person.participant.casefold()
            and site in ("", person.site)
            and state in ("", state_seen(study, acting, person.state))
        ]
        page = Paginator(shown, _ON_A_PAGE).get_page(request.GET.get("page"))
        lines = _lines(tx, request, list(page.object_list))
    sites = [one for one in study.sites if acting.at_site(one.id)]
    told = {state_seen(study, acting, one) for one in {person.state for person in everybody}}
    context: dict[str, Any] = {
        "page": page,
        "lines": lines,
        "total": len(everybody),
        "sought": sought,
        "site": site,
        "state": state,
        "sites": sites,
        "states": [(name, word) for name, (word, _look) in STATES.items() if name in told],
        "registers": acting.may("screen"),
    }
    template = "participants/list_lines.html" if request.htmx else "participants/list.html"
    return render(request, template, context)


def _lines(tx: Transaction, request: CaptureRequest, people: list[Participant]) -> list[Line]:
    """Return the lines of a page; what they need is read at once, not participant by participant."""
    names = [person.participant for person in people]
    held, place = visits_among(tx, names), date_item(request.trial.study)
    missed = {} if place is None else unanswered_among(tx, *place, names)
    return [
        _line(request, person, held.get(person.participant, []), missed.get(person.participant, set()))
        for person in people
    ]


def _line(request: CaptureRequest, person: Participant, held: list[VisitHeld], missed: set[str]) -> Line:
    study = request.trial.study
    today = day_at(study, person.site)
    plan = plan_of(study, person, held, missed=missed, today=today)
    to_come = [due for due in plan if due.state in ("due", "overdue", "later") and due.planned]
    return Line(
        person=person,
        state=state_seen(study, request.acting, person.state),
        next=min(to_come, key=lambda due: due.target or dt.date.max, default=None),
        overdue=sum(due.state == "overdue" for due in plan),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def register_view(request: CaptureRequest) -> HttpResponse:
    """Ask for the site, and give the next number of it."""
    sites = [one for one in request.trial.study.sites if request.acting.at_site(one.id)]
    fault = ""
    chosen = request.POST.get("site", sites[0].id if len(sites) == 1 else "")
    if request.method == "POST":
        try:
            with request.trial.writing() as tx:
                participant = register(tx, request.trial, request.acting, chosen)
        except CaptureError as error:
            fault = f"{error.faults[0].message}: {error.faults[0].hint}"
        else:
            messages.success(request, _("Registered as %(number)s.") % {"number": participant})
            return redirect("participant", participant)
    return render(
        request,
        "participants/register.html",
        {"sites": sites, "chosen": chosen, "fault": fault},
        status=422 if fault else 200,
    )
