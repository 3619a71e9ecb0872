"""Addresses: accounts: signing in, second factor, roles, the administrator's pages."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
