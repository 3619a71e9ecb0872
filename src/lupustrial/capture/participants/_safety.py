"""Serious adverse events and the clock of their expedited report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lupustrial.capture.access import Acting
from lupustrial.capture.participants._sight import sees_whole
from lupustrial.capture.store import Page, pages_of, participants_of
from lupustrial.ledger import Transaction
from lupustrial.study import Expedited, Form, Item, Study

#: Annotations (SDTM AE) that make the short time count: death, threat to life.
_GRAVEST = ("AESDTH", "AESLIFE")

ClockState = Literal["running", "overdue", "reported", "late"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """A serious adverse event with the clock of its report.

    Attributes:
        page: The page of the event.
        term: What it is.
        gravest: Whether it was fatal or threatened life.
        aware: Day 0: when the sponsor came to know; None where that is not recorded, and no clock runs.
        due: Last day of the report: day 0 and 7 or 15 calendar days (ICH E2A, III.B).
        reported: When it was reported; None while it was not.
        left: Days left on the day that was asked for; negative when overdue, None without a clock.
        state: How it stands.
    """

    page: Page
    term: str
    gravest: bool
    aware: dt.date | None
    due: dt.date | None
    reported: dt.date | None
    left: int | None
    state: ClockState

    @property
    def days_over(self) -> int:
        """Days by which the report is overdue; 0 when it is not."""
        return max(0, -(self.left or 0))


def serious_form(study: Study) -> Form | None:
    """Return the form of adverse events: the one with an item annotated ``AESER``; None without one."""
    return next((form for form in study.forms if _annotated(form, "AESER") is not None), None)


def clocks_of(study: Study, pages: Iterable[Page], today: dt.date) -> tuple[Clock, ...]:
    """Return the serious adverse events among pages, those whose report is due first in front.

    Which of them are suspected and unexpected, and so have to be reported, a physician decides; the clock
    runs for every serious one, so that none is forgotten.
    """
    form = serious_form(study)
    if form is None:
        return ()
    found = [
        _clock(study.expedited, form, page, today)
        for page in pages
        if page.place.form == form.id and _value(page, _annotated(form, "AESER")) == "Y"
    ]
    return tuple(sorted(found, key=lambda one: (one.due or dt.date.max, one.page.place)))


def clocks_seen(
    tx: Transaction, study: Study, acting: Acting, today: dt.date, participant: str | None = None
) -> tuple[Clock, ...]:
    """Return the serious adverse events of a participant, or of all at the sites of a role.

    Empty for a role that does not see the whole form of adverse events.
    """
    form = serious_form(study)
    if form is None or not sees_whole(study, acting, form.id):
        return ()
    people = (
        [participant]
        if participant is not None
        else [one.participant for one in participants_of(tx, acting.sites)]
    )
    pages = [page for one in people for page in pages_of(tx, one, form=form.id)]
    return clocks_of(study, pages, today)


def _clock(rule: Expedited | None, form: Form, page: Page, today: dt.date) -> Clock:
    gravest = any(_value(page, _annotated(form, one)) == "Y" for one in _GRAVEST)
    gravest = gravest or _value(page, _annotated(form, "AEOUT")) == "FATAL"
    aware = reported = due = None
    if rule is not None and rule.form == form.id:
        aware = _date(page, rule.aware)
        reported = _date(page, rule.reported)
        days = rule.fatal_days if gravest else rule.other_days
        due = None if aware is None else aware + dt.timedelta(days=days)
    late = due is not None and (reported or today) > due
    state: ClockState = (
        ("late" if late else "reported") if reported is not None else "overdue" if late else "running"
    )
    return Clock(
        page=page,
        term=_value(page, _annotated(form, "AETERM")) or "",
        gravest=gravest,
        aware=aware,
        due=due,
        reported=reported,
        left=None if due is None or reported is not None else (due - today).days,
        state=state,
    )


def _annotated(form: Form, variable: str) -> Item | None:
    return next(
        (item for item in form.items if item.sdtm is not None and item.sdtm.variable == variable), None
    )


def _value(page: Page, item: Item | None) -> str | None:
    held = None if item is None else page.items.get(item.id)
    return None if held is None else held.value


def _date(page: Page, item: str) -> dt.date | None:
    held = page.items.get(item)
    if held is None or held.value is None:
        return None
    try:
        return dt.date.fromisoformat(held.value)
    except ValueError:  # a partial date
        return None
