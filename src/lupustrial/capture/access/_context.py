"""What every page knows: the trial, who is at work, and where he or she can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lupustrial.capture._trial import trial
from lupustrial.capture.access._acting import Acting
from lupustrial.capture.access._rules import RULES, Rule
from lupustrial.study import Item, Study, sight_of


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of the navigation: name of the address, and the word for it."""

    name: str
    label: Any


#: In the order in which a day's work needs them. An entry is shown to who may go there.
NAVIGATION: tuple[Entry, ...] = (
    Entry(name="home", label=_("Overview")),
    Entry(name="participants", label=_("Participants")),
    Entry(name="queries", label=_("Queries")),
    Entry(name="verification", label=_("Verification")),
    Entry(name="safety", label=_("Safety")),
    Entry(name="signing", label=_("Signatures")),
    Entry(name="holds", label=_("Locks")),
    Entry(name="supply", label=_("Study drug")),
    Entry(name="gates", label=_("Gates")),
    Entry(name="review", label=_("Audit trail")),
    Entry(name="doors", label=_("Import and export")),
    Entry(name="protocol", label=_("Protocol")),
    Entry(name="people", label=_("People")),
)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Give templates `trial`, `study`, `acting` (None before a role), `navigation`, `opens`, `theme`.

    `opens` holds the names of the addresses at which the role may look: a link to another is not shown.
    """
    acting: Acting | None = getattr(request, "acting", None)
    running = trial()
    opens = frozenset(name for name, rule in RULES.items() if acting is not None and _lets(rule, acting))
    return {
        "trial": running,
        "study": running.study,
        "acting": acting,
        "navigation": [
            entry
            for entry in NAVIGATION
            if entry.name in opens
            and (entry.name != "safety" or (acting is not None and _sees_events(running.study, acting)))
        ],
        "opens": opens,
        "theme": _theme(request),
        "here": request.resolver_match.view_name if request.resolver_match else "",
    }


def _lets(rule: Rule, acting: Acting) -> bool:
    if acting.shut:
        return rule.door != "role"
    return (not rule.needs or acting.may(*rule.needs)) and (acting.role.clinical or not rule.clinical)


def _sees_events(study: Study, acting: Acting) -> bool:
    """Whether a role sees the whole form of adverse events (the one with an item annotated ``AESER``)."""
    form = next((form for form in study.forms for item in form.items if _serious(item)), None)
    return form is not None and all(
        sight_of(study, acting.role.id, form.id, item.id) == "all" for item in form.items
    )


def _serious(item: Item) -> bool:
    return item.sdtm is not None and item.sdtm.variable == "AESER"


def _theme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in ("light", "dark") else ""
