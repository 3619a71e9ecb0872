"""One account, for who administers."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.models import Account


def person(request: CaptureRequest, account: str) -> HttpResponse:
    """Show it."""
    found = get_object_or_404(Account, username=account)
    return render(request, "accounts/person.html", {"person": found})
