"""Who may do what: one table of rules, one gate that every request passes, one decision on what is seen."""

from lupustrial.capture.access._acting import Acting, CaptureRequest, acting_of
from lupustrial.capture.access._context import page_context
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
    "bad_request",
    "check",
    "digest_of_token",
    "failed",
    "forms_seen",
    "held_seen",
    "items_seen",
    "may_enter",
    "not_found",
    "page_context",
    "password_due",
    "problem",
    "refuse",
    "refused",
    "second_factor_passed",
    "sees_form",
    "stale_form",
    "unavailable",
]
