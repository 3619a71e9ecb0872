"""The pages of logs: a cycle of dosing as one table, and the serious adverse events with their clocks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lupustrial.capture.access import CaptureRequest, items_seen, may_enter, sees_form
from lupustrial.capture.entry import Finding
from lupustrial.capture.participants._course import frame, known
from lupustrial.capture.participants._diary import Dose, Refused, cycle, diary_form, enter_cycle
from lupustrial.capture.participants._fields import faults_by_place
from lupustrial.capture.participants._safety import clocks_seen, serious_form
from lupustrial.capture.participants._sight import sees_whole
from lupustrial.errors import LupustrialError
from lupustrial.study import Item, Study


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A control of the table."""

    name: str
    label: str
    kind: str
    value: str
    choices: tuple[tuple[str, str], ...]
    fault: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """An injection in the table."""

    dose: Dose
    cells: tuple[Cell, ...]
    fault: str


@require_http_methods(["GET", "HEAD", "POST"])
def diary_view(request: CaptureRequest, participant: str, visit: str) -> HttpResponse:
    """Enter a cycle of dosing as one table."""
    study, acting = request.trial.study, request.acting
    form = diary_form(study)
    if form is None or not sees_form(study, acting.role.id, form.id):
        raise Http404
    with request.trial.reading() as tx:
        person = known(tx, participant)
        anchor = None if person.anchor is None else dt.date.fromisoformat(person.anchor)
        doses = cycle(tx, study, participant, visit, anchor)
    if not doses:
        raise Http404
    items = items_seen(study, acting, form.id, visit=visit, at=visit)
    enters = may_enter(study, acting, form.id)
    findings: dict[int, tuple[Finding, ...]] = {}
    fault = ""
    given: dict[int, dict[str, str]] = {}
    if request.method == "POST" and enters:
        given = _given(request, doses, items)
        revisions = {dose.number: _number(request.POST.get(f"{dose.number}-revision", "0")) for dose in doses}
        try:
            enter_cycle(
                request.trial,
                acting,
                participant,
                visit,
                {number: row for number, row in given.items() if any(row.values()) or revisions[number]},
                revisions=revisions,
                why=request.POST.get("why", "")[:2000],
            )
        except Refused as refused:
            findings = dict(refused.findings)
        except LupustrialError as error:
            fault = "; ".join(faults_by_place(error).values())
        else:
            messages.success(request, _("The cycle is saved."))
            return redirect("visit", participant, visit)
    context = {
        **frame(request, person),
        "visit": study.visit(visit),
        "form": form,
        "items": items,
        "rows": [_row(study, dose, items, given, findings.get(dose.number, ())) for dose in doses],
        "may_enter": enters,
        "changes": any(dose.page is not None for dose in doses),
        "fault": fault,
        "refused": bool(findings),
    }
    return render(request, "participants/diary.html", context, status=422 if fault or findings else 200)


@require_safe
def safety_view(request: CaptureRequest) -> HttpResponse:
    """List the serious adverse events of the sites of the role, with the clocks of their reports."""
    study, acting = request.trial.study, request.acting
    form = serious_form(study)
    if form is None or not sees_whole(study, acting, form.id):
        raise Http404
    today = dt.datetime.now(dt.UTC).date()
    with request.trial.reading() as tx:
        clocks = clocks_seen(tx, study, acting, today)
    context = {"clocks": clocks, "rule": study.expedited}
    return render(request, "participants/safety.html", context)


def _given(request: CaptureRequest, doses: tuple[Dose, ...], items: list[Item]) -> dict[int, dict[str, str]]:
    return {
        dose.number: {
            item.id: request.POST.get(f"{dose.number}-{item.id}", "")[:200].strip() for item in items
        }
        for dose in doses
    }


def _row(
    study: Study,
    dose: Dose,
    items: list[Item],
    given: dict[int, dict[str, str]],
    findings: tuple[Finding, ...],
) -> Row:
    faults = {one.item: str(one.message) for one in findings if one.severity == "error"}
    cells = []
    for item in items:
        held = None if dose.page is None else dose.page.items.get(item.id)
        value = "" if held is None or held.value is None else held.value
        cells.append(
            Cell(
                name=f"{dose.number}-{item.id}",
                label=item.label,
                kind={"code": "choice", "date": "date"}.get(item.type, "text"),
                value=given.get(dose.number, {}).get(item.id, value),
                choices=tuple(
                    (one.value, one.decode) for one in study.codelists.get(item.codelist or "", ())
                ),
                fault=faults.get(item.id, ""),
            )
        )
    return Row(dose=dose, cells=tuple(cells), fault=faults.get("", ""))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0  # noqa: PLR2004 - BIGINT
