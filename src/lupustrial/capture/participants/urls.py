"""Addresses: participants: registering, eligibility, consent, visits, withdrawal; and the protocol."""

from __future__ import annotations

from django.urls import URLPattern, path

from lupustrial.capture.participants._consent_view import (
    consent_file_view,
    consent_sign_view,
    consents_view,
)
from lupustrial.capture.participants._course import participant_view, visit_view
from lupustrial.capture.participants._diary_view import diary_view, safety_view
from lupustrial.capture.participants._eligibility_view import eligibility_view
from lupustrial.capture.participants._ending_view import identifiers_view, unscheduled_view, withdraw_view
from lupustrial.capture.participants._list import participants_view, register_view
from lupustrial.capture.participants._protocol_view import protocol_version_view, protocol_view

_ONE = "participants/<str:participant>"

urlpatterns: list[URLPattern] = [
    path("participants", participants_view, name="participants"),
    path("participants/new", register_view, name="register"),
    path(_ONE, participant_view, name="participant"),
    path(f"{_ONE}/eligibility", eligibility_view, name="eligibility"),
    path(f"{_ONE}/consent", consents_view, name="consents"),
    path(f"{_ONE}/consent/sign/<str:version>", consent_sign_view, name="consent-sign"),
    path(f"{_ONE}/consent/files/<number:number>", consent_file_view, name="consent-file"),
    path(f"{_ONE}/identifiers", identifiers_view, name="identifiers"),
    path(f"{_ONE}/withdraw", withdraw_view, name="withdraw"),
    path(f"{_ONE}/unscheduled", unscheduled_view, name="unscheduled"),
    path(f"{_ONE}/diary/<str:visit>", diary_view, name="diary"),
    path(f"{_ONE}/visits/<str:visit>", visit_view, name="visit"),
    path("safety", safety_view, name="safety"),
    path("protocol", protocol_view, name="protocol"),
    path("protocol/<str:version>", protocol_version_view, name="protocol-version"),
]
