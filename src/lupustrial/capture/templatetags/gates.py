"""Words of the pages of gates."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from lupustrial.cytometry.review import Handle

register = template.Library()


@register.filter
def gate_state(state: str) -> str:
    """Return the word for a state."""
    words = {
        "waiting": _("Waiting"),
        "accepted": _("Accepted"),
        "edited": _("Moved"),
        "rejected": _("Rejected"),
    }
    return words[state]


@register.filter
def gate_badge(state: str) -> str:
    """Return the class of the badge of a state."""
    return {"waiting": "info", "accepted": "ok", "edited": "warn", "rejected": "bad"}[state]


@register.filter
def gate_decision(decision: str) -> str:
    """Return the words for what a reader decides."""
    words = {
        "accepted": _("Accept the gate as it was placed"),
        "edited": _("Place it as I moved it"),
        "rejected": _("Reject it: its population gives no result"),
    }
    return words[decision]


@register.filter
def handle_label(handle: Handle) -> str:
    """Return the label of a number of a gate."""
    told = {"column": handle.column, "number": handle.number}
    words = {
        "low": _("%(column)s from"),
        "high": _("%(column)s up to"),
        "corner": _("Corner %(number)s, %(column)s"),
        "centre": _("Middle, %(column)s"),
        "size": _("Size (squared distance)"),
    }
    return words[handle.what] % told
