"""The overview: where everybody begins."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from lupustrial.capture.access import CaptureRequest


def home(request: CaptureRequest) -> HttpResponse:
    """Show the overview."""
    return render(request, "dashboards/home.html")
