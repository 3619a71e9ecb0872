"""The page on which review material is brought in, and the file of decisions that is taken away."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.gates._decisions import decisions_text
from lupustrial.capture.gates._intake import BYTES, bring_gates
from lupustrial.errors import CaptureError, CytometryError, Fault

_LISTED = 20  # faults that are shown


def import_view(request: CaptureRequest) -> HttpResponse:
    """Ask for review material, and bring it in."""
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            brought = bring_gates(request.trial, request.acting, _content(request))
        except (CaptureError, CytometryError) as error:
            faults = error.faults
        else:
            said = _(
                "Tubes brought in: {tubes}, held already: {same}. Gates: {gates}, to be looked at: {look}."
            )
            messages.success(
                request,
                said.format(tubes=brought.tubes, same=brought.same, gates=brought.gates, look=brought.look),
            )
            return redirect("gates-import")
    context = {"faults": faults[:_LISTED], "more": max(0, len(faults) - _LISTED)}
    return render(request, "gates/import.html", context, status=422 if faults else 200)


def decisions_view(request: CaptureRequest) -> HttpResponse:
    """Give the decisions as a file."""
    with request.trial.reading() as tx:
        text = decisions_text(tx, request.trial.study.id)
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="gate-decisions.json"'
    response["Cache-Control"] = "no-store"
    return response


def _content(request: CaptureRequest) -> bytes:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise _refused(_("no file was chosen"), _("choose review-material.zip"))
    if (file.size or 0) > BYTES:
        raise _refused(_("the file is larger than 10 MB"), _("gate fewer files at a time, e.g. one batch"))
    return bytes(file.read())


def _refused(message: str, hint: str) -> CaptureError:
    return CaptureError(Fault(id="CAPT-100", message=message, place=_("review material"), hint=hint))
