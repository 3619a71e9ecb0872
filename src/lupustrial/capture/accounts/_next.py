"""Where somebody wanted to go before the door: kept while signing in, and never to another host."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

_NEXT = "next"


def remember_next(request: HttpRequest, wanted: str) -> None:
    """Keep an address of this server for after signing in; anything else is dropped."""
    mine = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if mine and wanted.startswith("/") and wanted.isprintable():
        request.session[_NEXT] = wanted


def next_address(request: HttpRequest) -> str:
    """Return where to go now, once: what was kept, else the overview."""
    return str(request.session.pop(_NEXT, None) or resolve_url("home"))
