"""The second factor: a code of an app, or a recovery code."""

from __future__ import annotations

import django_otp
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def give(request: HttpRequest) -> HttpResponse:
    """Ask for a code."""
    if request.method == "POST":
        device = django_otp.match_token(request.user, request.POST.get("code", ""))
        if device is not None:
            django_otp.login(request, device)
            return redirect("choose-role")
    return render(request, "accounts/second.html")


def set_up(request: HttpRequest) -> HttpResponse:
    """Set it up."""
    return render(request, "accounts/second.html")
