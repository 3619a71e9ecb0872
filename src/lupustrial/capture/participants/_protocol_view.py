"""The pages of the protocol: versions in force, what each changed, and putting an amendment into force."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lupustrial.capture._amend import amend, extend, read_amendment
from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.participants._fields import Field, day_of, faults_by_place
from lupustrial.capture.store import Protocol, protocols_of, version_at
from lupustrial.errors import CaptureError, Fault, LupustrialError
from lupustrial.study import Difference, differences, is_study_file

#: Bounds of an uploaded study folder.
_MOST_FILES = 500
_MOST_BYTES = 8 * 1024 * 1024

#: What the standard library raises for a ZIP file that is damaged, encrypted, or packed in an unknown way.
_NOT_READABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
)


@dataclass(frozen=True, kw_only=True)
class Group:
    """The differences of one part, e.g. of a form."""

    part: str
    differences: tuple[Difference, ...]


@require_http_methods(["GET", "HEAD", "POST"])
def protocol_view(request: CaptureRequest) -> HttpResponse:
    """List the versions of the protocol; who may amend puts a new one into force."""
    trial, acting = request.trial, request.acting
    faults: dict[str, str] = {}
    found: list[Fault] = []
    changes: tuple[Group, ...] = ()
    checked = ""
    if request.method == "POST":
        try:
            files = read_zip(_upload(request))
            study, found = read_amendment(trial, files)
            if study is not None:
                changes = grouped(differences(trial.study, study))
                checked = study.version
            if request.POST.get("what") == "amend":
                new = amend(
                    trial,
                    files,
                    by=acting.actor,
                    why=request.POST.get("why", "")[:4000],
                    reference=request.POST.get("reference", "")[:200],
                    approved=day_of(request.POST.get("approved", "")),
                    sites=_sites(request),
                )
                messages.success(request, _("Version %(v)s is recorded.") % {"v": new.version})
                return redirect("protocol-version", new.version)
        except LupustrialError as error:
            faults = faults_by_place(error)
    with trial.reading() as tx:
        protocols = protocols_of(tx)
    now = dt.datetime.now(dt.UTC).date()
    sites = [
        (one, version_at(protocols, one.id, now) if protocols else trial.study.version)
        for one in trial.study.sites
    ]
    context: dict[str, Any] = {
        "protocols": list(reversed(protocols)),
        "sites": sites,
        "amends": acting.may("amend"),
        "fields": _fields(request, faults),
        "site_fields": _site_fields(request, faults),
        "upload_fault": faults.get("folder", ""),
        "other_faults": [
            text
            for place, text in faults.items()
            if place not in ("why", "reference", "approved", "sites", "folder")
        ],
        "found": found,
        "changes": changes,
        "checked": checked,
    }
    return render(request, "participants/protocol.html", context, status=422 if faults else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def protocol_version_view(request: CaptureRequest, version: str) -> HttpResponse:
    """Show a version: who approved it, since when each site works under it, and what it changed."""
    trial = request.trial
    with trial.reading() as tx:
        protocols = protocols_of(tx)
    place = next((n for n, one in enumerate(protocols) if one.version == version), None)
    if place is None:
        raise Http404
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            extend(
                trial,
                version,
                _sites(request),
                by=request.acting.actor,
                why=request.POST.get("why", "")[:2000],
            )
        except LupustrialError as error:
            faults = faults_by_place(error)
        else:
            messages.success(request, _("The days are recorded."))
            return redirect("protocol-version", version)
    before = protocols[place - 1] if place else None
    study = trial.study_of(version)
    changes = () if before is None else grouped(differences(trial.study_of(before.version), study))
    waiting = [] if before is None else _waiting(request, protocols[place], faults)
    context = {
        "protocol": protocols[place],
        "protocol_study": study,
        "before": before,
        "changes": changes,
        "amends": request.acting.may("amend"),
        "site_fields": waiting,
        "fields": (Field(name="why", label=_("Reason"), kind="area", fault=faults.get("why", "")),),
        "fault": faults.get("sites", "") or faults.get("version", ""),
    }
    return render(request, "participants/protocol_version.html", context, status=422 if faults else 200)


def read_zip(content: bytes) -> dict[str, str]:
    """Return the files of a study folder in a ZIP file; a single folder around them is taken off.

    Raises:
        CaptureError: CAPT-026, it is no ZIP file, too large, holds no study, or text that is not UTF-8.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if len(members) > _MOST_FILES or sum(one.file_size for one in members) > _MOST_BYTES:
                raise _bad_zip("the ZIP file is too large", "put the study folder alone into it")
            roots = {one.filename.split("/")[0] + "/" for one in members}
            cut = next(iter(roots)) if len(roots) == 1 else ""
            found = {}
            for one in members:
                name = one.filename.removeprefix(cut)
                if is_study_file(name):
                    with archive.open(one) as file:
                        found[name] = file.read(_MOST_BYTES + 1).decode()
    except UnicodeDecodeError as error:
        raise _bad_zip("a file is not UTF-8", "save it as UTF-8") from error
    except _NOT_READABLE as error:
        hint = "put the study folder into a ZIP file"
        raise _bad_zip("this is no ZIP file that can be read", hint) from error
    if "study.yaml" not in found:
        raise _bad_zip("there is no study.yaml in it", "put the study folder into a ZIP file")
    return found


def grouped(found: Iterable[Difference]) -> tuple[Group, ...]:
    """Return differences by the part that they belong to."""
    return tuple(
        Group(part=part, differences=tuple(group))
        for part, group in itertools.groupby(found, key=lambda one: one.part)
    )


def _upload(request: CaptureRequest) -> bytes:
    upload = request.FILES.get("folder")
    if upload is None or isinstance(upload, list):
        raise _bad_zip("no file was given, or it is too large", "choose a ZIP file of the study folder")
    return bytes(upload.read())


def _bad_zip(message: str, hint: str) -> CaptureError:
    return CaptureError(Fault(id="CAPT-026", message=message, place="folder", hint=hint))


def _sites(request: CaptureRequest) -> dict[str, dt.date]:
    days = {one.id: day_of(request.POST.get(f"site-{one.id}", "")) for one in request.trial.study.sites}
    return {site: day for site, day in days.items() if day is not None}


def _fields(request: CaptureRequest, faults: dict[str, str]) -> tuple[Field, ...]:
    given = request.POST
    return (
        Field(
            name="why",
            label=_("What changed, and why"),
            kind="area",
            value=given.get("why", ""),
            fault=faults.get("why", ""),
            required=False,
        ),
        Field(
            name="reference",
            label=_("Reference of the ethics committee's approval"),
            value=given.get("reference", ""),
            fault=faults.get("reference", ""),
            required=False,
        ),
        Field(
            name="approved",
            label=_("Date of the approval"),
            kind="date",
            value=given.get("approved", ""),
            fault=faults.get("approved", ""),
            required=False,
        ),
    )


def _site_fields(request: CaptureRequest, faults: dict[str, str]) -> list[Field]:
    return [
        Field(
            name=f"site-{one.id}",
            label=f"{one.id} {one.name}",
            kind="date",
            value=request.POST.get(f"site-{one.id}", ""),
            fault=faults.get("sites", ""),
            required=False,
        )
        for one in request.trial.study.sites
    ]


def _waiting(request: CaptureRequest, protocol: Protocol, faults: dict[str, str]) -> list[Field]:
    """Return a field for each site that does not work under a version yet."""
    today = dt.datetime.now(dt.UTC).date()
    return [
        field
        for field in _site_fields(request, faults)
        if not protocol.in_force(field.name.removeprefix("site-"), today)
    ]
