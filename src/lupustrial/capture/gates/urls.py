"""Addresses: gates of flow cytometry."""

from __future__ import annotations

from django.urls import path

from lupustrial.capture.gates import _gate_view, _import_view, _list_view
from lupustrial.capture.queries import plain

urlpatterns = [
    path("gates", plain(_list_view.gates_view), name="gates"),
    path("gates/import", plain(_import_view.import_view), name="gates-import"),
    path("gates/decisions", plain(_import_view.decisions_view), name="gates-decisions"),
    path("gates/<str:code>/<number:number>", plain(_gate_view.gate_view), name="gate"),
]
