"""Files of a laboratory: one row a result, matched to items by code and to visits by name or date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from lupustrial.capture.doors.intake._map import LabMap, item_of
from lupustrial.capture.doors.intake._options import Options, date_in
from lupustrial.capture.doors.intake._people import People
from lupustrial.capture.doors.intake._read import cell_value
from lupustrial.capture.doors.intake._table import Faults, Row, Table, shown
from lupustrial.capture.doors.intake._values import Value
from lupustrial.capture.participants import Due, schedule_of
from lupustrial.capture.store import Place
from lupustrial.errors import Fault
from lupustrial.study import Form, Item


@dataclass(kw_only=True)
class LabReader:
    """Reads the tables of a laboratory by its map.

    Attributes:
        unmatched: Rows that belong to nobody, to no visit or to no item (CAPT-074): they are left out, if
            whoever brings the file in says so.
    """

    people: People
    map: LabMap
    options: Options
    today: dt.date
    faults: Faults
    unmatched: Faults = field(default_factory=Faults)
    _plans: dict[str, tuple[Due, ...]] = field(default_factory=dict)

    def values(self, table: Table) -> list[Value]:
        """Read a table (CAPT-069 to CAPT-071, CAPT-074)."""
        places = {name: place for place, name in enumerate(table.header)}
        wanted = {part: name for part, name in self.map.columns.model_dump().items() if name is not None}
        lacking = [name for name in wanted.values() if name not in places]
        for name in lacking:
            hint = "choose the map of this laboratory, or mend `columns` in it"
            self.faults.add("CAPT-069", f"the column `{shown(name)}` is missing", table.place(1), hint)
        if lacking:
            return []
        columns = {part: places[name] for part, name in wanted.items()}
        found: list[Value] = []
        seen: dict[tuple[Place, str], int] = {}
        for row in table.rows:
            value = self._value(table, row, {part: row.cells[place] for part, place in columns.items()})
            if value is None:
                continue
            key = (value.place, value.item)
            if key in seen:
                message = f"the same item of the same visit stands in row {seen[key]}"
                hint = "keep the result that counts"
                self.faults.add("CAPT-071", message, value.at, hint)
                continue
            seen[key] = row.number
            found.append(value)
        return found

    def _value(self, table: Table, row: Row, cells: dict[str, str]) -> Value | None:
        columns = self.map.columns
        code = self.map.codes.get(cells["code"])
        if cells["code"] in self.map.ignored:
            return None
        if code is None:
            at = table.place(row.number, columns.code)
            self._left(f"the map has no code `{shown(cells['code'])}`", at, "add it to `codes` or `ignored`")
            return None
        if cells["participant"] not in self.people.known:
            at = table.place(row.number, columns.participant)
            self._left(f"there is no participant `{shown(cells['participant'])}`", at, "mend the number")
            return None
        found = item_of(self.people.study, code.item)
        if found is None:  # the map was held against the study
            raise AssertionError(code.item)
        form, item = found
        visit = self._visit(table, row, cells, form)
        if visit is None:
            return None
        at = table.place(row.number, columns.value)
        place = self.people.place(
            self.faults, at, participant=cells["participant"], visit=visit, form=form, repeat="1"
        )
        if place is None:
            return None
        return self._result(table, row, cells, place, item)

    def _result(
        self, table: Table, row: Row, cells: dict[str, str], place: Place, item: Item
    ) -> Value | None:
        at = table.place(row.number, self.map.columns.value)
        result = cells["value"]
        blank = Value(
            place=place, item=item.id, value="", unit="", status="not done", why="", at=at, row=row.number,
            column=self.map.columns.value,
        )  # fmt: skip
        if result in self.map.not_done:
            return replace(blank, why=self.map.not_done[result])
        if not result:
            self._left("there is no result", at, "add what it means to `not_done`, or remove the row")
            return None
        value = cell_value(item, result, at, self.options, self.faults)
        unit = self._unit(table, row, cells, item)
        if value is None or unit is None:
            return None
        return replace(blank, value=value, unit=unit, status="entered")

    def _unit(self, table: Table, row: Row, cells: dict[str, str], item: Item) -> str | None:
        """Return the unit of the form for the unit of the laboratory, which the map or the form must know."""
        given = cells.get("unit", "")
        mapped = self.map.codes[cells["code"]].units
        allowed = [item.unit, *(other.unit for other in item.units)] if item.unit else [""]
        if given in mapped:
            return mapped[given]
        if given in allowed:
            return given
        if not given and len(mapped) == 1 and self.map.columns.unit is None:
            return next(iter(mapped.values()))
        at = table.place(row.number, self.map.columns.unit or self.map.columns.value)
        message = f"`{shown(given)}` is no unit of {item.id}" if given else "the unit is not given"
        hint = f"add it to `units` of the code: {', '.join(str(unit) for unit in allowed)} are known"
        self.faults.add("CAPT-070", message, at, hint)
        return None

    def _visit(self, table: Table, row: Row, cells: dict[str, str], form: Form) -> str | None:
        named = cells.get("visit", "")
        if named:
            return self.map.visits.get(named, named)
        if "date" not in cells:
            self._left("no visit is named", table.place(row.number, self.map.columns.visit or ""), "name it")
            return None
        at = table.place(row.number, self.map.columns.date or "")
        text = date_in(cells["date"], self.options.dates)
        try:
            day = dt.date.fromisoformat(text or "")
        except ValueError:
            message = f"`{shown(cells['date'])}` is not a date as {self.options.dates}"
            self.faults.add("CAPT-070", message, at, "write all dates of the file in one way, and choose it")
            return None
        return self._visit_on(cells["participant"], day, at, form)

    def _visit_on(self, participant: str, day: dt.date, at: str, form: Form) -> str | None:
        """Return the visit that took place on a day, or whose window holds it: one alone, else none."""
        plan = self._plan(participant)
        fit = [due for due in plan if form in self.people.study.forms_at(due.visit.id)]
        on_day = [due.visit.id for due in fit if due.date == day]
        undated = [
            due.visit.id
            for due in fit
            if due.date is None
            and due.earliest is not None
            and due.latest is not None
            and due.earliest <= day <= due.latest
        ]
        near = [
            due.visit.id
            for due in fit
            if due.date is not None
            and due.earliest is not None
            and due.latest is not None
            and due.earliest <= day <= due.latest
        ]
        found = on_day or [*undated, *near]
        if len(found) == 1:
            return found[0]
        message = f"{day} lies in the windows of {' and '.join(found)}" if found else f"no visit fits {day}"
        self._left(
            message, at, "give the visit in a column of the file, or enter the date of the visit first"
        )
        return None

    def _plan(self, participant: str) -> tuple[Due, ...]:
        if participant not in self._plans:
            people = self.people
            self._plans[participant] = schedule_of(people.tx, people.study, participant, today=self.today)
        return self._plans[participant]

    def _left(self, message: str, at: str, hint: str) -> None:
        self.unmatched.add("CAPT-074", message, at, hint)


def unmatched_of(reader: LabReader, name: str) -> tuple[Fault, ...]:
    """Return the rows that were left out."""
    return reader.unmatched.listed(name)
