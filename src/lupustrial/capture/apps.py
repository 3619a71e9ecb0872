"""The web application as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class CaptureConfig(AppConfig):
    """One Django application; its models are accounts and what belongs to them, never trial data."""

    name = "lupustrial.capture"
    label = "capture"
    verbose_name = "lupustrial"
