"""When each visit is due: a pure rule on dates (`plan_of`), and the same for somebody in the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from lupustrial.capture.store import Participant, VisitHeld, pages_of, participant_of, visits_of
from lupustrial.ledger import Transaction
from lupustrial.study import Study, Visit

#: ``"done"``: it took place; ``"due"``: today lies in its window, or it has no date yet and is the next;
#: ``"overdue"``: its window is over; ``"later"``: its window has not begun, or its date is not known yet;
#: ``"missed"``: it is recorded that it did not take place, or a later planned visit did while it did not;
#: ``"closed"``: it did not take place before participation ended.
DueState = Literal["done", "due", "overdue", "later", "missed", "closed"]

#: States of a participant in which no further visit is expected.
ENDED = frozenset({"completed", "withdrawn", "screen failure"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A visit of a participant in the plan.

    Attributes:
        visit: The visit as the plan (of its version) has it.
        target: The planned day; None while nothing is known from which it could be counted.
        earliest: First day of the window.
        latest: Last day of the window.
        date: When it took place; None where it did not.
        state: See `DueState`.
        outside: Days by which it lies outside its window: negative before it, 0 inside or not known.
        number: VISITNUM as text.
        version: Version of the protocol under which it is (to be) done.
        planned: False for an unscheduled visit, which is never due.
    """

    visit: Visit
    target: dt.date | None
    earliest: dt.date | None
    latest: dt.date | None
    date: dt.date | None
    state: DueState
    outside: int
    number: str
    version: str
    planned: bool = True

    @property
    def outside_days(self) -> int:
        """By how many days it lies outside its window, early or late."""
        return abs(self.outside)


def date_of_day(anchor: dt.date, day: int) -> dt.date:
    """Return the date of a study day: day 1 is `anchor`, day -1 the day before it; there is no day 0.

    Raises:
        ValueError: `day` is 0.
    """
    if day == 0:
        raise ValueError("there is no study day 0")
    return anchor + dt.timedelta(days=day - 1 if day > 0 else day)


def window_of(visit: Visit, anchor: dt.date) -> tuple[dt.date, dt.date, dt.date]:
    """Return the target day of a visit, and the first and last day on which it is in time."""
    target = date_of_day(anchor, visit.day)
    before, after = visit.window
    return target, target + dt.timedelta(days=before), target + dt.timedelta(days=after)


def plan_of(
    study: Study,
    person: Participant,
    held: Iterable[VisitHeld],
    *,
    missed: Collection[str] = (),
    today: dt.date,
    study_of: Callable[[str], Study] | None = None,
) -> tuple[Due, ...]:
    """Return every planned visit and every unscheduled one that was begun, in order of VISITNUM.

    Days are counted from the baseline visit (day 1). Before it, that visit is counted from the screening
    visit: it is in time on every day on which the screening visit lies in the window that it has for it.

    Args:
        study: The protocol for what is to come.
        person: The participant.
        held: The visits of which something is held.
        missed: Visits of which it is recorded that they did not take place.
        today: The day at the site.
        study_of: Gives an earlier version of the protocol, for visits that were done under it; without, they
            are judged by `study`.
    """
    known = {one.visit: one for one in held}
    begun = dict(known)
    anchor = None if person.anchor is None else dt.date.fromisoformat(person.anchor)
    last = max(
        (visit.number for visit in study.visits if visit.id in known and known[visit.id].date), default=0
    )
    found = []
    for visit in study.visits:
        mine = known.pop(visit.id, None)
        planned = _as_done(visit, mine, study_of)
        days = _window(study, planned, anchor, begun)
        state = _state(visit, mine, days, person, missed, last, today)
        if state == "later" and days is None and last == 0 and visit == study.visits[0]:
            state = "due"  # nothing was done yet
        found.append(_due(planned, mine, days, state, study))
    for left in known.values():
        if study.is_unscheduled(left.visit) or (study_of and _planned_then(left, study_of)):
            base = study_of(left.version) if study_of else study
            state = "done" if left.date else "due"
            found.append(_due(base.visit(left.visit), left, None, state, study))
    return tuple(sorted(found, key=lambda due: float(due.number)))


