"""The database failed under a request: the one page that says so, and whether anything was saved."""

from __future__ import annotations

import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from lupustrial.capture._trial import Trial
from lupustrial.capture.access._acting import CaptureRequest
from lupustrial.capture.access._problem import problem
from lupustrial.errors import LedgerError

_log = logging.getLogger(__name__)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_SOON = "30"  # seconds


def begin_request(request: CaptureRequest) -> None:
    """Note that nothing was written under this request yet; its `trial` is known."""
    request.trial.db.wrote = False


def database_failed(error: BaseException) -> bool:
    """Whether an error says that the database of the trial cannot be read or written."""
    return isinstance(error, LedgerError | OperationalError | InterfaceError)


def unavailable(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Say that the database failed (503), what became of the request, and what to do.

    The page asks the database nothing: neither session nor messages. The log gets the reason, which names
    neither values nor addresses.
    """
    told = error.faults[0] if isinstance(error, LedgerError) else None
    reason = type(error).__name__ if told is None else f"{told.id} {told.message}"
    _log.error("the database failed: %s", reason)
    outcome = _outcome(request)
    code = "LEDGER-006" if told is None else told.id
    match = request.resolver_match
    if match is not None and match.view_name.startswith("api:"):
        response = problem(503, outcome)
    else:
        context = {"outcome": outcome, "reads": request.method in _READING, "code": code}
        context["theme"] = request.COOKIES.get("theme", "")
        response = HttpResponse(render_to_string("access/unavailable.html", context), status=503)
    response["Retry-After"] = _SOON
    return response


def _outcome(request: HttpRequest) -> str:
    if request.method in _READING:
        return _("The database of the trial cannot be used at the moment, so this page cannot be shown.")
    trial: Trial | None = getattr(request, "trial", None)
    if trial is None or not trial.wrote:
        return _("The database of the trial cannot be used at the moment. Nothing was saved.")
    return _(
        "The database of the trial failed while this was being saved. It is not certain whether it was saved."
    )
