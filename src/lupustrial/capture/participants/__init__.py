"""Participants: registering, eligibility, consent, visits, safety, withdrawal, and the protocol itself."""

from lupustrial.capture.participants._register import register
from lupustrial.capture.participants._schedule import (
    Due,
    DueState,
    date_item,
    date_of_day,
    missed_visits,
    plan_of,
    schedule_of,
    today_at,
    window_of,
)
from lupustrial.capture.participants._sight import state_seen
from lupustrial.capture.participants._words import KINDS

__all__ = [
    "KINDS",
    "Due",
    "DueState",
    "date_item",
    "date_of_day",
    "missed_visits",
    "plan_of",
    "register",
    "schedule_of",
    "state_seen",
    "today_at",
    "window_of",
]
