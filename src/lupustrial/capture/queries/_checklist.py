"""What stands between a trial and the lock of its database: counted first, shown, and kept on the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from lupustrial.capture._clock import day_at
from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.participants import schedule_of
from lupustrial.capture.queries._sight import at_hand, item_shown, query_shown, seen_whole
from lupustrial.capture.queries._verify import drawn
from lupustrial.capture.store import (
    Page,
    Participant,
    Place,
    every_page_signed,
    pages_of,
    participants_of,
    queries_in,
    signatures_of,
    verifications_of,
    verify_projection,
    verify_signatures,
)
from lupustrial.ledger import Transaction, verify_ledger
from lupustrial.study import Form, visible

_SHOWN = 20  # places of a line that are listed


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the checklist.

    Attributes:
        id: What is checked.
        label: In words.
        count: How many stand in the way, as far as the role sees; 0: nothing.
        places: The first of them.
        hidden: Whether there are more in data that are not shown to the role; how many is not told.
        asked: Whether the trial asks for it at all.
    """

    id: str
    label: Any
    count: int
    places: tuple[str, ...]
    hidden: bool = False
    asked: bool = True

    @property
    def clear(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.asked or (self.count == 0 and not self.hidden)


#: Where something stands in the way, and whether it is shown to the role.
_Found = tuple[str, bool]
_Find = Callable[["_Look"], Iterator[_Found]]


def checklist(trial: Trial, acting: Acting) -> tuple[Line, ...]:
    """Return the lines of the checklist in order; a lock is refused while one is not clear."""
    projection = verify_projection(trial.db, trial.study.id)
    with trial.reading() as tx:
        broken = [*verify_ledger(tx), *verify_signatures(tx, trial.study.id), *projection]
        people = participants_of(tx)
        pages = {who.participant: pages_of(tx, who.participant) for who in people}
        look = _Look(tx=tx, trial=trial, acting=acting, people=people, pages=pages)
        return (
            look.line("queries", _("Queries that are not closed"), _queries),
            look.line("missing", _("Forms of visits that took place and hold nothing"), _missing),
            look.line("incomplete", _("Pages that are incomplete"), _incomplete),
            look.line("overdue", _("Visits that are overdue"), _overdue),
            look.line("unsigned", _("Pages without a signature that holds"), _unsigned),
            look.line("broken", _("Signatures that were broken and not given again"), _broken),
            look.line(
                "unverified",
                _("Values that are to be verified against source"),
                _unverified,
                asked=trial.study.verification is not None,
            ),
            Line(
                id="ledger",
                label=_("Ledger, current values and signatures do not verify"),
                count=len(broken),
                places=tuple(f"{fault.id} {fault.place}" for fault in broken[:_SHOWN]),
            ),
        )


@dataclass(frozen=True, kw_only=True)
class _Look:
    tx: Transaction
    trial: Trial
    acting: Acting
    people: Sequence[Participant]
    pages: dict[str, list[Page]]

    def line(self, id_: str, label: Any, find: _Find, *, asked: bool = True) -> Line:
        found = list(find(self)) if asked else []
        shown = [place for place, seen in found if seen]
        return Line(
            id=id_,
            label=label,
            count=len(shown),
            places=tuple(shown[:_SHOWN]),
            hidden=len(shown) < len(found),
            asked=asked,
        )

    def sees(self, place: Place) -> bool:
        """Whether the role sees something of a page, at some visit."""
        return item_shown(self.trial.study, self.acting, place, "", place.visit)

    def known(self) -> Iterator[Page]:
        forms = {form.id for form in self.trial.study.forms}
        return (page for pages in self.pages.values() for page in pages if page.place.form in forms)


def _queries(look: _Look) -> Iterator[_Found]:
    study = look.trial.study
    hands = {who.participant: at_hand(look.tx, study, who.participant) for who in look.people}
    for query in queries_in(look.tx, ("open", "answered")):
        at = hands.get(query.place.participant)
        yield f"{query.number}: {query.place}", query_shown(study, look.acting, query, at)


def _missing(look: _Look) -> Iterator[_Found]:
    study = look.trial.study
    for who in look.people:
        held = {(page.place.visit, page.place.form) for page in look.pages[who.participant]}
        done = look.tx.all(
            "SELECT visit FROM capture_visit WHERE participant = ? AND date IS NOT NULL", who.participant
        )
        for (visit,) in done:
            for form in study.forms_at(visit):
                if (visit, form.id) not in held and always_asked(form):
                    place = Place(participant=who.participant, visit=visit, form=form.id)
                    yield str(place), look.sees(place)


def always_asked(form: Form) -> bool:
    """Whether something of a form is asked whatever else is true."""
    return not form.log and not form.repeating and any(i.required and i.when is None for i in form.items)


def _incomplete(look: _Look) -> Iterator[_Found]:
    for page in look.known():
        if page.state != "complete":
            yield str(page.place), look.sees(page.place)


def _overdue(look: _Look) -> Iterator[_Found]:
    for who in look.people:
        today = day_at(look.trial.study, who.site)
        for due in schedule_of(look.tx, look.trial.study, who.participant, today=today):
            if due.state == "overdue":
                yield f"participant {who.participant}, visit {due.visit.id}", True


def _unsigned(look: _Look) -> Iterator[_Found]:
    study = look.trial.study
    signed = every_page_signed(look.tx)
    able = [role for role in study.roles if "sign" in role.may]
    for page in look.known():
        place = page.place
        items = study.form(place.form).items
        signable = any(
            all(visible(study, role.id, place.form, i.id, visit=place.visit, at=place.visit) for i in items)
            for role in able
        )
        if signable and place not in signed:
            yield str(place), look.sees(place)


def _broken(look: _Look) -> Iterator[_Found]:
    every = signatures_of(look.tx)
    holding = {(one.place, one.role, one.meaning) for one in every if one.broken is None}
    for one in every:
        if one.broken is not None and (one.place, one.role, one.meaning) not in holding:
            place = one.place
            known = {form.id for form in look.trial.study.forms}
            shown = not place.form or (
                place.form in known and seen_whole(look.trial.study, look.acting, place, place.visit)
            )
            yield f"{one.number}: {place}", shown


def _unverified(look: _Look) -> Iterator[_Found]:
    study = look.trial.study
    for who in look.people:
        holding = {
            (one.place, one.item) for one in verifications_of(look.tx, who.participant) if one.lost is None
        }
        for page in look.pages[who.participant]:
            for item in page.items:
                place = page.place
                due = drawn(look.trial, place.participant, place.form, item)
                if due and (place, item) not in holding:
                    shown = item_shown(study, look.acting, place, item, place.visit)
                    yield f"{place}, item {item}", shown
