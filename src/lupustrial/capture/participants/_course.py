"""A participant, and a visit of a participant: what is done, what is due, and who does it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.participants._forms import FormState, forms_of_visit
from lupustrial.capture.participants._schedule import Due, schedule_of, today_at
from lupustrial.capture.participants._sight import state_seen
from lupustrial.capture.store import Participant, participant_of
from lupustrial.ledger import Transaction


@require_safe
def participant_view(request: CaptureRequest, participant: str) -> HttpResponse:
    """Show the course of a participant: the visits in order, what is due, and where to go."""
    with request.trial.reading() as tx:
        person = known(tx, participant)
        plan = plan_seen(request, tx, person)
        forms = {due.visit.id: _forms(request, tx, participant, due) for due in plan}
    lines = [(due, forms[due.visit.id], _counts(forms[due.visit.id])) for due in plan]
    context = {
        **frame(request, person),
        "lines": lines,
        "to_do": [due for due in plan if due.state in ("due", "overdue")],
        "deviations": [due for due in plan if due.outside],
    }
    return render(request, "participants/participant.html", context)


@require_safe
def visit_view(request: CaptureRequest, participant: str, visit: str) -> HttpResponse:
    """Show a visit: when it is due, and its forms with how far each has come."""
    with request.trial.reading() as tx:
        person = known(tx, participant)
        plan = plan_seen(request, tx, person)
        due = next((one for one in plan if one.visit.id == visit), None)
        if due is None:
            raise Http404
        forms = _forms(request, tx, participant, due)
    place = plan.index(due)
    context = {
        **frame(request, person),
        "due": due,
        "forms": forms,
        "mine": [one for one in forms if one.mine and one.progress != "complete"],
        "before": plan[place - 1] if place else None,
        "after": plan[place + 1] if place + 1 < len(plan) else None,
    }
    return render(request, "participants/visit.html", context)


def known(tx: Transaction, participant: str) -> Participant:
    """Return a participant, of whom the gate knows that he or she is at a site of the role.

    Raises:
        Http404: Nobody has this number.
    """
    found = participant_of(tx, participant)
    if found is None:
        raise Http404
    return found


def plan_seen(request: CaptureRequest, tx: Transaction, person: Participant) -> tuple[Due, ...]:
    """Return the visits of a participant as they are today at the site."""
    study = request.trial.study
    today = today_at(study, person.site)
    return schedule_of(tx, study, person.participant, today=today)


def frame(request: CaptureRequest, person: Participant) -> dict[str, Any]:
    """Return what every page of a participant shows in its head."""
    study, acting = request.trial.study, request.acting
    return {
        "person": person,
        "participant": person.participant,
        "site": next((one for one in study.sites if one.id == person.site), None),
        "state": state_seen(study, acting, person.state),
        "enters": acting.may("enter"),
        "screens": acting.may("screen"),
    }


def _forms(request: CaptureRequest, tx: Transaction, participant: str, due: Due) -> tuple[FormState, ...]:
    return forms_of_visit(tx, request.trial.study, request.acting, participant, due.visit.id)


def _counts(forms: tuple[FormState, ...]) -> dict[str, int]:
    asked = [one for one in forms if not one.form.log]
    return {
        "complete": sum(one.progress == "complete" for one in asked),
        "of": len(asked),
        "queries": sum(one.queries for one in forms),
    }
