"""Moving kits: quarantine and its lifting, kits that turned up again, destruction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lupustrial.allocation import kits as room
from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.supply._frame import page
from lupustrial.capture.supply._places import check_here, kits_here
from lupustrial.capture.supply._read import read_day, read_degrees, read_kits_named, today
from lupustrial.errors import Fault, LupustrialError
from lupustrial.ledger import Actor, Transaction
from lupustrial.study import Study, Task

Given = Any


@dataclass(frozen=True, kw_only=True)
class Move:
    """A way in which kits are moved.

    Attributes:
        title: What the page is called.
        says: What it does, in a sentence.
        run: Does it.
        from_: States in which kits can be moved so.
        tasks: Tasks any of which is needed.
        day: Whether the day is asked for.
        degrees: Whether temperatures are asked for.
    """

    title: Any
    says: Any
    run: Callable[[Transaction, Study, list[int], Actor, Given], list[room.Kit]]
    from_: tuple[str, ...]
    tasks: tuple[Task, ...] = ("dispense", "supply", "pack")
    day: bool = False
    degrees: bool = False


def _quarantine(tx: Transaction, study: Study, numbers: list[int], by: Actor, given: Given) -> list[room.Kit]:
    low, high = read_degrees(given, "low"), read_degrees(given, "high")
    return room.quarantine(tx, study, numbers, by=by, why=given.get("why", ""), low=low, high=high)


def _lift(tx: Transaction, study: Study, numbers: list[int], by: Actor, given: Given) -> list[room.Kit]:
    return room.lift(tx, study, numbers, by=by, why=given.get("why", ""))


def _find(tx: Transaction, study: Study, numbers: list[int], by: Actor, given: Given) -> list[room.Kit]:
    return room.find(tx, study, numbers, by=by, why=given.get("why", ""))


def _destroy(tx: Transaction, study: Study, numbers: list[int], by: Actor, given: Given) -> list[room.Kit]:
    return room.destroy(tx, study, numbers, on=read_day(given), by=by, why=given.get("why", ""))


MOVES: dict[str, Move] = {
    "quarantine": Move(
        title=_("Quarantine"),
        says=_(
            "Kits that were too cold, too warm, damaged or doubtful. None of them can be handed out then."
        ),
        run=_quarantine,
        from_=room.FROM["quarantine"],
        degrees=True,
    ),
    "lift": Move(
        title=_("Lift quarantine"),
        says=_("Let kits back into the stock of the place where they lie: the sponsor's decision."),
        run=_lift,
        from_=room.FROM["lift"],
        tasks=("supply",),
    ),
    "find": Move(
        title=_("Found again"),
        says=_("Kits that were missing turned up. They go into quarantine until the sponsor judges them."),
        run=_find,
        from_=room.FROM["find"],
    ),
    "destroy": Move(
        title=_("Destroy"),
        says=_("Record that kits were destroyed: expired, returned, spoilt or left over."),
        run=_destroy,
        from_=room.FROM["destroy"],
        day=True,
    ),
}


@require_http_methods(["GET", "POST"])
def move(request: CaptureRequest, action: str) -> HttpResponse:
    """Move the kits that are named, all of them or none."""
    if action not in MOVES:
        raise Http404
    chosen, study = MOVES[action], request.trial.study
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            done = _run(request, chosen)
        except LupustrialError as error:
            faults = error.faults
        else:
            text = ngettext("%(title)s: %(count)s kit.", "%(title)s: %(count)s kits.", len(done))
            messages.success(request, text % {"title": chosen.title, "count": len(done)})
            return redirect("kits")
    with request.trial.reading() as tx:
        fit = [kit for kit in kits_here(tx, study, request.acting) if kit.state in chosen.from_]
    context = {
        "action": action,
        "move": chosen,
        "fit": fit[:200],
        "named": set(request.POST.getlist("kit")),
        "today": today().isoformat(),
        "may": request.acting.may(*chosen.tasks),
    }
    return page(request, "supply/move.html", context, faults=faults)


def _run(request: CaptureRequest, chosen: Move) -> list[room.Kit]:
    study = request.trial.study
    numbers = read_kits_named(study, request.POST)
    ticked = {"kits": "\n".join(request.POST.getlist("kit"))}
    numbers += [one for one in read_kits_named(study, ticked) if one not in numbers]
    with request.trial.writing() as tx:
        check_here(tx, study, request.acting, numbers)
        return chosen.run(tx, study, numbers, request.acting.actor, request.POST)
