"""The gates that wait, most doubtful first, as a sheet of drawings; several accepted by one signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import ngettext

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.gates._decide import Decision, decide
from lupustrial.capture.gates._shown import ShownGate, shared_axes, shown_gate
from lupustrial.capture.signing import first_of_series, key_given, series_begun
from lupustrial.capture.store import gate_counts, gates_in
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction

STATES = ("waiting", "accepted", "edited", "rejected")
_AT_ONCE = 12  # gates on a page
_DIGITS = 6  # of the number of a page


@dataclass(frozen=True, kw_only=True)
class Line:
    """A population: how many of its gates are in each state, and how many wait that should be looked at."""

    strategy: str
    population: str
    counts: tuple[int, ...]
    look: int


def gates_view(request: CaptureRequest) -> HttpResponse:
    """Show the gates (``?state=…&strategy=…&population=…&page=…``), and accept those that were chosen."""
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            numbers = _accept(request)
        except CaptureError as error:
            faults = error.faults
        else:
            said = ngettext("%(count)d gate was accepted.", "%(count)d gates were accepted.", len(numbers))
            messages.success(request, said % {"count": len(numbers)})
            return redirect(f"{request.path}?{_kept(request)}")
    context = _context(request) | {"faults": faults, "chosen": request.POST.getlist("gate")}
    return render(request, "gates/list.html", context, status=422 if faults else 200)


def _accept(request: CaptureRequest) -> list[int]:
    decisions = [_decision(request, text) for text in request.POST.getlist("gate")[:_AT_ONCE]]
    key = key_given(request)
    numbers = decide(request.trial, request.acting, decisions, key=key)
    series_begun(request)
    return numbers


def _decision(request: CaptureRequest, text: str) -> Decision:
    code, _, number = text.partition("-")
    shown = request.POST.get(f"shown-{text}", "")
    return Decision(code=code, number=whole(number), shown=shown, decision="accepted")


def whole(text: str) -> int:
    """Return the number that a text writes; 0 where it writes none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0


def _context(request: CaptureRequest) -> dict[str, Any]:
    state = request.GET.get("state", "waiting")
    state = state if state in STATES else "waiting"
    strategy, population = request.GET.get("strategy", ""), request.GET.get("population", "")
    number = max(whole(request.GET.get("page", "")), 1)
    with request.trial.reading() as tx:
        held, count = gates_in(
            tx,
            state=state,
            strategy=strategy,
            population=population,
            limit=_AT_ONCE,
            offset=(number - 1) * _AT_ONCE,
        )
        shown = [one for one in (shown_gate(tx, gate.code, gate.number) for gate in held) if one is not None]
        lines = _lines(tx)
    axes = shared_axes(shown)
    return {
        "state": state,
        "states": STATES,
        "strategy": strategy,
        "population": population,
        "lines": lines,
        "several": len({line.strategy for line in lines}) > 1,
        "gates": [(one, one.drawn(one.region, axes=axes), one.counted(one.region)) for one in shown],
        "count": count,
        "page": number,
        "pages": max(-(-count // _AT_ONCE), 1),
        "kept": _kept(request),
        "may_decide": request.acting.may("gate"),
        "may_bring": request.acting.may("import") and request.acting.role.clinical,
        "first": first_of_series(request),
    }


def _lines(tx: Transaction) -> Sequence[Line]:
    found: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for strategy, population, state, count, look in gate_counts(tx):
        found.setdefault((strategy, population), {})[state] = (count, look)
    return [
        Line(
            strategy=strategy,
            population=population,
            counts=tuple(states.get(state, (0, 0))[0] for state in STATES),
            look=states.get("waiting", (0, 0))[1],
        )
        for (strategy, population), states in found.items()
    ]


def _kept(request: CaptureRequest) -> str:
    return urlencode(
        {key: request.GET[key] for key in ("state", "strategy", "population") if key in request.GET}
    )


__all__ = ["STATES", "ShownGate", "gates_view", "whole"]
