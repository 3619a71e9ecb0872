"""``GET /participants`` and the schedule of a participant."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query

from lupustrial.capture._clock import day_at
from lupustrial.capture.doors.interface._api import api, asked
from lupustrial.capture.doors.interface._schemas import Name, ParticipantsOut, Problem, ScheduleOut
from lupustrial.capture.participants import Due, schedule_of, state_seen
from lupustrial.capture.store import participant_of, participants_of

Page = Annotated[int, Query(ge=1, le=100_000, description="which page of the list, from 1")]
Size = Annotated[int, Query(ge=1, le=500, description="how many a page")]


@api.get(
    "/participants",
    url_name="participants",
    response={200: ParticipantsOut, 401: Problem, 403: Problem, 422: Problem},
    tags=["participants"],
)
def participants(request: HttpRequest, page: Page = 1, size: Size = 100) -> dict[str, Any]:
    """List the participants at the sites of the role, in order of their numbers."""
    call = asked(request)
    with call.trial.reading() as tx:
        people = participants_of(tx, call.acting.sites)
    shown = people[(page - 1) * size : page * size]
    items = [
        {
            "participant": one.participant,
            "site": one.site,
            "state": state_seen(call.trial.study, call.acting, one.state),
            "registered": one.registered,
            "anchor": one.anchor,
        }
        for one in shown
    ]
    return {"items": items, "total": len(people), "page": page, "size": size}


@api.get(
    "/participants/{participant}/schedule",
    url_name="schedule",
    response={200: ScheduleOut, 401: Problem, 403: Problem, 404: Problem, 422: Problem},
    tags=["participants"],
)
def schedule(request: HttpRequest, participant: Name) -> dict[str, Any]:
    """Give the visits of a participant: when each is due, and what became of it."""
    call = asked(request)
    with call.trial.reading() as tx:
        person = participant_of(tx, participant)
        site = "" if person is None else person.site
        today = day_at(call.trial.study, site)
        plan = schedule_of(tx, call.trial.study, participant, today=today)
    return {"participant": participant, "visits": [_due(one) for one in plan]}


def _due(one: Due) -> dict[str, Any]:
    return {
        "visit": one.visit.id,
        "state": one.state,
        "target": _day(one.target),
        "earliest": _day(one.earliest),
        "latest": _day(one.latest),
        "date": _day(one.date),
        "version": one.version,
        "planned": one.planned,
    }


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
