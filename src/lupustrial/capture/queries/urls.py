"""Addresses: queries, verification against source, freezes and locks."""

from __future__ import annotations

from django.urls import path

from lupustrial.capture.queries import _holds_view, _verify_view, _views

_PAGE = "participants/<str:participant>/visits/<str:visit>/forms/<str:form>/<int:repeat>"

urlpatterns = [
    path("queries", _views.queries_view, name="queries"),
    path("queries/<int:number>", _views.query_view, name="query"),
    path(f"{_PAGE}/query", _views.open_view, name="query-open"),
    path("verification", _verify_view.verification_view, name="verification"),
    path("holds", _holds_view.holds_view, name="holds"),
]
