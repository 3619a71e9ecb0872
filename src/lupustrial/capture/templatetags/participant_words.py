"""``{% badge "visit" due.state %}``: the word for a state, with its look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lupustrial.capture.participants import KINDS

register = template.Library()


@register.simple_tag
def badge(kind: str, state: str) -> SafeString:
    """Return the badge of a state; the state itself where there is no word for it."""
    word, look = KINDS[kind].get(state, (state, "muted"))
    return format_html('<span class="badge badge--{}">{}</span>', look, word)


@register.filter
def of_form(marks: Mapping[str, Any], form: str) -> Any:
    """Return the marks of a form; None where nothing of it is saved."""
    return marks.get(form)
