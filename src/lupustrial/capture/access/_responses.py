"""Pages that say no: refused, not there, failed. None of them tells what it keeps."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lupustrial.capture.access._unavailable import database_failed, unavailable


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
    """Handle 500; nothing of the fault is shown. A database that failed outside the views ends here too."""
    error = sys.exception()
    if error is not None and database_failed(error):
        return unavailable(request, error)
    return render(request, "access/failed.html", status=500)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handle 400: what came is no request that a page of ours makes."""
    del exception
    return render(request, "access/bad_request.html", status=400)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Handle a form without the mark of our own page (CSRF), most often one that lay open too long (403)."""
    del reason
    return render(request, "access/stale_form.html", status=403)
