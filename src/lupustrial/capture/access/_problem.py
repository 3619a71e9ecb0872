"""Refusals to programs, which no page is for."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from django.http import HttpResponse, JsonResponse

from lupustrial.errors import Fault


def problem(status: int, detail: str, faults: Sequence[Fault] = ()) -> HttpResponse:
    """Return a refusal to a program (RFC 9457): what, and every fault with place and remedy."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "faults": [
            {"id": one.id, "message": one.message, "place": one.place, "hint": one.hint} for one in faults
        ],
    }
    return JsonResponse(content, status=status, content_type="application/problem+json")
