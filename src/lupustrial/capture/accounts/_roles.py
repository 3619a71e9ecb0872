"""In which role somebody acts, where there are several."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from lupustrial.capture.access import ACTING, CaptureRequest
from lupustrial.capture.store import grants_of


def choose(request: CaptureRequest) -> HttpResponse:
    """Choose a role."""
    with request.trial.reading() as tx:
        held = {grant.role for grant in grants_of(tx, request.user.get_username())}
    roles = [role for role in request.trial.study.roles if role.id in held]
    if request.method == "POST" and request.POST.get("role") in {role.id for role in roles}:
        request.session[ACTING] = request.POST["role"]
        return redirect("home")
    return render(request, "accounts/role.html", {"roles": roles})
