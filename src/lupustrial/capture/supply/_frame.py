"""What every page of the supply has: its tabs, and the way in which it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from lupustrial.capture.access import RULES, Acting, CaptureRequest
from lupustrial.capture.supply._said import said
from lupustrial.errors import Fault
from lupustrial.study import Study


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A page of the supply: name of its address, and the word for it."""

    name: str
    label: Any


_TABS = (
    Tab(name="supply", label=_("Overview")),
    Tab(name="stock", label=_("Stock")),
    Tab(name="kits", label=_("Kits")),
    Tab(name="shipments", label=_("Shipments")),
    Tab(name="returns", label=_("Returns")),
    Tab(name="accountability", label=_("Accountability")),
    Tab(name="release", label=_("Release")),
    Tab(name="resupply", label=_("Resupply")),
    Tab(name="unblindings", label=_("Unblindings")),
)
_OF_KITS = frozenset(tab.name for tab in _TABS) - {"supply", "unblindings"}


def tabs(study: Study, acting: Acting) -> list[Tab]:
    """Return the pages that are open to a role; those of kits only where the study has kits."""
    return [tab for tab in _TABS if opens(acting, tab.name) and (study.kits or tab.name not in _OF_KITS)]


def opens(acting: Acting, name: str) -> bool:
    """Whether the rule of an address lets a role in."""
    rule = RULES[name]
    return (not rule.needs or acting.may(*rule.needs)) and (acting.role.clinical or not rule.clinical)


def page(
    request: CaptureRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    faults: Iterable[Fault] = (),
) -> HttpResponse:
    """Return a page of the supply; with faults its status is 422, and nothing that was typed is lost."""
    told = said(faults)
    content = {
        "tabs": tabs(request.trial.study, request.acting),
        "said": told,
        "given": request.POST if request.method == "POST" else {},
        **context,
    }
    return render(request, template, content, status=422 if told else 200)
