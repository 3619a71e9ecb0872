"""Visits that are due or overdue: the rule of ``participants.plan_of`` for many participants at once.

What is left to come for a participant follows from three things: the last visit that took place, the day from
which is counted, and today. Few of these differ among thousands of participants, so each is judged once. A
test holds the result to that of `plan_of`.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from dataclasses import dataclass

from lupustrial.capture._clock import day_at
from lupustrial.capture.dashboards._panel import Asked
from lupustrial.capture.participants import (
    date_item,
    date_of_day,
    schedule_of,
    window_of,
)
from lupustrial.capture.store import Course, unanswered_at, under_way
from lupustrial.study import Study, Visit

#: Last day of a visit that has no window yet: the first of somebody who was registered.
NO_DAY = dt.date.max


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Waiting:
    """A visit that is due or overdue; `latest` is the last day of its window."""

    latest: dt.date
    participant: str
    site: str
    visit: str
    overdue: bool


def waiting(asked: Asked) -> list[Waiting]:
    """Return the visits that are due or overdue today at the sites of somebody, the longest overdue first."""
    study = asked.study
    today = {site.id: day_at(study, site.id) for site in study.sites}
    place = date_item(study)
    missed: dict[str, set[str]] = defaultdict(set)
    for participant, visit in () if place is None else unanswered_at(asked.tx, *place):
        missed[participant].add(visit)
    windows = functools.cache(functools.partial(_windows, study))
    found = []
    for course in under_way(asked.tx, asked.sites):
        day = today.get(course.site) or day_at(study, course.site)
        if course.anchor is None and "." in (course.last_number or ""):
            found += _by_plan(asked, course, day)
            continue
        for visit, earliest, latest in windows(course.anchor, course.last_number, course.last_date):
            if earliest <= day and visit not in missed.get(course.participant, ()):
                found.append(
                    Waiting(
                        latest=latest,
                        participant=course.participant,
                        site=course.site,
                        visit=visit,
                        overdue=day > latest,
                    )
                )
    return sorted(found)


def _by_plan(asked: Asked, course: Course, day: dt.date) -> list[Waiting]:
    """Return the same by the rule itself, where an unscheduled visit came before the baseline visit."""
    return [
        Waiting(
            latest=due.latest or NO_DAY,
            participant=course.participant,
            site=course.site,
            visit=due.visit.id,
            overdue=due.state == "overdue",
        )
        for due in schedule_of(asked.tx, asked.study, course.participant, today=day)
        if due.planned and due.state in ("due", "overdue")
    ]


def _windows(
    study: Study, anchor: str | None, last_number: str | None, last_date: str | None
) -> tuple[tuple[str, dt.date, dt.date], ...]:
    """Return first and last day of every planned visit after the last that took place."""
    if last_number is None:
        return ((study.visits[0].id, dt.date.min, NO_DAY),)
    last = float(last_number)
    return tuple(
        (visit.id, days[0], days[1])
        for visit in study.visits
        if visit.number > last and (days := _days(study, visit, anchor, last, last_date)) is not None
    )


def _days(
    study: Study, visit: Visit, anchor: str | None, last: float, last_date: str | None
) -> tuple[dt.date, dt.date] | None:
    if anchor is not None:
        _, earliest, latest = window_of(visit, dt.date.fromisoformat(anchor))
        return earliest, latest
    first = study.visits[0]
    if not visit.baseline or first.baseline or last_date is None or last != first.number:
        return None
    on, (before, after) = dt.date.fromisoformat(last_date), first.window
    target = on + (date_of_day(on, visit.day) - date_of_day(on, first.day))
    return target - dt.timedelta(days=after), target - dt.timedelta(days=before)
