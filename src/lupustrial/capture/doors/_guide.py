"""What programs can ask: as OpenAPI, and as a page to be read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.doors.interface import described, openapi_of


def guide(request: CaptureRequest) -> HttpResponse:
    """Show the operations, each with what it takes and what it answers."""
    return render(request, "doors/api.html", {"operations": described()})


def openapi(request: HttpRequest) -> HttpResponse:
    """Give the OpenAPI description; it tells of operations, of no trial."""
    del request
    return JsonResponse(openapi_of())
