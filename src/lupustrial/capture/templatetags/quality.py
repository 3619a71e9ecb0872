"""Small words of the pages of queries, signatures and audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lupustrial.capture.store import Held, Page
from lupustrial.study import Study

register = template.Library()

_STATUS: Mapping[str, Any] = {
    "not done": lambda: _("not done"),
    "unknown": lambda: _("unknown"),
    "not applicable": lambda: _("not applicable"),
}


@register.filter
def named(labels: Mapping[str, str], key: str) -> str:
    """Return the title of a form, or the label of ``form.ITEM``; the key where there is none."""
    return labels.get(key, key)


@register.filter
def item(labels: Mapping[str, str], query: Any) -> str:
    """Return the label of the item of a query or of a row of the audit trail."""
    return labels.get(f"{query.place.form}.{query.item}", query.item)


@register.filter
def of_item(labels: Mapping[str, str], checked: Any) -> str:
    """Return the label of the item of a value."""
    return item(labels, checked)


@register.simple_tag
def utc(at: str) -> SafeString:
    """Return a time with its time zone, as it is printed on signatures and in the audit trail."""
    return format_html('<time datetime="{}">{} {} UTC</time>', at, at[:10], at[11:19])


@register.simple_tag
def said(held: Any) -> SafeString | str:
    """Return what an item holds: value and unit, or why it has none; a dash for nothing."""
    if held is None:
        return "–"
    if held.status != "entered":
        word = _STATUS.get(held.status)
        return format_html("<em>{}</em>", word() if word is not None else held.status)
    return f"{held.value} {held.unit}" if held.unit else str(held.value)


@register.simple_tag
def link_to_page(place: Any) -> SafeString | str:
    """Return a link to a page of a form."""
    try:
        address = reverse("page", args=(place.participant, place.visit, place.form, place.repeat))
    except NoReverseMatch:  # a form or visit whose name no address can hold
        return ""
    return format_html('<a class="button button--quiet" href="{}">{}</a>', address, _("Open the page"))


@register.simple_tag
def label(labels: Mapping[str, str], form: str, item_id: str) -> str:
    """Return the label of an item of a form; its id where the study has it no more."""
    return labels.get(f"{form}.{item_id}", item_id)


@register.filter
def in_order(page: Page, study: Study) -> list[tuple[str, Held]]:
    """Return what a page holds in the order of its form; what the form has no more comes last."""
    asked = [one.id for one in study.form(page.place.form).items]
    return sorted(
        page.items.items(), key=lambda pair: asked.index(pair[0]) if pair[0] in asked else len(asked)
    )
