"""Address: the door of the demonstration."""

from __future__ import annotations

from django.urls import path

from lupustrial.capture.demo import _views

urlpatterns = [path("demo", _views.demo, name="demo")]
