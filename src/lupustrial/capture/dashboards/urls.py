"""Addresses: how the trial goes."""

from __future__ import annotations

from django.urls import path

from lupustrial.capture.dashboards import _views

urlpatterns = [path("", _views.home, name="home")]
