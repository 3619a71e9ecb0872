"""Who has an account, new accounts, and the review of who has what."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.accounts._forms import NewAccount, Reason
from lupustrial.capture.accounts._listing import listed
from lupustrial.capture.accounts._manage import create_account
from lupustrial.capture.accounts._tokens import make_link
from lupustrial.capture.accounts._told import tell
from lupustrial.errors import CaptureError


def people(request: CaptureRequest) -> HttpResponse:
    """List all accounts."""
    return render(request, "accounts/people.html", {"people": listed(request.trial)})


def new(request: CaptureRequest) -> HttpResponse:
    """Make an account; the link to hand over is shown once."""
    form = NewAccount(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            account = create_account(request.trial, **given, by=request.acting.actor)
        except CaptureError as error:
            form.add_error("username", error.faults[0].message)
        else:
            link = request.build_absolute_uri(reverse("one-time-link", args=[make_link(account)]))
            return render(
                request, "accounts/link_made.html", {"link": link, "account": account, "is_new": True}
            )
    return render(request, "accounts/person_new.html", {"form": form}, status=422 if form.errors else 200)


def review(request: CaptureRequest) -> HttpResponse:
    """Show who has what, and put on the ledger that it was reviewed."""
    form = Reason(request.POST if request.method == "POST" else None)
    rows = listed(request.trial)
    if request.method == "POST" and form.is_valid():
        data = {
            "open": [row.account.username for row in rows if row.account.is_active],
            "closed": [row.account.username for row in rows if not row.account.is_active],
        }
        why = form.cleaned_data["why"]
        tell(request.trial, "access reviewed", by=request.acting.actor, data=data, why=why)
        messages.success(request, _("The review is on the ledger."))
        return redirect("access-review")
    shown = {"people": rows, "form": form}
    return render(request, "accounts/review.html", shown, status=422 if form.errors else 200)
