"""Participants as source records: every item of every form at every visit that was attended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from lupustrial.reconstruct._calendar import Person
from lupustrial.reconstruct._clinic import State
from lupustrial.reconstruct._cohort import Cohort
from lupustrial.reconstruct._logs import Entry, background, disposition, doses, events, injections
from lupustrial.reconstruct._scene import Chance, Scene, filled
from lupustrial.reconstruct._schema import EventSpec, Regimen
from lupustrial.reconstruct._targets import Targets
from lupustrial.study import ALLOCATION_SCHEMA, RECORD_SCHEMA, Expression, Form, Study, Visit

_BY = "reconstruct"
_DAYS_MONTH = 30.4375
_BIRTHDAY = (40, 330)  # days of the running year of life at consent: no birthday before the first dose


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What was chosen per member beside states and numbers."""

    sex: dict[str, dict[int, str]]
    had: dict[str, dict[int, list[EventSpec]]]
    drugs: dict[str, dict[int, list[Regimen]]]


def write_records(
    study: Study,
    targets: Targets,
    cohort: Cohort,
    people: list[Person],
    extras: Extras,
    generator: np.random.Generator,
) -> pl.DataFrame:
    """Write the records of everybody, in the order of participants, visits, forms, repeats and items."""
    writer = _Writer(study, targets, cohort, extras, generator)
    rows = [row for person in people for row in writer.person(person)]
    frame = pl.DataFrame(
        rows, schema={k: v for k, v in RECORD_SCHEMA.items() if k != "position"}, orient="row"
    )
    return frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("position")).select(
        list(RECORD_SCHEMA)
    )


def write_allocation(people: list[Person]) -> pl.DataFrame:
    """Who got which arm, in the order of slots."""
    rows = sorted((person.slot, person.id, person.member.arm) for person in people if person.slot is not None)
    return pl.DataFrame(
        [(participant, slot, arm) for slot, participant, arm in rows], schema=ALLOCATION_SCHEMA, orient="row"
    )


