"""Queries: listed, opened, answered, closed, opened again."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Path, Status

from lupustrial.capture.access import CaptureRequest, check, problem
from lupustrial.capture.access import Rule as _Rule
from lupustrial.capture.doors.interface._api import api, asked
from lupustrial.capture.doors.interface._people import Page, Size
from lupustrial.capture.doors.interface._schemas import Problem, QueriesOut, QueryIn, QueryOut, SaidIn
from lupustrial.capture.queries import (
    Filters,
    answer_query,
    at_hand,
    close_query,
    list_queries,
    open_query,
    query_shown,
    reopen_query,
)
from lupustrial.capture.store import Place, Query, query_of

Number = Annotated[int, Path(ge=1, le=2**53)]
State = Literal["active", "open", "answered", "closed", "all"]
_REFUSALS = dict.fromkeys((400, 401, 403, 404, 409, 422), Problem)


@api.get("/queries", url_name="queries", response={200: QueriesOut, **_REFUSALS}, tags=["queries"])
def queries(
    request: HttpRequest,
    state: State = "active",
    participant: str = "",
    form: str = "",
    page: Page = 1,
    size: Size = 100,
) -> dict[str, Any]:
    """List the queries that the role sees, the oldest first. ``active``: open or answered."""
    call = asked(request)
    filters = Filters(state=state, participant=participant[:60], form=form[:60])
    with call.trial.reading() as tx:
        now = dt.datetime.now(dt.UTC)
        found = list_queries(tx, call.trial.study, call.acting, filters, now=now)
    shown = found[(page - 1) * size : page * size]
    return {"items": [_query(one.query) for one in shown], "total": len(found), "page": page, "size": size}


@api.get("/queries/{number}", url_name="query", response={200: QueryOut, **_REFUSALS}, tags=["queries"])
def query(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Give a query."""
    return _shown(asked(request), number)


@api.post("/queries", url_name="queries", response={201: QueryOut, **_REFUSALS}, tags=["queries"])
def ask(request: HttpRequest, body: QueryIn) -> Any:
    """Open a query on an item, or on a page as a whole."""
    call = asked(request)
    named = {"participant": body.participant, "form": body.form}
    if check(call, _Rule(), named) is not None:
        return problem(403, "this form is not shown to the role")
    place = Place(participant=body.participant, visit=body.visit, form=body.form, repeat=body.repeat)
    number = open_query(call.trial, call.acting, place, item=body.item, text=body.text)
    return Status(201, _shown(call, number))


@api.post(
    "/queries/{number}/answer",
    url_name="query-answer",
    response={200: QueryOut, **_REFUSALS},
    tags=["queries"],
)
def answer(request: HttpRequest, number: Number, body: SaidIn) -> dict[str, Any]:
    """Answer an open query."""
    call = asked(request)
    answer_query(call.trial, call.acting, number, body.text)
    return _shown(call, number)


@api.post(
    "/queries/{number}/close", url_name="query-close", response={200: QueryOut, **_REFUSALS}, tags=["queries"]
)
def close(request: HttpRequest, number: Number, body: SaidIn) -> dict[str, Any]:
    """Close a query; one that nobody answered needs a justification."""
    call = asked(request)
    close_query(call.trial, call.acting, number, body.text)
    return _shown(call, number)


@api.post(
    "/queries/{number}/reopen",
    url_name="query-reopen",
    response={200: QueryOut, **_REFUSALS},
    tags=["queries"],
)
def reopen(request: HttpRequest, number: Number, body: SaidIn) -> dict[str, Any]:
    """Open an answered or closed query again, saying what is still unclear."""
    call = asked(request)
    reopen_query(call.trial, call.acting, number, body.text)
    return _shown(call, number)


def _shown(call: CaptureRequest, number: int) -> dict[str, Any]:
    with call.trial.reading() as tx:
        found = query_of(tx, number)
        hand = None if found is None else at_hand(tx, call.trial.study, found.place.participant)
    if found is None or not query_shown(call.trial.study, call.acting, found, hand):
        raise Http404
    return _query(found)


def _query(one: Query) -> dict[str, Any]:
    return {
        "number": one.number,
        "participant": one.place.participant,
        "visit": one.place.visit,
        "form": one.place.form,
        "repeat": one.place.repeat,
        "item": one.item,
        "state": one.state,
        "text": one.text,
        "opened": one.opened,
        "opened_as": one.opened_as,
        "changed": one.changed,
    }
