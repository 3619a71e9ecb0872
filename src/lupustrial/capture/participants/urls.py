"""Addresses: participants: registering, eligibility, consent, visits, withdrawal."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
