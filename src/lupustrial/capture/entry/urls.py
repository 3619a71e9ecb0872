"""Addresses: forms: generated from the study, entered, checked and saved."""

from __future__ import annotations

from django.urls import URLPattern, path

from lupustrial.capture.entry import _views

_PAGE = "participants/<str:participant>/visits/<str:visit>/forms/<str:form>/<number:repeat>"

urlpatterns: list[URLPattern] = [
    path(_PAGE, _views.page_view, name="page"),
    path(f"{_PAGE}/draft", _views.draft_view, name="draft"),
    path(f"{_PAGE}/check", _views.check_view, name="page-check"),
    path(f"{_PAGE}/strike", _views.strike_view, name="strike"),
]
