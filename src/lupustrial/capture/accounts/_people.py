"""Who has an account."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.models import Account


def people(request: CaptureRequest) -> HttpResponse:
    """List them."""
    return render(request, "accounts/people.html", {"people": Account.objects.order_by("username")})
