"""Participants: registering, eligibility, consent, visits, safety, withdrawal, and the protocol itself."""

from lupustrial.capture.participants._consent import ConsentState, consent_state
from lupustrial.capture.participants._eligibility import (
    Fact,
    Verdict,
    confirm,
    confirmed,
    digest,
    eligibility_of,
    overall,
)
from lupustrial.capture.participants._ending import end_participation, open_unscheduled
from lupustrial.capture.participants._register import register
from lupustrial.capture.participants._safety import Clock, clocks_of, clocks_seen, serious_form
from lupustrial.capture.participants._schedule import (
    Due,
    DueState,
    date_item,
    date_of_day,
    missed_visits,
    plan_of,
    schedule_of,
    window_of,
)
from lupustrial.capture.participants._sight import state_seen
from lupustrial.capture.participants._words import KINDS

__all__ = [
    "KINDS",
    "Clock",
    "ConsentState",
    "Due",
    "DueState",
    "Fact",
    "Verdict",
    "clocks_of",
    "clocks_seen",
    "confirm",
    "confirmed",
    "consent_state",
    "date_item",
    "date_of_day",
    "digest",
    "eligibility_of",
    "end_participation",
    "missed_visits",
    "open_unscheduled",
    "overall",
    "plan_of",
    "register",
    "schedule_of",
    "serious_form",
    "state_seen",
    "window_of",
]
