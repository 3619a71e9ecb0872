"""Pages that say no: refused, not there, failed. None of them tells what it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lupustrial.errors import Fault


def refuse(request: HttpRequest, why: str) -> HttpResponse:
    """Return the page of a refusal (403) with its reason."""
    return render(request, "access/refused.html", {"why": why}, status=403)


def shut(request: HttpRequest) -> HttpResponse:
    """Return the page of the one-way door (403): a blinded role, and somebody who knows a treatment."""
    return render(request, "access/shut.html", status=403)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handle 403."""
    del exception
    return refuse(request, _("This is not open to you."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handle 404; what belongs to another site is not there either."""
    del exception
    return render(request, "access/not_found.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Handle 500; nothing of the fault is shown."""
    return render(request, "access/failed.html", status=500)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handle 400: what came is no request that a page of ours makes."""
    del exception
    return render(request, "access/bad_request.html", status=400)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Handle a form without the mark of our own page (CSRF), most often one that lay open too long (403)."""
    del reason
    return render(request, "access/stale_form.html", status=403)


def problem(status: int, detail: str, faults: Sequence[Fault] = ()) -> HttpResponse:
    """Return a refusal to a program (RFC 9457): what, and every fault with place and remedy."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "faults": [
            {"id": one.id, "message": one.message, "place": one.place, "hint": one.hint} for one in faults
        ],
    }
    return JsonResponse(content, status=status, content_type="application/problem+json")


def unavailable(request: HttpRequest) -> HttpResponse:
    """Say that the database cannot be reached (503); plain, since a page would ask it."""
    text = _("The database cannot be reached. Nothing of this request was confirmed; try again in a minute.")
    response = HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = "30"
    del request
    return response
