"""Windows of visits against a calendar that counts day by day."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.capture.store import Participant, VisitHeld
from lupustrial.study import Study, load_study, unscheduled_number

ROOT = Path(__file__).resolve().parents[4]
DATES = st.dates(dt.date(2015, 1, 1), dt.date(2030, 12, 31))


@functools.cache
def protocol() -> Study:
    return load_study(ROOT / "studies" / "il2-sle")


@pytest.fixture(scope="module")
def rule(_capture_template: Path) -> Any:
    """The part knows Django, which has to be set up first."""
    from lupustrial.capture import participants

    return participants


def walk(anchor: dt.date, day: int) -> dt.date:
    """Count day by day: day 1 is the anchor, the day before it is -1."""
    number, date = 1, anchor
    while number != day:
        forward = day > number
        date += dt.timedelta(days=1 if forward else -1)
        number += 1 if forward else -1
        if number == 0:
            number += 1 if forward else -1
    return date


def person(anchor: dt.date | None, state: str = "enrolled") -> Participant:
    return Participant(
        participant="01-001",
        site="01",
        registered="2026-01-01T00:00:00Z",
        state=state,
        anchor=None if anchor is None else anchor.isoformat(),
        last_visit=None,
        last_number=None,
        last_date=None,
    )


def held(visit: str, number: int, date: dt.date) -> VisitHeld:
    return VisitHeld(
        participant="01-001", visit=visit, number=str(number), date=date.isoformat(), version="1.0"
    )


@settings(deadline=None)
@given(anchor=DATES, day=st.integers(-200, 400).filter(bool))
def test_a_study_day_is_counted_without_a_day_zero(rule: Any, anchor: dt.date, day: int) -> None:
    assert rule.date_of_day(anchor, day) == walk(anchor, day)


def test_day_zero_is_refused(rule: Any) -> None:
    with pytest.raises(ValueError, match="day 0"):
        rule.date_of_day(dt.date(2026, 1, 1), 0)


@pytest.mark.requirement("REQ-PART-003")
@settings(deadline=None)
@given(anchor=DATES, offset=st.integers(-60, 220), data=st.data())
def test_a_visit_is_due_exactly_in_its_window(
    rule: Any, anchor: dt.date, offset: int, data: st.DataObject
) -> None:
    visit = data.draw(st.sampled_from([one for one in protocol().visits if one.id != "SCR"]))
    today = anchor + dt.timedelta(days=offset)
    due = next(one for one in rule.plan_of(protocol(), person(anchor), [], today=today) if one.visit == visit)
    target = walk(anchor, visit.day)
    inside = [target + dt.timedelta(days=n) for n in range(visit.window[0], visit.window[1] + 1)]
    expected = "later" if today < inside[0] else "due" if today in inside else "overdue"
    assert (due.target, due.state) == (target, expected)


@pytest.mark.requirement("REQ-PART-003")
@settings(deadline=None)
@given(anchor=DATES, late=st.integers(-40, 40))
def test_a_visit_outside_its_window_says_by_how_many_days(rule: Any, anchor: dt.date, late: int) -> None:
    visit = protocol().visit("W8")
    date = walk(anchor, visit.day) + dt.timedelta(days=late)
    plan = rule.plan_of(protocol(), person(anchor), [held("W8", visit.number, date)], today=date)
    due = next(one for one in plan if one.visit == visit)
    assert due.state == "done"
    assert due.outside == (late + 3 if late < -3 else late - 3 if late > 3 else 0)


@settings(deadline=None)
@given(screened=DATES, wait=st.integers(0, 60))
def test_before_baseline_its_days_are_those_on_which_the_screening_lies_in_its_window(
    rule: Any, screened: dt.date, wait: int
) -> None:
    first = screened + dt.timedelta(days=wait)
    target = walk(first, -7)
    fits = target - dt.timedelta(days=21) <= screened <= target + dt.timedelta(days=6)
    plan = rule.plan_of(protocol(), person(None, "screening"), [held("SCR", 1, screened)], today=first)
    assert (next(one for one in plan if one.visit.id == "W0").state == "due") is fits


@pytest.mark.parametrize("state", ["completed", "withdrawn", "screen failure"])
def test_nothing_is_due_after_the_end(rule: Any, state: str) -> None:
    anchor = dt.date(2026, 1, 5)
    plan = rule.plan_of(protocol(), person(anchor, state), [held("W0", 2, anchor)], today=dt.date(2027, 1, 1))
    assert {one.visit.id: one.state for one in plan if one.state != "closed"} == {"W0": "done"}


@pytest.mark.requirement("REQ-PART-003")
def test_a_visit_that_a_later_one_has_overtaken_is_missed(rule: Any) -> None:
    anchor = dt.date(2026, 1, 5)
    done = [held("W0", 2, anchor), held("W4", 4, dt.date(2026, 2, 2))]
    plan = {one.visit.id: one.state for one in rule.plan_of(protocol(), person(anchor), done, today=anchor)}
    assert plan["W2"] == "missed"


@settings(deadline=None)
@given(days=st.lists(st.integers(0, 100), min_size=2, max_size=8, unique=True), extra=st.integers(-5, 110))
def test_an_unscheduled_visit_is_numbered_between_its_neighbours(days: list[int], extra: int) -> None:
    start = dt.date(2026, 1, 1)
    planned = [(n, start + dt.timedelta(days=day)) for n, day in enumerate(sorted(days), start=1)]
    on = start + dt.timedelta(days=extra)
    number = unscheduled_number(on, planned)
    assert all((date <= on) == (one < number) for one, date in planned)


def test_unscheduled_visits_of_one_interval_keep_their_order() -> None:
    day = dt.date(2026, 1, 1)
    numbers = [unscheduled_number(day, [(4, day)], [day] * n) for n in range(120)]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] < 5
