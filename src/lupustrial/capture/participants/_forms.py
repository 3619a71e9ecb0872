"""How far each form of a visit has come, as far as a role may know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lupustrial.capture.access import Acting, may_enter, sees_form
from lupustrial.capture.store import Hold, Page, Place, holds, pages_of
from lupustrial.ledger import Transaction
from lupustrial.study import Form, Study, sight_of

#: ``"not started"``: nothing was saved; ``"started"`` and ``"complete"`` as the page says.
Progress = Literal["not started", "started", "complete"]


@dataclass(frozen=True, kw_only=True, slots=True)
class FormState:
    """A form at a visit.

    Attributes:
        form: The form, as the version of the visit has it.
        progress: The least advanced of its pages.
        pages: Its pages, in order of repeat; struck ones left out.
        queries: How many queries are not closed, on items that the role sees.
        hold: ``"frozen"``, ``"locked"`` or empty: what keeps all of it from being changed.
        mine: Whether the role enters it.
        entered_by: Names of the roles that enter it.
        next_repeat: Number of the next page of a repeating form; 0 where it does not repeat.
    """

    form: Form
    progress: Progress
    pages: tuple[Page, ...]
    queries: int
    hold: str
    mine: bool
    entered_by: tuple[str, ...]
    next_repeat: int


def forms_of_visit(
    tx: Transaction, study: Study, acting: Acting, participant: str, visit: str
) -> tuple[FormState, ...]:
    """Return the forms of a visit of which a role sees something, in order of the study.

    Args:
        tx: A transaction.
        study: The version of the protocol under which the visit is (to be) done.
        acting: Who looks.
        participant: Of whom.
        visit: Which visit, planned or unscheduled.
    """
    pages: dict[str, list[Page]] = {}
    struck: dict[str, int] = {}
    for page in pages_of(tx, participant, visit=visit, removed=True):
        form = page.place.form
        struck[form] = max(struck.get(form, 0), page.place.repeat)
        if not page.removed:
            pages.setdefault(form, []).append(page)
    standing = holds(tx, participant)
    asked = _queries(tx, study, acting, participant, visit)
    return tuple(
        FormState(
            form=form,
            progress=_progress(pages.get(form.id, [])),
            pages=tuple(pages.get(form.id, [])),
            queries=asked.get(form.id, 0),
            hold=_held(standing, Place(participant=participant, visit=visit, form=form.id)),
            mine=may_enter(study, acting, form.id),
            entered_by=enterers(study, form),
            next_repeat=struck.get(form.id, 0) + 1 if form.repeating else 0,
        )
        for form in study.forms_at(visit)
        if sees_form(study, acting.role.id, form.id)
    )


def enterers(study: Study, form: Form) -> tuple[str, ...]:
    """Return the names of the roles that enter a form."""
    return tuple(
        role.name
        for role in study.roles
        if "enter" in role.may
        and (not form.entered_by or role.id in form.entered_by)
        and sees_form(study, role.id, form.id)
    )


def _progress(pages: list[Page]) -> Progress:
    if not pages:
        return "not started"
    return "complete" if all(page.state == "complete" for page in pages) else "started"


def _held(standing: list[Hold], place: Place) -> str:
    kinds = {
        hold.kind
        for hold in standing
        if hold.visit in ("", place.visit) and hold.form in ("", place.form) and hold.repeat == 0
    }
    return "locked" if "locked" in kinds else "frozen" if kinds else ""


def _queries(tx: Transaction, study: Study, acting: Acting, participant: str, visit: str) -> dict[str, int]:
    rows = tx.all(
        "SELECT form, item FROM capture_query WHERE participant = ? AND visit = ? AND state <> 'closed'",
        participant,
        visit,
    )
    found: dict[str, int] = {}
    for form, item in rows:
        if _sees(study, acting, form, item):
            found[form] = found.get(form, 0) + 1
    return found


def _sees(study: Study, acting: Acting, form: str, item: str) -> bool:
    """Whether a role may know of a query at any visit; sight of the visit at hand alone is not enough."""
    try:
        items = [item] if item else [one.id for one in study.form(form).items]
        return all(sight_of(study, acting.role.id, form, one) == "all" for one in items)
    except KeyError:
        return False
