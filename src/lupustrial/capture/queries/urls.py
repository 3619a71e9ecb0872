"""Addresses: queries, verification against source, freezes and locks."""

from __future__ import annotations

from django.urls import path

from lupustrial.capture.queries import _holds_view, _verify_view, _views
from lupustrial.capture.queries._plain import plain

_PAGE = "participants/<str:participant>/visits/<str:visit>/forms/<str:form>/<number:repeat>"

urlpatterns = [
    path("queries", plain(_views.queries_view), name="queries"),
    path("queries/<number:number>", plain(_views.query_view), name="query"),
    path(f"{_PAGE}/query", plain(_views.open_view), name="query-open"),
    path("verification", plain(_verify_view.verification_view), name="verification"),
    path("holds", plain(_holds_view.holds_view), name="holds"),
]
