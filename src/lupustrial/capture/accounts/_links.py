"""The link by which a password is set, once."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse


def follow(request: HttpRequest, secret: str) -> HttpResponse:
    """Set a password by a link."""
    raise Http404
