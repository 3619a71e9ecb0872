"""Filled forms: one page, or everything that is held of a participant, as a role sees it."""

from __future__ import annotations

from typing import Any

from lupustrial.capture.access import Acting, held_seen, items_seen
from lupustrial.capture.doors.paper._set import Paper, form_of, item_of, set_paper, study_of
from lupustrial.capture.doors.paper._words import words
from lupustrial.capture.queries import at_hand, item_shown, seen_whole
from lupustrial.capture.signing import standing_of
from lupustrial.capture.store import (
    Change,
    Page,
    Place,
    Said,
    Wanted,
    changes_of,
    page_at,
    pages_of,
    participant_of,
    signatures_on,
)
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Study

#: Rows of the audit trail that a casebook holds; more than that is read on the screen.
CHANGES = 20_000


def filled_page(tx: Transaction, study: Study, acting: Acting, place: Place, *, demo: bool) -> Paper:
    """Print a page as it is held, with its signatures.

    Raises:
        CaptureError: CAPT-077, nothing is held that the role sees, or it cannot be set.
    """
    page = page_at(tx, place)
    hand = at_hand(tx, study, place.participant)
    made = None if page is None or page.removed else _page(tx, study, acting, page, hand)
    if made is None:
        hint = "print the blank form, or open another page"
        raise CaptureError(
            Fault(id="CAPT-077", message="nothing is held of this page", place=str(place), hint=hint)
        )
    content = _content(tx, study, acting, place.participant, [made], [], demo=demo)
    name = f"{study.id.lower()}-{place.participant}-{place.visit}-{place.form}-{place.repeat}.pdf"
    return set_paper(study, content, name)


def casebook(tx: Transaction, study: Study, acting: Acting, participant: str, *, demo: bool) -> Paper:
    """Print every page of a participant, signatures, and the audit trail, as far as a role sees them."""
    hand = at_hand(tx, study, participant)
    visits = {visit.id: number for number, visit in enumerate(study.visits)}
    forms = {form.id: number for number, form in enumerate(study.forms)}
    pages = [page for page in pages_of(tx, participant) if page.place.form in forms]
    pages.sort(
        key=lambda page: (
            visits.get(page.place.visit, len(visits)),
            page.place.visit,
            forms[page.place.form],
            page.place.repeat,
        )
    )
    made = [one for page in pages if (one := _page(tx, study, acting, page, hand)) is not None]
    audit = [
        _change(change)
        for change in changes_of(tx, Wanted(participant=participant), limit=CHANGES, oldest_first=True)
        if _shown(study, acting, change, hand)
    ]
    content = _content(tx, study, acting, participant, made, audit, demo=demo)
    return set_paper(study, {**content, "kind": "casebook"}, f"{study.id.lower()}-{participant}-casebook.pdf")


def _content(
    tx: Transaction,
    study: Study,
    acting: Acting,
    participant: str,
    forms: list[dict[str, Any]],
    audit: list[dict[str, Any]],
    *,
    demo: bool,
) -> dict[str, Any]:
    person = participant_of(tx, participant)
    site = "" if person is None else person.site
    named = next((one.name for one in study.sites if one.id == site), "")
    return {
        "kind": "filled",
        "study": study_of(study, demo=demo),
        "participant": participant,
        "site": f"{site} {named}".strip(),
        "role": acting.role.name,
        "forms": forms,
        "audit": audit,
        "words": words(),
    }


def _page(
    tx: Transaction, study: Study, acting: Acting, page: Page, hand: str | None
) -> dict[str, Any] | None:
    place = page.place
    form = study.form(place.form)
    held = held_seen(study, acting, page, at=hand)
    if not held:
        return None
    items = []
    for item in items_seen(study, acting, place.form, visit=place.visit, at=hand):
        made, answer = item_of(study, form, item, annotated=False), held.get(item.id)
        if answer is not None:
            made |= {
                "answered": True,
                "value": answer.value or "",
                "unit": answer.unit or "",
                "status": "" if answer.status == "entered" else answer.status,
                "why": answer.reason if answer.status != "entered" else "",
            }
        items.append(made)
    visit = study.visit(place.visit).name
    return form_of(study, form, items, annotated=False, visit=visit) | {
        "repeat": place.repeat if form.repeating else 0,
        "state": page.state,
        "version": page.version,
        "signatures": _signatures(tx, study, acting, place, hand),
        "reference": f"{place.visit} / {place.form}" + (f" / {place.repeat}" if form.repeating else ""),
    }


def _signatures(
    tx: Transaction, study: Study, acting: Acting, place: Place, hand: str | None
) -> list[dict[str, str]]:
    """Return who signed, when, in which meaning (21 CFR 11.50), and whether it still holds.

    Whether it does can tell of an item that the role does not see; to it the state is not shown.
    """
    whole = seen_whole(study, acting, place, hand)
    return [
        {
            "name": one.name,
            "role": one.role,
            "meaning": one.meaning,
            "at": one.at[:19].replace("T", " "),
            "state": standing_of(tx, one).state if whole else "",
        }
        for one in signatures_on(tx, place)
    ]


def _shown(study: Study, acting: Acting, change: Change, hand: str | None) -> bool:
    """Whether a row of the audit trail exists for a role: as much as the item that it is about."""
    place = change.place
    if not place.form:
        return True
    if not change.item:
        return seen_whole(study, acting, place, hand)
    return item_shown(study, acting, place, change.item, hand)


def _change(change: Change) -> dict[str, Any]:
    place = change.place
    parts = [place.visit, place.form, str(place.repeat) if place.repeat > 1 else "", change.item]
    return {
        "position": change.position,
        "at": change.at[:19].replace("T", " "),
        "by": f"{change.by}, {change.role}",
        "what": change.kind,
        "where": " ".join(part for part in parts if part),
        "old": _said(change.old),
        "new": _said(change.new),
        "why": change.why,
    }


def _said(said: Said | None) -> str:
    if said is None:
        return ""
    return " ".join(part for part in (said.value, said.unit) if part) or said.status
