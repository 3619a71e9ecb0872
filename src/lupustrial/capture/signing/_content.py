"""What a signature would cover, and what stands in the way of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting, sees_form
from lupustrial.capture.queries import always_asked, at_hand, seen_whole
from lupustrial.capture.store import (
    Page,
    Place,
    digest_of,
    pages_of,
    participant_of,
    queries_on,
    values_of,
    visits_of,
)
from lupustrial.errors import Fault
from lupustrial.ledger import Transaction
from lupustrial.study import DEFAULT_MEANINGS


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a signature of a scope by a role would cover.

    Attributes:
        scope: The page; of a visit form is empty and repeat 0; of a participant the visit is empty too.
        site: Site of the participant.
        pages: The pages that would be covered, in order.
        left_out: Forms within the scope that the role does not see whole, which it cannot sign for.
        partly: Those of them that it sees in part; the others are not told.
        faults: What stands in the way; empty where it can be signed.
        digest: SHA-256 of the values, by which the page names what was shown.
    """

    scope: Place
    site: str
    pages: tuple[Page, ...]
    left_out: tuple[str, ...]
    partly: tuple[str, ...]
    faults: tuple[Fault, ...]
    digest: str


def content_of(tx: Transaction, trial: Trial, acting: Acting, scope: Place) -> Content:
    """Return what a signature would cover. Faults are CAPT-045 (not ready) and CAPT-046 (not seen whole)."""
    study = trial.study
    who = participant_of(tx, scope.participant)
    if who is None or not acting.at_site(who.site):
        return _nothing(scope, "there is no such participant")
    forms = {form.id: form for form in study.forms}
    if scope.form and scope.form not in forms:
        return _nothing(scope, "there is no such form")
    at = at_hand(tx, study, scope.participant)
    found = [
        page
        for page in pages_of(tx, scope.participant, visit=scope.visit or None, form=scope.form or None)
        if page.place.form in forms and scope.repeat in (0, page.place.repeat)
    ]
    whole = {page.place: seen_whole(study, acting, page.place, at) for page in found}
    covered = tuple(page for page in found if whole[page.place])
    left_out = _left_out(trial, acting, scope, at)
    faults: list[Fault] = []
    if scope.form and found and not covered:
        message = "your role does not see the whole of this page and cannot sign for it"
        faults.append(_fault(message, scope, "somebody signs who sees all of it", "CAPT-046"))
    elif not covered:
        faults.append(_fault("nothing was saved that your role could sign", scope, "enter it first"))
    faults += _page_faults(tx, covered)
    if not scope.form:
        faults += _missing(tx, trial, scope, left_out)
    return Content(
        scope=scope,
        site=who.site,
        pages=covered,
        left_out=left_out,
        partly=tuple(form for form in left_out if sees_form(study, acting.role.id, form)),
        faults=tuple(faults),
        digest=digest_of(values_of(covered)),
    )


def _left_out(trial: Trial, acting: Acting, scope: Place, at: str | None) -> tuple[str, ...]:
    """Return the forms that a role does not see whole at every visit of the scope."""
    if scope.form:
        return ()
    study = trial.study
    visits = [scope.visit] if scope.visit else [visit.id for visit in study.visits]
    return tuple(
        form.id
        for form in study.forms
        if not all(
            seen_whole(study, acting, Place(participant=scope.participant, visit=visit, form=form.id), at)
            for visit in visits
        )
    )


def _page_faults(tx: Transaction, covered: Sequence[Page]) -> Iterator[Fault]:
    for page in covered:
        if page.state != "complete":
            yield _fault("this page is incomplete", page.place, "complete it first")
        asked = [str(query.number) for query in queries_on(tx, page.place) if query.state != "closed"]
        if asked:
            yield _fault(f"not closed: query {', '.join(asked)}", page.place, "settle it first")


def _missing(tx: Transaction, trial: Trial, scope: Place, left_out: Sequence[str]) -> Iterator[Fault]:
    held = {(page.place.visit, page.place.form) for page in pages_of(tx, scope.participant)}
    dated = [one.visit for one in visits_of(tx, scope.participant) if one.date is not None]
    for visit in [scope.visit] if scope.visit else dated:
        for form in trial.study.forms_at(visit):
            if form.id not in left_out and always_asked(form) and (visit, form.id) not in held:
                place = Place(participant=scope.participant, visit=visit, form=form.id)
                yield _fault("nothing was saved on this page", place, "enter it first, or say why not")


def _nothing(scope: Place, message: str) -> Content:
    fault = _fault(message, scope, "choose from the list")
    return Content(
        scope=scope, site="", pages=(), left_out=(), partly=(), faults=(fault,), digest=digest_of([])
    )


def _fault(message: str, place: Place, hint: str, id_: str = "CAPT-045") -> Fault:
    return Fault(id=id_, message=message, place=scope_text(place), hint=hint)


def scope_text(place: Place) -> str:
    """Return the words for what is signed."""
    if place.form:
        return str(place)
    return f"participant {place.participant}" + (f", visit {place.visit}" if place.visit else "")


def read_scope(text: str) -> Place | None:
    """Read ``participant|visit|form|repeat``; None where it is none."""
    parts = text.split("|")
    if len(parts) != 4 or not parts[0] or len(text) > 400:  # noqa: PLR2004 - as `write_scope` writes it
        return None
    if not parts[3].isascii() or not parts[3].isdecimal() or len(parts[3]) > 6:  # noqa: PLR2004 - repeats
        return None
    if (parts[2] and not parts[1]) or bool(parts[2]) != (int(parts[3]) > 0):
        return None
    return Place(participant=parts[0], visit=parts[1], form=parts[2], repeat=int(parts[3]))


def write_scope(place: Place) -> str:
    """Write a scope as `read_scope` reads it."""
    return f"{place.participant}|{place.visit}|{place.form}|{place.repeat}"


def meanings_for(trial: Trial, acting: Acting) -> Mapping[str, str]:
    """Return the meanings that a role can give to a signature, by id."""
    return {
        one.id: one.meaning
        for one in trial.study.signatures or DEFAULT_MEANINGS
        if not one.roles or acting.role.id in one.roles
    }
