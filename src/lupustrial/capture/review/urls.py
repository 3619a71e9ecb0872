"""Addresses: the audit trail, read and reviewed."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
