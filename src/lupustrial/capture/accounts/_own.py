"""One's own account."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from lupustrial.capture.access import CaptureRequest


def account(request: CaptureRequest) -> HttpResponse:
    """Show it."""
    return render(request, "accounts/account.html")
