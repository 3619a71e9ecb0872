"""The page of freezes and locks, with the checklist of the database lock."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lupustrial.capture.access import CaptureRequest, forms_seen
from lupustrial.capture.accounts import verify_password
from lupustrial.capture.queries._checklist import checklist
from lupustrial.capture.queries._holding import Scope, hold, in_sight, lift
from lupustrial.capture.queries._lock import allocation_locked, database_lock, lock_database
from lupustrial.capture.store import holds, participants_of
from lupustrial.errors import CaptureError, Fault, LupustrialError


def holds_view(request: CaptureRequest) -> HttpResponse:
    """Show what is held; freeze, lock, open; lock the whole database after its checklist."""
    faults: tuple[Fault, ...] = ()
    action = request.POST.get("action", "")
    if request.method == "POST":
        try:
            messages.success(request, _act(request, action))
            return redirect("holds")
        except LupustrialError as error:
            faults = error.faults
    context = _context(request) | {"faults": faults, "given": request.POST or request.GET, "action": action}
    return render(request, "queries/holds.html", context, status=422 if faults else 200)


def _act(request: CaptureRequest, action: str) -> str:
    why = request.POST.get("why", "")
    if action in ("freeze", "lock"):
        hold(request.trial, request.acting, _scope(request), lock=action == "lock", why=why)
        return _("It is frozen.") if action == "freeze" else _("It is locked.")
    if action == "open":
        return _open(request, why)
    if action == "lock database":
        locked = lock_database(
            request.trial, request.acting, why=why, override=request.POST.get("override") == "yes"
        )
        if locked.allocation is None:
            return _("The database is locked. No allocation list was sealed, so there was none to lock.")
        return _("The database and the allocation are locked.")
    raise CaptureError(
        Fault(id="CAPT-041", message="nothing was asked for", place="holds", hint="use the buttons")
    )


def _open(request: CaptureRequest, why: str) -> str:
    text = request.POST.get("number", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0  # noqa: PLR2004 - a BIGINT
    with request.trial.reading() as tx:
        locked = any(one.position == number and one.kind == "locked" for one in holds(tx))
    if locked and not verify_password(request, request.POST.get("password", "")):
        raise CaptureError(
            Fault(
                id="CAPT-044",
                message="the password is not right; nothing was opened",
                place=f"hold {number}",
                hint="type your own password again",
            )
        )
    found = lift(request.trial, request.acting, number, why=why)
    if found.kind == "locked" and found.everything:
        return _("The database is open again. Signatures made for it are no longer final.")
    return _("It is open again.")


def _scope(request: CaptureRequest) -> Scope:
    text = request.POST.get("repeat", "")
    return Scope(
        site=request.POST.get("site", ""),
        participant=request.POST.get("participant", "").strip(),
        visit=request.POST.get("visit", ""),
        form=request.POST.get("form", ""),
        repeat=int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0,  # noqa: PLR2004 - repeats
    )


def _context(request: CaptureRequest) -> dict[str, Any]:
    study, acting = request.trial.study, request.acting
    with request.trial.reading() as tx:
        held = [one for one in holds(tx) if in_sight(tx, acting, one)]
        people = [who.participant for who in participants_of(tx, acting.sites)]
    asked = request.GET.get("checklist") == "1" or request.POST.get("action") == "lock database"
    lines = checklist(request.trial, acting) if asked and acting.may("lock") else None
    return {
        "held": held,
        "people": people,
        "forms": forms_seen(study, acting),
        "sites": [site for site in study.sites if acting.at_site(site.id)],
        "lines": lines,
        "clear": lines is not None and all(line.clear for line in lines),
        "database_lock": database_lock(held),
        "allocation_locked": allocation_locked(request.trial),
        "may_freeze": acting.may("freeze"),
        "may_lock": acting.may("lock"),
    }
