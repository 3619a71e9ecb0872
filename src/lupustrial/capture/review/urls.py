"""Addresses: the audit trail, read and reviewed."""

from __future__ import annotations

from django.urls import path

from lupustrial.capture.queries import plain
from lupustrial.capture.review import _history_view, _review_view

urlpatterns = [
    path("audit", plain(_review_view.review_view), name="review"),
    path("audit/finding", plain(_review_view.finding_view), name="finding"),
    path("audit/anchor", plain(_review_view.anchor_view), name="anchor"),
    path("audit/history", plain(_history_view.history_view), name="history"),
    path("audit/history.csv", plain(_history_view.export_view), name="history-export"),
]
