"""Pages that say no: refused, not there, failed. None of them tells what it keeps."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def refuse(request: HttpRequest, why: str) -> HttpResponse:
    """Return the page of a refusal (403) with its reason."""
    return render(request, "access/refused.html", {"why": why}, status=403)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handle 403."""
    del exception
    return refuse(request, "This is not open to you.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handle 404; what belongs to another site is not there either."""
    del exception
    return render(request, "access/not_found.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Handle 500; nothing of the fault is shown."""
    return render(request, "access/failed.html", status=500)
