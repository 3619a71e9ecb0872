"""Addresses: how the trial goes."""

from __future__ import annotations

from django.urls import path

from lupustrial.capture.dashboards import _search, _views

urlpatterns = [
    path("", _views.home, name="home"),
    path("overview/<slug:part>", _views.part, name="overview-part"),
    path("search", _search.search, name="search"),
]
