"""Where somebody goes from the page of a participant: the next step, and what else the role does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from lupustrial.capture.access import RULES, Acting
from lupustrial.capture.store import Participant


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A link: its words, and its address."""

    text: str
    href: str


def next_step(
    acting: Acting, person: Participant, *, consented: bool, confirmed: Any, holds: bool
) -> Way | None:
    """Return the step that brings a participant on, where the role does it; None where it does none.

    Args:
        acting: Who looks.
        person: The participant.
        consented: Whether a version of the consent document was signed, or the study lists none.
        confirmed: The confirmation of eligibility; None while there is none.
        holds: Whether it still holds.
    """
    number = person.participant
    if person.state == "screening":
        if not consented and acting.may("enter"):
            return Way(text=_("Record the consent"), href=reverse("consents", args=(number,)))
        if confirmed is not None and holds:
            if confirmed.eligible and acting.may("allocate"):
                return Way(text=_("Randomise"), href=reverse("allocate", args=(number,)))
        elif acting.may("screen"):
            return Way(text=_("Judge eligibility"), href=reverse("eligibility", args=(number,)))
    elif person.state == "enrolled" and acting.may("dispense"):
        return Way(text=_("Hand out study drug"), href=reverse("dispense", args=(number,)))
    return None


def ways_of(acting: Acting, person: Participant) -> list[Way]:
    """Return the lists that a role can open for one participant."""
    words = (
        ("queries", _("Queries")),
        ("verification", _("Verify against source")),
        ("signing", _("Signatures")),
        ("holds", _("Freeze or lock")),
        ("history", _("Audit trail")),
    )
    about = urlencode({"participant": person.participant})
    ways = [Way(text=text, href=f"{reverse(name)}?{about}") for name, text in words if _opens(acting, name)]
    if person.state != "screening" and _opens(acting, "code-break"):
        ways.append(Way(text=_("Break the code"), href=reverse("code-break", args=(person.participant,))))
    return ways


def _opens(acting: Acting, name: str) -> bool:
    rule = RULES[name]
    return (not rule.needs or acting.may(*rule.needs)) and (acting.role.clinical or not rule.clinical)
