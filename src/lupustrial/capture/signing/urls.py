"""Addresses: signatures bound to what was signed."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
