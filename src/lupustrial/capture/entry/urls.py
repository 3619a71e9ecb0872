"""Addresses: forms: generated from the study, entered, checked and saved."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
