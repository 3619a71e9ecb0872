"""In which role somebody acts. A blinded role is shut for good to who is unblinded."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render

from lupustrial.capture.access import ACTING, Acting, CaptureRequest, acting_of
from lupustrial.capture.accounts._next import next_address
from lupustrial.capture.accounts._told import tell
from lupustrial.capture.store import grants_of
from lupustrial.ledger import Actor


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A role that somebody holds, and the names of its sites."""

    acting: Acting
    sites: tuple[str, ...]


def choose(request: CaptureRequest) -> HttpResponse:
    """Choose a role; with a single one that is open, the choice is made."""
    choices = choices_of(request)
    able = [one.acting.role.id for one in choices if not one.acting.shut]
    wanted = request.POST.get("role", "") if request.method == "POST" else ""
    if request.method != "POST" and len(able) == 1 and len(choices) == 1 and ACTING not in request.session:
        wanted = able[0]
    if wanted in able:
        _take(request, wanted)
        return redirect(next_address(request))
    now = request.session.get(ACTING)
    shown = {"choices": choices, "now": now if now in able else "", "refused": bool(wanted)}
    return render(request, "accounts/role.html", shown, status=403 if wanted else 200)


def _take(request: CaptureRequest, role: str) -> None:
    if request.session.get(ACTING) == role:
        return
    name = request.user.get_username()
    data = {"account": name, "role": role, "from": request.session.get(ACTING)}
    request.session[ACTING] = role
    tell(request.trial, "role taken", by=Actor(id=name, role=role), data=data)


def choices_of(request: CaptureRequest) -> list[Choice]:
    """Return the roles that somebody holds, in order of the study, shut ones too."""
    study, name = request.trial.study, request.user.get_username()
    with request.trial.reading() as tx:
        held = grants_of(tx, name)
        roles = {grant.role for grant in held}
        found = [
            acting_of(tx, study, person=name, name="", role=role.id, held=held)
            for role in study.roles
            if role.id in roles
        ]
    names = {site.id: site.name for site in study.sites}
    return [
        Choice(acting=one, sites=tuple(names.get(site, site) for site in sorted(one.sites or ())))
        for one in found
        if one is not None
    ]
