"""The search box: participants by number, queries by number; nothing that is not theirs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.queries import query_shown
from lupustrial.capture.store import Participant, Query, participant_of, participants_like, query_of
from lupustrial.ledger import Transaction

_MOST = 10
_LONGEST = 40


@require_safe
def search(request: CaptureRequest) -> HttpResponse:
    """Find what begins with the text: participants of the sites of the role, and a query that it may see."""
    text = request.GET.get("q", "").strip()[:_LONGEST]
    people: list[Participant] = []
    query: Query | None = None
    if text and request.acting.role.clinical:
        with request.trial.reading() as tx:
            people = participants_like(tx, text, request.acting.sites, most=_MOST)
            query = _query(request, tx, text)
    context = {"text": text, "people": people, "query": query}
    template = "dashboards/found.html" if request.htmx else "dashboards/search.html"
    return render(request, template, context)


def _query(request: CaptureRequest, tx: Transaction, text: str) -> Query | None:
    number = text.removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) < len("9223372036854775807")):
        return None
    found = query_of(tx, int(number))
    if found is None:
        return None
    person = participant_of(tx, found.place.participant)
    at = None if person is None else person.last_visit
    return found if query_shown(request.trial.study, request.acting, found, at) else None
