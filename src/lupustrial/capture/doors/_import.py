"""The pages of imports: choose a file, look at what it would do, confirm."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.doors._staged import Staged, stage, staged_of, unstage
from lupustrial.capture.doors.intake import (
    BYTES,
    CHOICES,
    LabMap,
    Options,
    Report,
    bring_in,
    examine,
    importable,
    maps_of,
    options_of,
    read_map,
    refuse_on_ledger,
    shown,
    token_of,
)
from lupustrial.capture.models import Account
from lupustrial.errors import CaptureError, Fault

#: Differences that the report lists; the others are counted.
_LISTED = 300


@require_http_methods(["GET", "POST"])
def import_(request: CaptureRequest) -> HttpResponse:
    """Show the form of an import, its dry run, or bring a file in that was looked at."""
    if request.method != "POST":
        return _page(request)
    step = request.POST.get("step", "")
    if step == "confirm":
        return _confirm(request)
    if step == "cancel":
        unstage(_account(request))
        messages.info(request, _("Nothing was saved."))
        return redirect("import")
    return _look(request)


def _look(request: CaptureRequest) -> HttpResponse:
    """Read a file, tell what it would do, and keep it for the confirmation."""
    file = request.FILES.get("file")
    try:
        if not isinstance(file, UploadedFile):
            raise _fault("CAPT-067", _("No file was chosen."), "file")
        if (file.size or 0) > BYTES:
            raise _fault("CAPT-067", _("The file is larger than 10 MB."), shown(file.name or "file"))
        options = options_of(_given(request))
        lab, text = _map(request, options)
        if lab is not None:
            options = _as_mapped(options, lab)
        content = file.read()
    except CaptureError as error:
        return _page(request, error.faults)
    name = shown(file.name or "file")
    report = examine(request.trial, request.acting, content, name, options, lab)
    token = ""
    if report.good:
        token = token_of(request.acting, report)
        stage(
            request.trial,
            _account(request),
            Staged(name=name, content=content, options=options.plain(), map=text),
        )
    elif report.faults:
        refuse_on_ledger(request.trial, request.acting, content, report)
    return _report(request, report, options, token)


def _confirm(request: CaptureRequest) -> HttpResponse:
    account = _account(request)
    try:
        staged = staged_of(request.trial, account)
        options = Options(**staged.options)
        if staged.map and request.POST.get("unmatched", "0") != "0" and not request.POST.get("leave"):
            raise _fault("CAPT-074", _("Say that the rows that match nothing are left out."), staged.name)
        lab = read_map(request.trial.study, staged.map, "map") if staged.map else None
        report = bring_in(
            request.trial,
            request.acting,
            staged.content,
            staged.name,
            options,
            request.POST.get("token", "")[:2000],
            lab,
        )
    except CaptureError as error:
        return _page(request, error.faults)
    unstage(account)
    said = _("The file was brought in: {pages} pages, {new} new values, {changed} changed.")
    messages.success(
        request,
        said.format(pages=report.pages, new=report.count("new"), changed=report.count("changed")),
    )
    return redirect("doors")


def _given(request: CaptureRequest) -> dict[str, Any]:
    return {name: request.POST.get(name, "") for name in (*CHOICES, "form", "map", "why", "neutral")}


def _map(request: CaptureRequest, options: Options) -> tuple[LabMap | None, str]:
    """Return the map of a laboratory that was chosen or written, and its text."""
    if options.layout != "laboratory":
        return None, ""
    written = request.POST.get("map_text", "").strip()
    known = maps_of(request.trial.study)
    if written:
        return read_map(request.trial.study, written, "map"), written
    if options.map not in known:
        raise _fault("CAPT-073", _("No map of the laboratory was chosen or written."), "map")
    text = known[options.map]
    return read_map(request.trial.study, text, f"imports/{options.map}.yaml"), text


def _as_mapped(options: Options, lab: LabMap) -> Options:
    """Return options with what the map says of the file."""
    return Options(
        layout="laboratory",
        map=options.map,
        encoding=lab.encoding,
        delimiter=lab.delimiter,
        decimal=lab.decimal,
        dates=lab.dates,
        why=options.why,
    )


def _page(request: CaptureRequest, faults: tuple[Fault, ...] = ()) -> HttpResponse:
    study = request.trial.study
    context = {
        "faults": faults,
        "choices": CHOICES,
        "forms": importable(study, request.acting),
        "maps": maps_of(study),
        "given": _given(request),
        "map_text": request.POST.get("map_text", ""),
    }
    return render(request, "doors/import.html", context, status=400 if faults else 200)


def _report(request: CaptureRequest, report: Report, options: Options, token: str) -> HttpResponse:
    changes = [one for one in report.differences if one.what != "same"]
    context = {
        "report": report,
        "options": options,
        "token": token,
        "counts": {what: report.count(what) for what in ("new", "changed", "same")},
        "changes": changes[:_LISTED],
        "more": max(0, len(changes) - _LISTED),
    }
    return render(request, "doors/report.html", context, status=422 if report.faults else 200)


def _account(request: CaptureRequest) -> Account:
    return cast("Account", request.user)


def _fault(fault_id: str, message: str, place: str) -> CaptureError:
    return CaptureError(Fault(id=fault_id, message=message, place=place))
