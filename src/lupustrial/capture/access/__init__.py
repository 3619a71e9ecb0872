"""Who may do what: one table of rules, one gate that every request passes, one decision on what is seen."""

from lupustrial.capture.access._acting import Acting, CaptureRequest, acting_of
from lupustrial.capture.access._context import page_context
from lupustrial.capture.access._middleware import ACTING, AccessMiddleware, check, second_factor_passed
from lupustrial.capture.access._responses import failed, not_found, refuse, refused
from lupustrial.capture.access._rules import RULES, Rule
from lupustrial.capture.access._sight import forms_seen, held_seen, items_seen, may_enter, sees_form

__all__ = [
    "ACTING",
    "RULES",
    "AccessMiddleware",
    "Acting",
    "CaptureRequest",
    "Rule",
    "acting_of",
    "check",
    "failed",
    "forms_seen",
    "held_seen",
    "items_seen",
    "may_enter",
    "not_found",
    "page_context",
    "refuse",
    "refused",
    "second_factor_passed",
    "sees_form",
]
