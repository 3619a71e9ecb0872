"""Addresses: allocation, kits and code breaks in the pages."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
