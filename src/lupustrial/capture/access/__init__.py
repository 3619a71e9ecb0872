"""Who may do what: one table of rules, one gate that every request passes, one decision on what is seen."""

from lupustrial.capture.access._acting import Acting, CaptureRequest, acting_of
from lupustrial.capture.access._context import page_context
from lupustrial.capture.access._hand import at_hand, closed_by_time, is_past, sees_by_time
from lupustrial.capture.access._middleware import (
    ACTING,
    AccessMiddleware,
    check,
    password_due,
    second_factor_passed,
)
from lupustrial.capture.access._problem import problem
from lupustrial.capture.access._responses import (
    bad_request,
    failed,
    not_found,
    refuse,
    refused,
    stale_form,
)
from lupustrial.capture.access._rules import RULES, Rule
from lupustrial.capture.access._sight import forms_seen, held_seen, items_seen, may_enter, sees_form
from lupustrial.capture.access._tokens import digest_of_token
from lupustrial.capture.access._unavailable import unavailable

__all__ = [
    "ACTING",
    "RULES",
    "AccessMiddleware",
    "Acting",
    "CaptureRequest",
    "Rule",
    "acting_of",
    "at_hand",
    "bad_request",
    "check",
    "closed_by_time",
    "digest_of_token",
    "failed",
    "forms_seen",
    "held_seen",
    "is_past",
    "items_seen",
    "may_enter",
    "not_found",
    "page_context",
    "password_due",
    "problem",
    "refuse",
    "refused",
    "second_factor_passed",
    "sees_by_time",
    "sees_form",
    "stale_form",
    "unavailable",
]
