"""Addresses: import, export, print and the programming interface."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lupustrial.capture.doors import _export, _guide, _import, _index, _print, _tokens
from lupustrial.capture.doors.interface import urls as operations

urlpatterns: list[URLPattern | URLResolver] = [
    path("doors", _index.doors, name="doors"),
    path("doors/export", _export.export, name="export"),
    path("doors/import", _import.import_, name="import"),
    path("doors/print", _print.print_crf, name="print-crf"),
    path("doors/print/<str:form>", _print.print_form, name="print"),
    path("doors/casebook", _print.casebooks, name="casebooks"),
    path("doors/casebook/<str:participant>", _print.print_casebook, name="casebook"),
    path("doors/tokens", _tokens.tokens, name="tokens"),
    path("doors/api", _guide.guide, name="api-guide"),
    path("api/v1/openapi.json", _guide.openapi, name="api-openapi"),
    path("api/v1/", operations()),
]
