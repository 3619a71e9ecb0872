"""What is known of a participant, item by item and visit by visit, with unsaved answers over it.

Only what a predicate lets through is ever read: a score is computed from visible values alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Protocol

from lupustrial.capture.scores._inputs import annotated
from lupustrial.capture.scores._uses import Pair
from lupustrial.capture.store import Page, Place, VisitHeld
from lupustrial.study import Item, Study

#: Whether the value of an item at a visit may be read.
Allowed = Callable[[Pair, str], bool]

Value = str | float


class Answered(Protocol):
    """An answer that is not saved yet (``capture.entry.Given``)."""

    @property
    def value(self) -> str:
        """The text as typed."""

    @property
    def unit(self) -> str:
        """The unit; blank for the standard one."""

    @property
    def status(self) -> str:
        """One of ``lupustrial.study.STATUSES``."""


#: Unsaved answers of a page: where it belongs, and what is given for its items.
Unsaved = tuple[Place, Mapping[str, Answered]]


@dataclass(frozen=True, kw_only=True)
class Visited:
    """A visit as the frame of an instrument has it: VISITNUM, and its date where it is known."""

    id: str
    number: float
    date: dt.date | None


@dataclass(kw_only=True)
class Answers:
    """The answers of one participant.

    Attributes:
        study: The study.
        visits: Visits by id, planned and unscheduled.
        repeats: By item, visit and repeat the text, unit and status.
    """

    study: Study
    visits: Mapping[str, Visited]
    repeats: dict[Pair, dict[str, dict[int, tuple[str, str, str]]]] = field(default_factory=dict)

    def at(self, pair: Pair, visit: str) -> Value | None:
        """Return the value of an item at a visit, the last repeat that has one; None where there is none."""
        for _, told in sorted(self.repeats.get(pair, {}).get(visit, {}).items(), reverse=True):
            value = value_of(self.study.form(pair[0]).item(pair[1]), told)
            if value is not None:
                return value
        return None

    def last(self, pair: Pair) -> Value | None:
        """Return the last value of an item, by visit."""
        known = [visit for visit in self.repeats.get(pair, {}) if visit in self.visits]
        for visit in sorted(known, key=lambda visit: self.visits[visit].number, reverse=True):
            value = self.at(pair, visit)
            if value is not None:
                return value
        return None

    def status(self, pair: Pair, visit: str) -> str:
        """Return the status of an item at a visit; empty where it was never answered."""
        told = self.repeats.get(pair, {}).get(visit, {})
        return told[max(told)][2] if told else ""

    def records(self, form: str) -> list[tuple[str, int, dict[str, Value]]]:
        """Return the records of a log in order: visit, repeat, and value by item."""
        keys = {
            (visit, repeat)
            for pair, by_visit in self.repeats.items()
            if pair[0] == form
            for visit, told in by_visit.items()
            if visit in self.visits
            for repeat in told
        }
        found = []
        for visit, repeat in sorted(keys, key=lambda key: (self.visits[key[0]].number, key[1])):
            values = {}
            for item in self.study.form(form).items:
                told = self.repeats.get((form, item.id), {}).get(visit, {}).get(repeat)
                value = None if told is None else value_of(item, told)
                if value is not None:
                    values[item.id] = value
            found.append((visit, repeat, values))
        return found

    def first_dose(self) -> dt.date | None:
        """Return the date of the first dose that was given (RFXSTDTC); None before it."""
        when, given = annotated(self.study, "EX", "EXSTDTC"), annotated(self.study, "EX", "EXOCCUR")
        if when is None:
            return None
        dates = []
        for _, _, values in self.records(when[0]):
            if given is None or given[0] != when[0] or values.get(given[1]) != "N":
                dates.append(day_of(values.get(when[1])))
        return min((date for date in dates if date is not None), default=None)


def answers_of(
    study: Study,
    pages: Iterable[Page],
    held: Iterable[VisitHeld],
    *,
    allowed: Allowed,
    place: Place | None = None,
    given: Mapping[str, Answered] | None = None,
) -> Answers:
    """Return the answers of a participant that may be read.

    Args:
        study: The study.
        pages: Pages of the participant; struck ones are left out.
        held: Visits of the participant.
        allowed: What may be read.
        place: The page at hand, whose unsaved answers are `given`.
        given: Unsaved answers by item id; they go before what is held.
    """
    dates = {one.visit: one for one in held}
    visits = {
        visit.id: Visited(id=visit.id, number=float(visit.number), date=_date(dates, visit.id))
        for visit in study.visits
    }
    for name, one in dates.items():
        if name not in visits:
            visits[name] = Visited(id=name, number=float(one.number), date=_date(dates, name))
    answers = Answers(study=study, visits=visits)
    known = {form.id: {item.id for item in form.items} for form in study.forms}
    for page in pages:
        if page.removed:
            continue
        for item, value in page.items.items():
            if item in known.get(page.place.form, ()):
                told = (value.value or "", value.unit or "", value.status)
                _tell(answers, page.place, item, told, allowed)
    if place is not None:
        for item, answer in (given or {}).items():
            if item in known.get(place.form, ()):
                _tell(answers, place, item, (answer.value.strip(), answer.unit, answer.status), allowed)
    return answers


def _tell(answers: Answers, place: Place, item: str, told: tuple[str, str, str], allowed: Allowed) -> None:
    pair = (place.form, item)
    if allowed(pair, place.visit):
        answers.repeats.setdefault(pair, {}).setdefault(place.visit, {})[place.repeat] = told


def _date(held: Mapping[str, VisitHeld], visit: str) -> dt.date | None:
    return day_of(held[visit].date) if visit in held else None


def day_of(value: object) -> dt.date | None:
    """Return a date of which the day is known; None for anything else."""
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def value_of(item: Item, told: tuple[str, str, str]) -> Value | None:
    """Return a value as instruments take it: a number in the standard unit, else the text; or None."""
    text, unit, status = told
    if not text or status != "entered":
        return None
    if item.type not in ("integer", "decimal"):
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    number *= next((other.factor for other in item.units if other.unit == unit), Decimal(1))
    if item.range is not None and not item.range[0] <= number <= item.range[1]:
        return None
    return float(number)