def schedule_of(
    tx: Transaction,
    study: Study,
    participant: str,
    *,
    today: dt.date,
    study_of: Callable[[str], Study] | None = None,
) -> tuple[Due, ...]:
    """Return the visits of a participant (`plan_of`); empty where nobody has this number."""
    person = participant_of(tx, participant)
    if person is None:
        return ()
    return plan_of(
        study,
        person,
        visits_of(tx, participant),
        missed=missed_visits(tx, study, participant),
        today=today,
        study_of=study_of,
    )


def missed_visits(tx: Transaction, study: Study, participant: str) -> dict[str, str]:
    """Return the visits of which it is recorded that they did not take place, each with its reason."""
    place = date_item(study)
    if place is None:
        return {}
    form, item = place
    return {
        page.place.visit: page.items[item].reason
        for page in pages_of(tx, participant, form=form)
        if item in page.items and page.items[item].status != "entered"
    }


def date_item(study: Study) -> tuple[str, str] | None:
    """Return form and item that hold the date of a visit (SVSTDTC); None where the study has none."""
    return next(
        (
            (form.id, item.id)
            for form in study.forms
            for item in form.items
            if item.sdtm is not None and item.sdtm.variable == "SVSTDTC"
        ),
        None,
    )


def _as_done(visit: Visit, mine: VisitHeld | None, study_of: Callable[[str], Study] | None) -> Visit:
    """Return the visit as the version under which it was done has it."""
    if mine is None or mine.date is None or study_of is None:
        return visit
    return next((one for one in study_of(mine.version).visits if one.id == visit.id), visit)


def _planned_then(held: VisitHeld, study_of: Callable[[str], Study]) -> bool:
    return any(visit.id == held.visit for visit in study_of(held.version).visits)


def _window(
    study: Study, visit: Visit, anchor: dt.date | None, held: dict[str, VisitHeld]
) -> tuple[dt.date, dt.date, dt.date] | None:
    if anchor is not None:
        return window_of(visit, anchor)
    if not visit.baseline:
        return None
    first = study.visits[0]
    begun = held.get(first.id)
    if begun is None or begun.date is None or first.baseline:
        return None
    on, (before, after) = dt.date.fromisoformat(begun.date), first.window
    shift = date_of_day(on, visit.day) - date_of_day(on, first.day)
    target = on + shift
    return target, target - dt.timedelta(days=after), target - dt.timedelta(days=before)


def _state(
    visit: Visit,
    mine: VisitHeld | None,
    days: tuple[dt.date, dt.date, dt.date] | None,
    person: Participant,
    missed: Collection[str],
    last: int,
    today: dt.date,
) -> DueState:
    if mine is not None and mine.date is not None:
        return "done"
    if visit.id in missed or (person.state not in ENDED and visit.number < last):
        return "missed"
    if person.state in ENDED:
        return "closed"
    if days is None:
        return "later"
    _, earliest, latest = days
    if today < earliest:
        return "later"
    return "due" if today <= latest else "overdue"


def _due(
    visit: Visit,
    mine: VisitHeld | None,
    days: tuple[dt.date, dt.date, dt.date] | None,
    state: DueState,
    study: Study,
) -> Due:
    target, earliest, latest = days or (None, None, None)
    date = None if mine is None or mine.date is None else dt.date.fromisoformat(mine.date)
    outside = 0
    if date is not None and earliest is not None and latest is not None:
        outside = min(0, (date - earliest).days) or max(0, (date - latest).days)
    return Due(
        visit=visit,
        target=target,
        earliest=earliest,
        latest=latest,
        date=date,
        state=state,
        outside=outside,
        number=str(visit.number) if mine is None else mine.number,
        version=study.version if mine is None else mine.version,
        planned=not study.is_unscheduled(visit.id),
    )
