"""Exports, and the head of the ledger."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lupustrial.capture.doors._sent import sent
from lupustrial.capture.doors.export import make_export, select
from lupustrial.capture.doors.interface._api import api, asked
from lupustrial.capture.doors.interface._schemas import ExportIn, LedgerOut, Problem
from lupustrial.ledger import head, now

_FILE = {
    "responses": {
        200: {
            "description": "The file; its SHA-256 in X-Export-SHA256, its rows in X-Export-Rows.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@api.post(
    "/exports",
    url_name="exports",
    response=dict.fromkeys((400, 401, 403, 422), Problem),
    tags=["data"],
    openapi_extra=_FILE,
)
def export(request: HttpRequest, body: ExportIn) -> Any:
    """Export what the role sees. The export is on the ledger, with its SHA-256."""
    call = asked(request)
    chosen = select(
        call.trial.study,
        call.acting,
        format=body.format,
        sites=body.sites,
        visits=body.visits,
        forms=body.forms,
    )
    return sent(make_export(call.trial, call.acting, chosen))


@api.get("/ledger", url_name="ledger", response={200: LedgerOut, 401: Problem, 403: Problem}, tags=["data"])
def ledger(request: HttpRequest) -> dict[str, Any]:
    """Give the head of the ledger, to be kept elsewhere: what is cut off or changed later is found by it."""
    call = asked(request)
    with call.trial.reading() as tx:
        position, digest = head(tx)
    return {"study": call.trial.study.id, "position": position, "hash": digest, "at": now()}
