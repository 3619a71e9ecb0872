"""Pages of queries: the list, a thread, and what stands beside an item of a form."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lupustrial.capture.access import CaptureRequest, forms_seen
from lupustrial.capture.queries._actions import (
    answer_query,
    close_queries,
    close_query,
    open_query,
    reopen_query,
)
from lupustrial.capture.queries._list import AGES, STATES, Filters, list_queries
from lupustrial.capture.queries._sight import at_hand, item_shown, query_shown, seen_whole
from lupustrial.capture.store import Place, Query, notes_of, page_at, queries_on, query_of
from lupustrial.errors import CaptureError
from lupustrial.ledger import Transaction

_AT_ONCE = 50  # queries on a page of the list


def queries_view(request: CaptureRequest) -> HttpResponse:
    """Show the list of queries; close several at once."""
    faults: tuple[Any, ...] = ()
    chosen = [int(text) for text in request.POST.getlist("query") if _whole(text)]
    if request.method == "POST":
        faults = _close_several(request, chosen)
        if not faults:
            return redirect(f"{reverse('queries')}?{request.GET.urlencode()}")
    study, acting = request.trial.study, request.acting
    filters = Filters.of(request.GET.dict())
    with request.trial.reading() as tx:
        found = list_queries(tx, study, acting, filters, now=dt.datetime.now(dt.UTC))
    page = Paginator(found, _AT_ONCE).get_page(request.GET.get("page"))
    kept = {name: value for name, value in request.GET.dict().items() if name != "page" and value}
    context = {
        "page": page,
        "filters": filters,
        "states": STATES,
        "ages": AGES,
        "sites": [site for site in study.sites if acting.at_site(site.id)],
        "forms": forms_seen(study, acting),
        "labels": labels(request),
        "may_close": acting.may("query"),
        "kept": urlencode(kept),
        "faults": faults,
        "chosen": chosen,
        "text": request.POST.get("text", ""),
    }
    return render(request, "queries/list.html", context, status=422 if faults else 200)


def query_view(request: CaptureRequest, number: int) -> HttpResponse:
    """Show a query with everything that was said; answer, close or reopen it."""
    faults: tuple[Any, ...] = ()
    steps = {"answer": answer_query, "close": close_query, "reopen": reopen_query}
    with request.trial.reading() as tx:
        _shown(request, tx, number)
    if request.method == "POST":
        step = steps.get(request.POST.get("step", ""))
        if step is None:
            raise Http404
        try:
            step(request.trial, request.acting, number, request.POST.get("text", ""))
        except CaptureError as error:
            faults = error.faults
        else:
            if not request.htmx:
                messages.success(request, _("Query %(number)s was changed.") % {"number": number})
                return redirect("query", number=number)
    with request.trial.reading() as tx:
        query = _shown(request, tx, number)
        item = next(
            (one for one in request.trial.study.form(query.place.form).items if one.id == query.item), None
        )
        page = page_at(tx, query.place)
        context = {
            "query": query,
            "notes": notes_of(tx, number),
            "item": item,
            "form": request.trial.study.form(query.place.form),
            "held": page.items.get(query.item) if page is not None else None,
            "faults": faults,
            "text": request.POST.get("text", "") if faults else "",
            "may_answer": request.acting.may("answer"),
            "may_query": request.acting.may("query"),
        }
    template = "queries/_thread.html" if request.htmx else "queries/thread.html"
    return render(request, template, context, status=422 if faults else 200)


def open_view(request: CaptureRequest, participant: str, visit: str, form: str, repeat: int) -> HttpResponse:
    """Show the queries on a page, or on an item of it (``?item=``), and open one: a page, or a fragment."""
    place = Place(participant=participant, visit=visit, form=form, repeat=repeat)
    item = (request.POST if request.method == "POST" else request.GET).get("item", "")
    study, acting = request.trial.study, request.acting
    faults: tuple[Any, ...] = ()
    if request.method == "POST":
        try:
            number = open_query(request.trial, acting, place, item=item, text=request.POST.get("text", ""))
        except CaptureError as error:
            faults = error.faults
        else:
            if not request.htmx:
                messages.success(request, _("Query %(number)s was opened.") % {"number": number})
                return redirect("query", number=number)
    with request.trial.reading() as tx:
        at = at_hand(tx, study, participant)
        if not item_shown(study, acting, place, item, at):
            raise Http404
        found = [
            (query, notes_of(tx, query.number))
            for query in queries_on(tx, place)
            if item in ("", query.item) and query_shown(study, acting, query, at)
        ]
        saved = page_at(tx, place) is not None
        whole = seen_whole(study, acting, place, at)
    context = {
        "place": place,
        "item": next((one for one in study.form(form).items if one.id == item), None),
        "form": study.form(form),
        "found": found,
        "faults": faults,
        "text": request.POST.get("text", "") if faults else "",
        "may_query": acting.may("query") and (saved if item else whole),
        "labels": labels(request),
    }
    template = "queries/_on_item.html" if request.htmx else "queries/open.html"
    return render(request, template, context, status=422 if faults else 200)


def labels(request: CaptureRequest) -> dict[str, str]:
    """Return the title of each form and the label of each item (``form.ITEM``), for templates."""
    found = {form.id: form.title for form in request.trial.study.forms}
    for form in request.trial.study.forms:
        found |= {f"{form.id}.{item.id}": item.label for item in form.items}
    return found


def _close_several(request: CaptureRequest, chosen: list[int]) -> tuple[Any, ...]:
    if not chosen:
        messages.warning(request, _("No query was chosen; nothing was changed."))
        return ()
    try:
        close_queries(request.trial, request.acting, chosen, request.POST.get("text", ""))
    except CaptureError as error:
        return error.faults
    done = ngettext("%(count)d query was closed.", "%(count)d queries were closed.", len(chosen))
    messages.success(request, done % {"count": len(chosen)})
    return ()


def _shown(request: CaptureRequest, tx: Transaction, number: int) -> Query:
    """Return a query; 404 where it does not exist for the role."""
    query = query_of(tx, number)
    study = request.trial.study
    if query is None or not query_shown(
        study, request.acting, query, at_hand(tx, study, query.place.participant)
    ):
        raise Http404
    return query


def _whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19  # noqa: PLR2004 - a BIGINT
