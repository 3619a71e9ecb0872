"""Addresses: scores of a visit and of a participant."""

from __future__ import annotations

from django.urls import URLPattern, path

from lupustrial.capture.scores._views import participant_scores, visit_scores

urlpatterns: list[URLPattern] = [
    path("participants/<str:participant>/visits/<str:visit>/scores", visit_scores, name="scores"),
    path("participants/<str:participant>/scores", participant_scores, name="participant-scores"),
]
