"""Pages of scores: those of a visit, and their course over the visits of a participant."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from lupustrial.capture.access import CaptureRequest, forms_seen
from lupustrial.capture.scores._at import scores_at
from lupustrial.capture.scores._course import course_of
from lupustrial.capture.scores._panel import panel, sorted_cards
from lupustrial.capture.store import visit_held


def visit_scores(request: CaptureRequest, participant: str, visit: str) -> HttpResponse:
    """Show the scores of a visit; to htmx as a fragment. ``?form=`` puts those of a form first."""
    study = request.trial.study
    planned = {one.id for one in study.visits}
    if visit not in planned:
        with request.trial.reading() as tx:
            held = visit_held(tx, participant, visit)
        if held is None or not study.is_unscheduled(visit):
            raise Http404
    asked = request.GET.get("form", "")
    form = asked if asked in {one.id for one in forms_seen(study, request.acting)} else ""
    cards = scores_at(request.trial, request.acting, participant, visit)
    if request.htmx:
        return HttpResponse(panel(request, cards, study, form=form))
    context = {"participant": participant, "visit": study.visit(visit), **sorted_cards(cards, study, form)}
    return render(request, "scores/visit.html", context)


def participant_scores(request: CaptureRequest, participant: str) -> HttpResponse:
    """Show the course of all scores over the visits: tables, and charts of numbers and grades."""
    courses = course_of(request.trial, request.acting, participant)
    return render(request, "scores/course.html", {"participant": participant, "courses": courses})
