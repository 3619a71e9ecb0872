"""Words of the supply pages: numbers of kits in groups, states, steps and places."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lupustrial.allocation.kits import printed

register = template.Library()

_STATES = {
    "packed": (gettext_lazy("packed"), "muted"),
    "released": (gettext_lazy("released"), "info"),
    "shipped": (gettext_lazy("on its way"), "info"),
    "received": (gettext_lazy("in stock"), "ok"),
    "missing": (gettext_lazy("missing"), "bad"),
    "quarantined": (gettext_lazy("in quarantine"), "warn"),
    "dispensed": (gettext_lazy("handed out"), "info"),
    "returned": (gettext_lazy("came back"), "muted"),
    "destroyed": (gettext_lazy("destroyed"), "muted"),
}
_STEPS = {
    "in stock": (gettext_lazy("in stock"), "ok"),
    "on its way": (gettext_lazy("on its way"), "info"),
    "ship": (gettext_lazy("to ship"), "warn"),
    "release": (gettext_lazy("to release"), "warn"),
    "none": (gettext_lazy("no kit is left"), "bad"),
}


@register.filter
def kit_number(number: int | None) -> str:
    """Return the number of a kit in groups of three, as its label prints it."""
    return "" if number is None else printed(number)


@register.filter
def state_word(state: str) -> Any:
    """Return the word for the state of a kit."""
    return _STATES.get(state, (state, ""))[0]


@register.filter
def state_mark(state: str) -> str:
    """Return the kind of badge for the state of a kit."""
    return _STATES.get(state, ("", "muted"))[1]


@register.filter
def step_word(step: str) -> Any:
    """Return the word for what has to be done so that a kit is there."""
    return _STEPS.get(step, (step, ""))[0]


@register.filter
def step_mark(step: str) -> str:
    """Return the kind of badge for what has to be done."""
    return _STEPS.get(step, ("", "muted"))[1]


@register.filter
def place_word(site: str | None) -> str:
    """Return the word for a place: a site, or the depot (None)."""
    return _("depot") if site in (None, "depot") else _("site %(site)s") % {"site": site}