class _Writer:
    """Fills in forms; holds what is the same for everybody."""

    def __init__(
        self, study: Study, targets: Targets, cohort: Cohort, extras: Extras, generator: np.random.Generator
    ) -> None:
        self.study, self.targets, self.cohort, self.extras = study, targets, cohort, extras
        self.generator = generator
        self.chance = Chance(generator)
        self.visits = sorted(study.visits, key=lambda visit: visit.number)
        self.forms = _in_order(study, targets)
        self.whens = {
            (form.id, item.id): Expression.compile(item.when)
            for form in study.forms
            for item in form.items
            if item.when is not None
        }

    def person(self, person: Person) -> Iterator[tuple[Any, ...]]:
        """All rows of one person."""
        logs = self._logs(person)
        seen: dict[str, dict[str, Any]] = {}
        for visit in self.visits:
            if visit.id not in person.dates:
                continue
            scene = self._scene(person, visit)
            rows = {
                form.id: list(self._form(person, visit, form, scene, seen))
                for form in self.forms
                if not form.log and visit.id in form.visits
            }
            for form in self.study.forms:
                yield from self._log(person, visit, form, logs) if form.log else rows.get(form.id, ())

    def _logs(self, person: Person) -> dict[tuple[str, str], list[Entry]]:
        logs, member = self.targets.drawing.logs, person.member
        milligrams = self._milligrams(person)
        entries = [*doses(self.study, logs, person, milligrams)]
        entries.extend(
            background(self.study, logs, person, self.extras.drugs[member.arm][member.index], self.generator)
        )
        if person.slot is not None:
            entries.extend(injections(self.study, logs, person))
            entries.extend(
                events(self.study, logs, person, self.extras.had[member.arm][member.index], self.generator)
            )
        entries.extend(disposition(self.study, logs, person))
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in entries:
            found.setdefault((entry.visit, entry.form), []).append(entry)
        return found

    def _milligrams(self, person: Person) -> dict[str, Decimal]:
        body = self.targets.drawing.body
        if body is None or body.dose is None:
            return {}
        found = {visit: self._number(person, body.dose, self._week(visit)) for visit in person.dates}
        return {visit: dose for visit, dose in found.items() if dose is not None}

    def _week(self, visit_id: str) -> int:
        return max(self.study.visit(visit_id).week, self.study.baseline_visit.week)

    def _number(self, person: Person, name: str, week: int) -> Decimal | None:
        member = person.member
        value = self.cohort.arms[member.arm].numbers.get((name, member.index, week))
        return None if value is None else Decimal(value) / self.cohort.quantities[name].scale

    def _scene(self, person: Person, visit: Visit) -> Scene:
        member, week = person.member, self._week(visit.id)
        arm = self.cohort.arms[member.arm]
        names = self.targets.model.numbers
        first = self.study.baseline_visit.week
        now = {name: self._number(person, name, week) for name in names}
        numbers = {
            name: self._number(person, name, first) if found is None else found for name, found in now.items()
        }
        sex = self.extras.sex[member.arm][member.index]
        state = arm.states.get((member.index, week), State(items=frozenset(), grades={}))
        return Scene(
            participant=person.id,
            arm=member.arm,
            week=week,
            visit=visit.id,
            state=state,
            traits=member.traits | {sex},
            numbers={name: number for name, number in numbers.items() if number is not None},
            facts=self._facts(person, visit, numbers, sex),
            overrides=person.failure.values if person.failure else {},
            chance=self.chance,
        )

    def _facts(
        self, person: Person, visit: Visit, numbers: Mapping[str, Decimal | None], sex: str
    ) -> dict[str, Any]:
        body = self.targets.drawing.body
        consent = person.dates[next(v.id for v in self.visits if v.id in person.dates)]
        facts: dict[str, Any] = {
            "visit date": person.dates[visit.id],
            "consent date": consent,
            "randomisation date": person.dates.get(self.study.baseline_visit.id),
            "slot": person.slot,
            "sex": sex,
        }
        if body is None:
            return facts
        age, months = numbers.get(body.age), numbers.get(body.duration or "")
        z = self.chance.own(person.id, "birthday", person.member.arm)
        share = (z % 1.0 + 1.0) % 1.0
        into = _BIRTHDAY[0] + int(share * (_BIRTHDAY[1] - _BIRTHDAY[0]))
        if age is not None:
            facts["birth date"] = _years_before(consent, int(age)) - timedelta(days=into)
        if months is not None:
            start = person.dates.get(self.study.baseline_visit.id, consent)
            facts["diagnosis date"] = start - timedelta(days=round(float(months) * _DAYS_MONTH))
        dose, weight = numbers.get(body.dose or ""), numbers.get(body.weight or "")
        if dose is not None and weight:
            facts["dose per kg"] = dose / weight
        return facts

    def _form(
        self, person: Person, visit: Visit, form: Form, scene: Scene, seen: dict[str, dict[str, Any]]
    ) -> Iterator[tuple[Any, ...]]:
        fills = self.targets.drawing.fill.get(form.id, {})
        planned: dict[str, str | int] = {"visit": visit.id, "week": visit.week, "day": visit.day}
        for item in form.items:
            fill = fills.get(item.id) or fills.get("*")
            if fill is None or (fill.at and visit.id not in fill.at):
                continue
            when = self.whens.get((form.id, item.id))
            if when is not None and when.evaluate({**seen, "planned": planned}) is not True:
                continue
            value = filled(scene, form.id, item, fill)
            status, reason = ("entered", None) if value is not None else ("not done", fill.skip)
            if value is not None:
                scene.values[f"{form.id}.{item.id}"] = value
                seen.setdefault(form.id, {})[item.id] = (
                    value if item.type in {"code", "text", "date"} else Decimal(value)
                )
            elif form.id in seen:
                seen[form.id].pop(item.id, None)
            unit = item.unit if value is not None else None
            yield self._row(person, visit.id, form.id, 1, item.id, value, unit, status, reason)

    def _log(
        self, person: Person, visit: Visit, form: Form, logs: Mapping[tuple[str, str], list[Entry]]
    ) -> Iterator[tuple[Any, ...]]:
        for repeat, entry in enumerate(logs.get((visit.id, form.id), []), start=1):
            for item in form.items:
                value = entry.values.get(item.id)
                if value is not None:
                    yield self._row(
                        person, visit.id, form.id, repeat, item.id, value, item.unit, "entered", None
                    )

    def _row(
        self,
        person: Person,
        visit: str,
        form: str,
        repeat: int,
        item: str,
        value: str | None,
        unit: str | None,
        status: str,
        reason: str | None,
    ) -> tuple[Any, ...]:
        at = f"{self.targets.drawing.recorded}T00:00:00Z"
        site = self.study.sites[0].id
        return (
            self.study.id,
            site,
            person.id,
            visit,
            form,
            repeat,
            item,
            value,
            unit,
            status,
            at,
            _BY,
            reason,
        )


def _in_order(study: Study, targets: Targets) -> list[Form]:
    """Forms so that each comes after those whose items it repeats, multiplies or asks about."""
    needs: dict[str, set[str]] = {}
    for form in study.forms:
        names: set[str] = set()
        for fill in targets.drawing.fill.get(form.id, {}).values():
            names.update(
                name for name in (fill.same, fill.egfr, *(case.of for case in fill.cases or ())) if name
            )
        whens = [Expression.compile(item.when) for item in form.items if item.when is not None]
        needs[form.id] = {name.split(".")[0] for name in names} | {
            ref[0] for when in whens for ref in when.references
        }
        needs[form.id] -= {form.id}
    ordered: list[Form] = []
    waiting = list(study.forms)
    while waiting:
        placed = {form.id for form in ordered}
        known = {form.id for form in study.forms}
        ready = [form for form in waiting if needs[form.id] & known <= placed] or waiting[:1]
        ordered.extend(ready)
        waiting = [form for form in waiting if form not in ready]
    return ordered


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
