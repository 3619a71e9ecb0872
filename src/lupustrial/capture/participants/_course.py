"""A participant, and a visit of a participant: what is done, what is due, and who does it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lupustrial.capture._clock import day_at
from lupustrial.capture.access import Acting, CaptureRequest, may_enter
from lupustrial.capture.participants._consent import consent_state
from lupustrial.capture.participants._diary import cycles_of, diary_form
from lupustrial.capture.participants._eligibility import confirmed
from lupustrial.capture.participants._ending import disposition
from lupustrial.capture.participants._forms import FormState, forms_of_visit
from lupustrial.capture.participants._marks import marks_of
from lupustrial.capture.participants._safety import clocks_seen
from lupustrial.capture.participants._schedule import Due, schedule_of
from lupustrial.capture.participants._sight import sees_whole, state_seen
from lupustrial.capture.participants._ways import next_step, ways_of
from lupustrial.capture.store import Page, Participant, pages_of, participant_of
from lupustrial.ledger import Transaction
from lupustrial.study import Study


@require_safe
def participant_view(request: CaptureRequest, participant: str) -> HttpResponse:
    """Show the course of a participant: the visits in order, what is due, and where to go."""
    with request.trial.reading() as tx:
        person = known(tx, participant)
        plan = plan_seen(request, tx, person)
        forms = {due.visit.id: _forms(request, tx, participant, due) for due in plan}
        whole = _whole(request, tx, person)
    lines = [(due, forms[due.visit.id], _counts(forms[due.visit.id])) for due in plan]
    context = {
        **frame(request, person),
        "lines": lines,
        "to_do": [due for due in plan if due.state in ("due", "overdue")],
        **whole,
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
        marks = marks_of(tx, request.trial.under(due.version), request.acting, forms)
    place = plan.index(due)
    form = diary_form(request.trial.study)
    context = {
        **frame(request, person),
        "diary": None if form is None or visit not in cycles_of(request.trial.study) else form.id,
        "due": due,
        "forms": forms,
        "marks": marks,
        "scope": f"{participant}|{visit}||0",
        "may_sign": request.acting.may("sign") and any(one.pages for one in forms),
        "mine": [one for one in forms if one.mine and one.progress != "complete"],
        "deviation": _deviation(forms) if due.outside else None,
        "before": plan[place - 1] if place else None,
        "after": plan[place + 1] if place + 1 < len(plan) else None,
    }
    return render(request, "participants/visit.html", context)


def _deviation(forms: tuple[FormState, ...]) -> FormState | None:
    """Return the log of protocol deviations (DV), where the role enters it and nothing stands there yet."""
    for one in forms:
        if one.form.sdtm is not None and one.form.sdtm.domain == "DV" and one.mine and not one.pages:
            return None if one.hold else one
    return None


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
    trial = request.trial
    study = trial.under(trial.version_in_force(tx, person.site))
    today = day_at(trial.study, person.site)
    return schedule_of(tx, study, person.participant, today=today, study_of=trial.under)


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


def _whole(request: CaptureRequest, tx: Transaction, person: Participant) -> dict[str, Any]:
    """Return what the page of a participant shows beside the visits."""
    trial, acting = request.trial, request.acting
    study = trial.study
    today = day_at(study, person.site)
    held, holds = None, False
    if person.state == "screening":
        judged_by = trial.study_at(tx, person.participant, study.eligibility.at)
        held, holds = confirmed(tx, judged_by, person.participant)
    ending = disposition(study)
    found: dict[str, Any] = {
        "confirmed": held,
        "holds": holds,
        "consent": consent_state(tx, study, person, today),
        "clocks": clocks_seen(tx, study, acting, today, person.participant),
        "ends": ending is not None
        and may_enter(study, acting, ending[0].id)
        and person.state in ("screening", "enrolled"),
        "begins": study.unscheduled is not None
        and acting.may("enter")
        and person.state in ("screening", "enrolled"),
        "identifies": bool(study.identifiers) and acting.may("screen"),
        "deviations": deviations(tx, study, acting, person.participant),
    }
    consented = bool(found["consent"].given) or not study.consent
    found["step"] = next_step(acting, person, consented=consented, confirmed=held, holds=holds)
    found["ways"] = ways_of(acting, person)
    return found


def deviations(tx: Transaction, study: Study, acting: Acting, participant: str) -> list[Page]:
    """Return the pages of the log of deviations (SDTM DV), for a role that sees all of it."""
    form = next((one for one in study.forms if one.sdtm is not None and one.sdtm.domain == "DV"), None)
    if form is None or not sees_whole(study, acting, form.id):
        return []
    return pages_of(tx, participant, form=form.id)


def _forms(request: CaptureRequest, tx: Transaction, participant: str, due: Due) -> tuple[FormState, ...]:
    study = request.trial.under(due.version)
    return forms_of_visit(tx, study, request.acting, participant, due.visit.id)


def _counts(forms: tuple[FormState, ...]) -> dict[str, int]:
    asked = [one for one in forms if not one.form.log]
    return {
        "complete": sum(one.progress == "complete" for one in asked),
        "of": len(asked),
        "queries": sum(one.queries for one in forms),
    }
