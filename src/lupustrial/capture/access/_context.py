"""What every page knows: the trial, who is at work, and where he or she can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lupustrial.capture._trial import trial
from lupustrial.capture.access._acting import Acting
from lupustrial.capture.access._rules import RULES


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
    Entry(name="signing", label=_("Signatures")),
    Entry(name="holds", label=_("Locks")),
    Entry(name="supply", label=_("Study drug")),
    Entry(name="review", label=_("Audit trail")),
    Entry(name="doors", label=_("Import and export")),
    Entry(name="protocol", label=_("Protocol")),
    Entry(name="people", label=_("People")),
)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Give templates `trial`, `study`, `acting` (None before a role is chosen), `navigation`, `theme`."""
    acting: Acting | None = getattr(request, "acting", None)
    running = trial()
    return {
        "trial": running,
        "study": running.study,
        "acting": acting,
        "navigation": [entry for entry in NAVIGATION if acting is not None and _open(entry, acting)],
        "theme": _theme(request),
        "here": request.resolver_match.view_name if request.resolver_match else "",
    }


def _open(entry: Entry, acting: Acting) -> bool:
    rule = RULES.get(entry.name)
    if rule is None or acting.shut:
        return False
    return (not rule.needs or acting.may(*rule.needs)) and (acting.role.clinical or not rule.clinical)


def _theme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in ("light", "dark") else ""
