"""The page of the audit trail, with its filters and its export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render

from lupustrial.capture.access import CaptureRequest, forms_seen
from lupustrial.capture.review._trail import trail, wanted_of, whole_trail
from lupustrial.capture.store import Change, Said, kinds_of_changes
from lupustrial.errors import CaptureError, Fault

_NAMES = ("participant", "visit", "form", "item", "person", "kind", "since", "until")
_COLUMNS = (
    "position", "at", "kind", "site", "participant", "visit", "form", "repeat", "item", "by", "role",
    "old_value", "old_unit", "old_status", "new_value", "new_unit", "new_status", "why", "query",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def history_view(request: CaptureRequest) -> HttpResponse:
    """Show the audit trail: every change, the newest first, as far as the role sees it."""
    study, acting = request.trial.study, request.acting
    faults: tuple[Fault, ...] = ()
    rows: list[Change] = []
    following: tuple[int, int] | None = None
    with request.trial.reading() as tx:
        kinds = kinds_of_changes(tx)
        try:
            wanted = wanted_of(request.GET.dict())
            rows, following = trail(tx, study, acting, wanted, before=_before(request))
        except CaptureError as error:
            faults = error.faults
    kept = {name: request.GET.get(name, "") for name in _NAMES}
    labels = {form.id: form.title for form in study.forms}
    for form in study.forms:
        labels |= {f"{form.id}.{item.id}": item.label for item in form.items}
    context = {
        "rows": rows,
        "next": f"{following[0]}.{following[1]}" if following else "",
        "kept": urlencode({name: value for name, value in kept.items() if value}),
        "given": kept,
        "kinds": kinds,
        "forms": forms_seen(study, acting),
        "visits": study.visits,
        "labels": labels,
        "faults": faults,
        "may_export": acting.may("review", "export"),
        "begun": bool(request.GET.get("before")),
    }
    template = "review/_rows.html" if request.htmx and not faults else "review/history.html"
    return render(request, template, context, status=422 if faults else 200)


def export_view(request: CaptureRequest) -> HttpResponseBase:
    """Give the audit trail, filtered in the same way, as CSV."""
    try:
        wanted = wanted_of(request.GET.dict())
    except CaptureError as error:
        return render(request, "review/faults.html", {"faults": error.faults}, status=422)

    def lines() -> Iterator[str]:
        yield _line(_COLUMNS)
        with request.trial.reading() as tx:
            for row in whole_trail(tx, request.trial.study, request.acting, wanted):
                yield _line(_cells(row))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit-trail.csv"'
    return response


def _before(request: CaptureRequest) -> tuple[int, int] | None:
    position, _, order = request.GET.get("before", "").partition(".")
    digits = (position + order).isascii() and position.isdecimal() and order.isdecimal()
    if not digits or max(len(position), len(order)) > 18:  # noqa: PLR2004 - a BIGINT
        return None
    return int(position), int(order)


def _cells(row: Change) -> tuple[str, ...]:
    place, nothing = row.place, Said(value=None, unit=None, status="")
    old, new = row.old or nothing, row.new or nothing
    return (
        str(row.position), row.at, row.kind, row.site, place.participant, place.visit, place.form,
        str(place.repeat or ""), row.item, row.by, row.role,
        old.value or "", old.unit or "", old.status, new.value or "", new.unit or "", new.status,
        row.why, "" if row.query is None else str(row.query),
    )  # fmt: skip


def _line(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(map(_harmless, cells))
    return text.getvalue()


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking what somebody typed for a formula; numbers stay numbers."""
    if not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
