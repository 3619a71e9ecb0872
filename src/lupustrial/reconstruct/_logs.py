"""The forms that are logs: injections, glucocorticoid, other drugs, adverse events, end of participation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from lupustrial.reconstruct._calendar import Person
from lupustrial.reconstruct._schema import EventSpec, Logs, Regimen, Scalar
from lupustrial.study import Study, Visit

_EARLY_LEAVER = 4  # injections given to who left before the first visit after baseline


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One repeat of a log form: the visit at which it was collected, and its values."""

    form: str
    visit: str
    values: Mapping[str, str]


def injections(study: Study, logs: Logs, person: Person) -> Iterator[Entry]:
    """Every injection of every cycle whose first visit was attended."""
    spec = logs.injections
    arm = study.arm(person.member.arm)
    if not spec or arm.dosing is None or person.slot is None:
        return
    last = max(person.dates.values())
    left_early = person.member.last_week <= study.baseline_visit.week
    number = 0
    for cycle in range(arm.dosing.cycles):
        visit = _visit_at(study, person, study.baseline_visit.day + cycle * arm.dosing.cycle_days)
        if visit is None:
            return
        for place in range(arm.dosing.injections):
            day = person.dates[visit.id] + timedelta(days=place * arm.dosing.every_days)
            number += 1
            if (left_early and place >= _EARLY_LEAVER) or (
                not left_early and person.member.withdrawal and day > last
            ):
                return
            yield Entry(
                form=str(spec["form"]),
                visit=visit.id,
                values={
                    str(spec["date"]): day.isoformat(),
                    str(spec["performed"]): "Y",
                    **{
                        name: str(value).format(slot=person.slot, number=number, kit=_kit(person, number))
                        for name, value in spec.items()
                        if name.isupper()
                    },
                },
            )


def _kit(person: Person, number: int) -> str:
    """Return the kit from which a dose is taken, by its running number; empty where none is known."""
    return str(person.kits[number - 1]) if number <= len(person.kits) else ""


def _visit_at(study: Study, person: Person, day: int) -> Visit | None:
    """The visit planned on a study day, if the participant came to it."""
    return next((v for v in study.visits if v.day == day and v.id in person.dates), None)


def doses(study: Study, logs: Logs, person: Person, milligrams: Mapping[str, Decimal]) -> Iterator[Entry]:
    """Periods of one daily dose; a dose found at a visit was taken from the day after the visit before.

    Who takes none has an earlier course that ended, so that the log says so.
    """
    spec = logs.dose
    if not spec or not milligrams:
        return
    visits = [v for v in sorted(study.visits, key=lambda v: v.number) if v.id in person.dates]
    start, end, amount = str(spec["start"]), str(spec["end"]), str(spec["amount"])
    fixed = {name: str(value) for name, value in spec.items() if name.isupper()}
    begun = person.dates[visits[0].id] - timedelta(days=int(spec["before_days"]))
    periods: list[tuple[Decimal, date, date | None, str]] = []
    for place, visit in enumerate(visits):
        dose = milligrams[visit.id]
        if not periods or periods[-1][0] != dose:
            first = begun if not periods else person.dates[visits[place - 1].id] + timedelta(days=1)
            if periods:
                periods[-1] = (*periods[-1][:2], first - timedelta(days=1), periods[-1][3])
            periods.append((dose, first, None, visit.id))
    if periods[0][0] == 0:
        stopped = begun + timedelta(days=int(spec["before_days"]) - int(spec["stopped_days"]))
        periods.insert(0, (Decimal(str(spec["stopped_dose"])), begun, stopped, visits[0].id))
    for dose, first_day, last_day, visit_id in periods:
        if dose:
            values = {**fixed, amount: f"{dose.normalize():f}", start: first_day.isoformat()}
            if last_day is not None:
                values[end] = last_day.isoformat()
            yield Entry(form=str(spec["form"]), visit=visit_id, values=values)


def background(
    study: Study, logs: Logs, person: Person, regimens: Sequence[Regimen], generator: np.random.Generator
) -> Iterator[Entry]:
    """Drugs taken since before screening and throughout."""
    spec = logs.background
    visit = min((v for v in study.visits if v.id in person.dates), key=lambda v: v.number)
    for regimen in regimens:
        begun = person.dates[visit.id] - timedelta(days=int(generator.integers(100, 400)))
        values = {name: str(value) for name, value in regimen.values.items()}
        yield Entry(
            form=str(spec["form"]), visit=visit.id, values={**values, str(spec["start"]): begun.isoformat()}
        )


def events(
    study: Study, logs: Logs, person: Person, had: Sequence[EventSpec], generator: np.random.Generator
) -> Iterator[Entry]:
    """Adverse events between the first dose and the last visit, collected at the next visit."""
    spec = logs.events
    baseline = person.dates.get(study.baseline_visit.id)
    if not had or baseline is None:
        return
    last = max(person.dates.values())
    for event in had:
        forced = person.member.withdrawal is not None and person.member.withdrawal.event == event.id
        latest = min(event.onset[1], (last - baseline).days - 1)
        onset = latest if forced else int(generator.integers(event.onset[0], max(event.onset[0], latest) + 1))
        begun = baseline + timedelta(days=onset)
        ended = begun + timedelta(days=int(generator.integers(event.days[0], event.days[1] + 1)))
        collected = next(
            (
                v.id
                for v in sorted(study.visits, key=lambda v: v.number)
                if v.id in person.dates and person.dates[v.id] >= begun
            ),
            max(person.dates, key=lambda visit: person.dates[visit]),
        )
        values: dict[str, str] = {name: str(value) for name, value in event.values.items()}
        values[str(spec["start"])] = begun.isoformat()
        if ended <= last + timedelta(days=int(spec.get("known_days", 0))):
            values[str(spec["end"])] = ended.isoformat()
        else:
            values[str(spec["outcome"])] = str(spec["ongoing"])
        yield Entry(form=str(spec["form"]), visit=collected, values=values)


def disposition(study: Study, logs: Logs, person: Person) -> Iterator[Entry]:
    """How participation ended."""
    spec: Mapping[str, Scalar] = logs.disposition
    if not spec:
        return
    visit = max(person.dates, key=lambda each: study.visit(each).number)
    withdrawal = person.member.withdrawal
    if person.failure is not None:
        decod, term = str(spec["failed"]), person.failure.term
    elif withdrawal is not None:
        decod, term = withdrawal.decod, withdrawal.term
    else:
        decod, term = str(spec["completed"]), str(spec["completed_term"])
    yield Entry(
        form=str(spec["form"]),
        visit=visit,
        values={
            str(spec["decod"]): decod,
            str(spec["date"]): person.dates[visit].isoformat(),
            str(spec["term"]): term,
        },
    )
