"""What conditions see: the facts of one participant at a visit, with unsaved answers over what is held.

The rule is that of ``lupustrial.study`` for records: the page itself is read as it will be; a form that is
planned at the visit is read at the visit; any other at the last visit up to it. An item that is not done,
unknown or not applicable is missing. Numbers are in the standard unit.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from lupustrial.capture.entry._given import Given
from lupustrial.capture.entry._participant import participant_facts
from lupustrial.capture.store import Held, Page, Place, page_at, pages_of, visits_of
from lupustrial.ledger import Transaction
from lupustrial.study import Context, Expression, Form, Item, Scalar, Study

Fact = Scalar | Decimal | None

#: Form and item.
Name = tuple[str, str]


@functools.lru_cache(maxsize=4096)
def compiled(text: str) -> Expression:
    """Compile a condition once; the study was checked, so that it is one."""
    return Expression.compile(text)


def facts_of(
    tx: Transaction,
    study: Study,
    participant: str,
    *,
    visit: str,
    place: Place | None = None,
    given: Mapping[str, Given] | None = None,
    forms: Iterable[str] | None = None,
) -> Context:
    """Return what conditions see at a visit: ``form.ITEM``, ``participant.fact`` and ``planned.fact``.

    Args:
        tx: A transaction.
        study: The study.
        participant: Of whom.
        visit: The visit at hand, planned or unscheduled.
        place: The page at hand, whose items are read from it alone; None where there is none.
        given: Unsaved answers of that page; they go before what is held.
        forms: Forms that are wanted (``"participant"`` among them); None for all.

    Returns:
        Form to item to value; numbers are floats in the standard unit. What is missing is left out.
        ``participant.eligible`` is always left out, since eligibility is judged from these facts.
    """
    facts = Facts(tx=tx, study=study, participant=participant, visit=visit, place=place, given=given or {})
    wanted = None if forms is None else frozenset(forms)
    names = ["participant", "planned", *(form.id for form in study.forms)]
    return {name: facts.form(name) for name in names if wanted is None or name in wanted}


@dataclass(kw_only=True)
class Facts:
    """The facts of one participant at a visit, each form read when it is first asked for.

    Attributes:
        given: Unsaved answers of the page at `place`, by item id.
    """

    tx: Transaction
    study: Study
    participant: str
    visit: str
    place: Place | None = None
    given: Mapping[str, Given] = field(default_factory=dict)
    held: Page | None = None
    _forms: dict[str, Mapping[str, Fact]] = field(default_factory=dict)

    def form(self, name: str) -> Mapping[str, Fact]:
        """Return the facts of a form, of ``participant`` or of ``planned``; missing ones left out."""
        found = self._forms.get(name)
        if found is None:
            found = {item: value for item, value in self._read(name).items() if value is not None}
            self._forms[name] = found
        return found

    def decide(self, expression: Expression) -> bool | None:
        """Decide a condition; None where missing facts leave it open, or it refers to none."""
        if not expression.references:
            return None
        return expression.evaluate({form: self.form(form) for form, _ in expression.references})

    def seen(self, expression: Expression) -> Mapping[Name, Fact]:
        """Return the facts that a condition refers to; None where missing."""
        return {(form, item): self.form(form).get(item) for form, item in expression.references}

    def _read(self, name: str) -> Mapping[str, Fact]:
        if name == "planned":
            return _planned(self.study, self.visit)
        if name == "participant":
            return participant_facts(self.tx, self.study, self.participant)
        form = self.study.form(name)
        if self.place is not None and name == self.place.form:
            return self._own(form, self.place)
        if form in self.study.forms_at(self.visit):
            return _first(form, pages_of(self.tx, self.participant, visit=self.visit, form=name))
        order = _order(self.tx, self.study, self.participant)
        here = order.get(self.visit, Decimal("Infinity"))
        earlier = [
            page
            for page in pages_of(self.tx, self.participant, form=name)
            if page.place.visit in order and order[page.place.visit] <= here
        ]
        earlier.sort(key=lambda page: (-order[page.place.visit], page.place.repeat))
        return _first(form, earlier)

    def _own(self, form: Form, place: Place) -> Mapping[str, Fact]:
        page = self.held or page_at(self.tx, place)
        held = {} if page is None else page.items
        values: dict[str, Fact] = {}
        for item in form.items:
            given = self.given.get(item.id)
            if given is None:
                values[item.id] = _held_fact(item, held.get(item.id))
            elif given.status == "entered":
                values[item.id] = fact_of(item, given.value.strip(), given.unit or None)
        return values


def fact_of(item: Item, value: str, unit: str | None) -> Fact:
    """Return a value as conditions see it: a number in the standard unit, else the text; None where none."""
    if not value:
        return None
    if item.type not in ("integer", "decimal"):
        return value
    try:
        number = float(value)
    except ValueError:
        return None
    # Binary floats, as ``lupustrial.study`` reads records: one truth for entry and listing.
    factor = next((float(other.factor) for other in item.units if other.unit == unit), None)
    return number if factor is None else number * factor


def _held_fact(item: Item, held: Held | None) -> Fact:
    if held is None or held.value is None or held.status != "entered":
        return None
    return fact_of(item, held.value, held.unit)


def _first(form: Form, pages: Iterable[Page]) -> Mapping[str, Fact]:
    """Return the first value of each item among pages."""
    values: dict[str, Fact] = {}
    for page in pages:
        for item in form.items:
            if values.get(item.id) is None:
                values[item.id] = _held_fact(item, page.items.get(item.id))
    return values


def _planned(study: Study, visit: str) -> Mapping[str, Fact]:
    found = study.visit(visit)
    return {"visit": found.id, "week": found.week, "day": found.day}


def _order(tx: Transaction, study: Study, participant: str) -> Mapping[str, Decimal]:
    """Return the number of each visit, unscheduled ones of the participant among them."""
    planned = {visit.id: Decimal(visit.number) for visit in study.visits}
    return {held.visit: Decimal(held.number) for held in visits_of(tx, participant)} | planned
