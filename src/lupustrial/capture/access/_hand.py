"""The visit at hand of a participant, and what it closes to a role that sees a form at that visit alone."""

from __future__ import annotations

from lupustrial.capture.access._acting import Acting
from lupustrial.capture.store import Place, page_at, queries_on
from lupustrial.ledger import Transaction
from lupustrial.study import Study, sight_of


def at_hand(tx: Transaction, study: Study, participant: str) -> str | None:
    """Return the visit at hand of a participant: the last of which anything is held; None before any."""
    numbers = _numbers(tx, study, participant)
    saved = tx.all("SELECT DISTINCT visit FROM capture_page WHERE participant = ?", participant)
    begun = tx.all("SELECT visit FROM capture_visit WHERE participant = ?", participant)
    held = {str(row[0]) for row in (*begun, *saved)}
    return max(held, key=lambda visit: numbers.get(visit, -1.0), default=None)


def is_past(tx: Transaction, study: Study, participant: str, visit: str) -> bool:
    """Whether something is held of a visit after this one."""
    numbers = _numbers(tx, study, participant)
    hand = at_hand(tx, study, participant)
    return hand is not None and numbers.get(visit, -1.0) < numbers.get(hand, -1.0)


def closed_by_time(tx: Transaction, study: Study, acting: Acting, place: Place) -> bool:
    """Whether a page is closed to a role since a later visit has begun.

    A role from which a form is hidden at earlier visits (``hidden_earlier_from``) opens a page of an
    earlier visit as long as it is blank or has gaps, so that it can be finished, and as long as a query on it
    is open, so that it can be answered and the page corrected; any other complete one no more.
    """
    form = study.form(place.form)
    if all(sight_of(study, acting.role.id, form.id, item.id) != "visit at hand" for item in form.items):
        return False
    page = page_at(tx, place)
    complete = page is not None and page.state == "complete"
    if not complete or not is_past(tx, study, place.participant, place.visit):
        return False
    return all(query.state != "open" for query in queries_on(tx, place))


def sees_by_time(study: Study, acting: Acting) -> bool:
    """Whether a role sees any form at the visit at hand alone."""
    return any(acting.role.id in form.hidden_earlier_from for form in study.forms)


def _numbers(tx: Transaction, study: Study, participant: str) -> dict[str, float]:
    numbers = {visit.id: float(visit.number) for visit in study.visits}
    begun = tx.all("SELECT visit, number FROM capture_visit WHERE participant = ?", participant)
    return numbers | {str(visit): float(number) for visit, number in begun}
