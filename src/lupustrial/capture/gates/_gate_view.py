"""One gate: what it rests on, where it lies, the reader's decision; moved by numbers, drawn by the server."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.gates._decide import Decision, decide, place_of
from lupustrial.capture.gates._shown import ShownGate, shown_gate
from lupustrial.capture.signing import first_of_series, key_given, series_begun
from lupustrial.capture.store import gates_in
from lupustrial.cytometry import Region
from lupustrial.cytometry.review import Handle, handles_of, with_handles
from lupustrial.errors import CaptureError, CytometryError, Fault

_STEPS = 200  # an axis is gone along in so many steps of an arrow key
_LONGEST = 30  # letters of a number
DECISIONS = ("accepted", "edited", "rejected")


@dataclass(frozen=True, kw_only=True)
class Field:
    """A number that can be typed: name of the input, the handle, its text, and the step of an arrow key."""

    name: str
    handle: Handle
    text: str
    step: str


def gate_view(request: CaptureRequest, code: str, number: int) -> HttpResponse:
    """Show a gate; draw it as moved (``step=draw``); or write the decision that was signed."""
    with request.trial.reading() as tx:
        gate = shown_gate(tx, code, number)
    if gate is None:
        raise Http404
    moved, faults = _moved(request, gate)
    draws = _only_draws(request)
    if request.method == "POST" and not draws and not faults:
        try:
            _decide(request, gate, moved)
        except CaptureError as error:
            faults = [*error.faults]
        else:
            messages.success(request, _("Your decision was signed."))
            return _next(request, gate)
    region, wrong = _region(gate, moved)
    faults += wrong
    context = _context(request, gate, region) | {"faults": faults}
    part = request.htmx and draws
    status = 422 if faults and not part else 200  # htmx swaps in what answers 200
    return render(request, "gates/_picture.html" if part else "gates/gate.html", context, status=status)


def _only_draws(request: CaptureRequest) -> bool:
    """Whether the gate is only to be drawn; the Enter key (``step=enter``) signs once a password is typed."""
    step = request.POST.get("step", "")
    return step == "draw" or (step == "enter" and not request.POST.get("password"))


def _decide(request: CaptureRequest, gate: ShownGate, moved: Mapping[str, float]) -> None:
    given = request.POST.get("decision", "")
    decision = next((one for one in DECISIONS if one == given), None)
    if decision is None:
        raise CaptureError(_fault(gate, _("no decision was chosen"), _("choose one of the three")))
    made = Decision(
        code=gate.held.code,
        number=gate.held.number,
        shown=request.POST.get("shown", ""),
        decision=decision,  # type: ignore[arg-type]
        moved=moved,
        why=request.POST.get("why", ""),
    )
    decide(request.trial, request.acting, [made], key=key_given(request))
    series_begun(request)


def _next(request: CaptureRequest, gate: ShownGate) -> HttpResponse:
    """Send the reader to the most doubtful gate of the population that waits; to the list after the last."""
    strategy, population = gate.held.strategy, gate.held.population
    with request.trial.reading() as tx:
        waiting, _count = gates_in(tx, state="waiting", strategy=strategy, population=population, limit=1)
    if waiting:
        return redirect("gate", code=waiting[0].code, number=waiting[0].number)
    response = redirect("gates")
    response["Location"] += f"?{urlencode({'strategy': strategy, 'population': population})}"
    return response


def _moved(request: CaptureRequest, gate: ShownGate) -> tuple[dict[str, float], list[Fault]]:
    """Return the numbers that were typed and are others than those of the gate as it was placed."""
    moved: dict[str, float] = {}
    faults: list[Fault] = []
    for field in _fields(gate, gate.gate.region):
        text = request.POST.get(field.name, field.text).strip()
        if text == field.text:
            continue
        value = _number(text)
        if value is None:
            message = _("“%(text)s” is no number") % {"text": text[:_LONGEST]}
            faults.append(_fault(gate, message, _("write it with a point, e.g. 0.45")))
        else:
            moved[field.handle.path] = value
    return moved, faults


def _number(text: str) -> float | None:
    try:
        value = float(text) if len(text) <= _LONGEST else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _region(gate: ShownGate, moved: Mapping[str, float]) -> tuple[Region, list[Fault]]:
    """Return the region to be drawn: as typed, else as it was decided, else as it was placed."""
    if not moved:
        return gate.gate.region, []
    try:
        return with_handles(gate.gate.region, moved), []
    except CytometryError as error:
        return gate.gate.region, [_fault(gate, each.message, each.hint) for each in error.faults]


def _context(request: CaptureRequest, gate: ShownGate, region: Region) -> dict[str, Any]:
    posted = request.method == "POST"
    if not posted:
        region = gate.region
    count = gate.counted(region)
    parent = gate.gate.parent_count
    return {
        "one": gate,
        "drawings": gate.drawn(region),
        "count": count,
        "percent": None if count is None or not parent else 100 * count / parent,
        "is_moved": region != gate.gate.region,
        "fields": _typed(request, _fields(gate, region)),
        "findings": [finding for finding in gate.tube.findings if finding.verdict != "pass"],
        "decisions": DECISIONS,
        "decision": request.POST.get("decision", ""),
        "why": request.POST.get("why", ""),
        "may_decide": request.acting.may("gate"),
        "first": first_of_series(request),
    }


def _typed(request: CaptureRequest, fields: Sequence[Field]) -> list[Field]:
    """Return the fields with what was typed, right or wrong."""
    return [
        Field(name=one.name, handle=one.handle, text=request.POST.get(one.name, one.text), step=one.step)
        for one in fields
    ]


def _fields(gate: ShownGate, region: Region) -> list[Field]:
    lengths = {
        name: high - low
        for view in gate.gate.views
        for name, low, high in zip(view.columns, view.low, view.high, strict=True)
    }
    return [
        Field(
            name=f"h-{handle.path}",
            handle=handle,
            text=f"{handle.value:.6g}",
            step=f"{_round(lengths.get(handle.column, handle.value or 1.0) / _STEPS):g}",
        )
        for handle in handles_of(region)
    ]


def _round(step: float) -> float:
    """Return a step of one digit."""
    power = 10.0 ** math.floor(math.log10(abs(step)))
    return float(f"{math.ceil(abs(step) / power) * power:.1g}")


def _fault(gate: ShownGate, message: str, hint: str) -> Fault:
    place = place_of(gate.held.code, gate.held.number)
    return Fault(id="CAPT-101", message=message, place=place, hint=hint)
