"""Addresses: import, export, print and the programming interface."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
