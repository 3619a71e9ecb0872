"""Words of the doors: what went in and out, differences, how a file is written."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

register = template.Library()

_TRANSFERS = {
    "exported": _("Export"),
    "imported": _("Import"),
    "import refused": _("Import, refused"),
    "printed": _("Print"),
}
_DIFFERENCES = {
    "new": ("ok", _("new")),
    "changed": ("warn", _("changed")),
    "same": ("muted", _("same")),
}
_CHOICES = {
    "comma": _("comma"),
    "semicolon": _("semicolon"),
    "tab": _("tab"),
    "point": _("point"),
}


@register.simple_tag
def transfer_word(kind: str) -> str:
    """Return the word for something that went in or out."""
    return str(_TRANSFERS.get(kind, kind))


@register.simple_tag
def difference_badge(what: str) -> SafeString:
    """Return the badge of a difference."""
    look, word = _DIFFERENCES[what]
    return format_html('<span class="badge badge--{}">{}</span>', look, word)


@register.simple_tag
def choice_word(name: str) -> str:
    """Return the word for a way in which a file is written."""
    return str(_CHOICES.get(name, name))
