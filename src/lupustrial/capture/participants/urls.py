"""Addresses: participants: registering, eligibility, consent, visits, withdrawal; and the protocol."""

from __future__ import annotations

from django.urls import URLPattern, path

from lupustrial.capture.participants._course import participant_view, visit_view
from lupustrial.capture.participants._list import participants_view, register_view

_ONE = "participants/<str:participant>"

urlpatterns: list[URLPattern] = [
    path("participants", participants_view, name="participants"),
    path("participants/new", register_view, name="register"),
    path(_ONE, participant_view, name="participant"),
    path(f"{_ONE}/visits/<str:visit>", visit_view, name="visit"),
]
