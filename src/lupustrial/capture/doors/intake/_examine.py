"""A file held against the trial: everything that is wrong with it, and what it would change. Nothing is kept.

The dry run is the import itself in a transaction that is undone: the same checks as at entry, in the same
order, on the state that they would meet.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.doors.intake._file import tables_of
from lupustrial.capture.doors.intake._form import form_values
from lupustrial.capture.doors.intake._laboratory import LabReader, unmatched_of
from lupustrial.capture.doors.intake._map import LabMap
from lupustrial.capture.doors.intake._options import Options
from lupustrial.capture.doors.intake._order import in_order
from lupustrial.capture.doors.intake._people import People
from lupustrial.capture.doors.intake._records import record_values
from lupustrial.capture.doors.intake._report import Difference, Report, compared
from lupustrial.capture.doors.intake._rights import may_import, sees
from lupustrial.capture.doors.intake._table import Faults, Table
from lupustrial.capture.doors.intake._values import Value
from lupustrial.capture.entry import Given, Outcome, submit_in
from lupustrial.capture.store import Place, page_at
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction, canonical

#: Pages that one file may change, since they are saved together while others wait.
PAGES = 1_000


class _UndoneError(Exception):
    """Leaves a transaction, so that nothing of it is kept."""


@dataclass(kw_only=True)
class Examination:
    """A file on its way in: `report` after `run`, in a transaction that the caller keeps or undoes."""

    trial: Trial
    acting: Acting
    content: bytes
    name: str
    options: Options
    map: LabMap | None = None
    faults: Faults = field(default_factory=Faults)
    unmatched: tuple[Fault, ...] = ()

    def run(self, tx: Transaction) -> Report:
        """Read the file and save its pages; where anything is wrong, the caller must undo the transaction.

        Rows that can be read are checked as at entry even where others cannot: all faults are told at once.
        """
        tables = tables_of(self.content, self.name, self.options, self.faults)
        rows = sum(len(table.rows) for table in tables)
        if not rows and not self.faults.found:
            hint = "write one row under the header for each page or value"
            self.faults.add("CAPT-068", "there are no rows under the header", f"{self.name} row 2", hint)
        values = self._values(tx, tables)
        differences: list[Difference] = []
        if self._seen(values):
            for place, mine in _by_place(values).items():
                differences += compared(tx, place, mine)
        plan, pages = "", 0
        warnings: tuple[Fault, ...] = ()
        if self._allowed([one.value for one in differences if one.what != "same"]):
            plan, warnings, pages = self._save(tx, differences)
        return Report(
            name=self.name,
            digest=hashlib.sha256(self.content).hexdigest(),
            rows=rows,
            faults=self.faults.listed(self.name),
            unmatched=self.unmatched,
            warnings=warnings,
            differences=tuple(differences),
            pages=pages,
            plan=plan,
        )

    def _values(self, tx: Transaction, tables: list[Table]) -> list[Value]:
        people = People(tx=tx, study=self.trial.study, acting=self.acting)
        if self.options.layout == "records":
            return [
                value for table in tables for value in record_values(table, people, self.options, self.faults)
            ]
        if self.options.layout == "laboratory":
            return self._results(people, tables)
        forms = {form.id: form for form in self.trial.study.forms}
        found: list[Value] = []
        for table in tables:
            name = table.sheet if table.sheet in forms else self.options.form
            form = forms.get(name)
            if form is None:
                hint = "choose the form that the file holds, or name the sheet as the form"
                self.faults.add("CAPT-069", "which form the table holds is not said", table.place(1), hint)
                continue
            found += form_values(table, form, people, self.options, self.faults)
        return found

    def _results(self, people: People, tables: list[Table]) -> list[Value]:
        if self.map is None:
            self.faults.add("CAPT-073", "no map of the laboratory is chosen", self.name, "choose one")
            return []
        today = dt.datetime.now(dt.UTC).date()
        reader = LabReader(people=people, map=self.map, options=self.options, today=today, faults=self.faults)
        found = [value for table in tables for value in reader.values(table)]
        self.unmatched = unmatched_of(reader, self.name)
        return found

    def _seen(self, values: list[Value]) -> bool:
        """CAPT-072: what the role must not see refuses the file, before anything of it is compared."""
        told: set[tuple[str, str]] = set()
        for value in values:
            key = (value.place.form, value.item)
            if key in told or sees(self.trial.study, self.acting, *key):
                continue
            told.add(key)
            message = "the file holds what this role must not see; nothing of it was kept"
            hint = "have this column or test left out, or ask who is not blinded"
            self.faults.add("CAPT-072", message, value.at, hint)
        return not told

    def _allowed(self, values: list[Value]) -> bool:
        """CAPT-072: what would change is of forms that the role may bring in."""
        told: set[str] = set()
        for value in values:
            form = value.place.form
            if form in told or may_import(self.trial.study, self.acting, form):
                continue
            told.add(form)
            message = f"the role {self.acting.role.name} does not bring in form {form}"
            hint = "who may bring it in stands in the protocol (`entered_by`, `imported_by`)"
            self.faults.add("CAPT-072", message, value.at, hint)
        return not told

    def _save(self, tx: Transaction, differences: list[Difference]) -> tuple[str, tuple[Fault, ...], int]:
        wanted = _by_place([one.value for one in differences if one.what != "same"])
        if len(wanted) > PAGES:
            message = f"the file changes {len(wanted)} pages; at most {PAGES} are saved together"
            self.faults.add("CAPT-067", message, self.name, "bring it in in parts")
            return "", (), 0
        plan = []
        warnings = Faults()
        for place in in_order(self.trial.study, wanted):
            values = wanted[place]
            held = page_at(tx, place)
            revision = 0 if held is None else held.revision
            plan.append([str(place), place.repeat, revision, [_plain(value) for value in values]])
            self._submit(tx, place, values, revision, warnings)
        text = canonical({"why": self.options.why, "pages": plan})
        return hashlib.sha256(text.encode()).hexdigest(), warnings.listed(self.name), len(wanted)

    def _submit(
        self, tx: Transaction, place: Place, values: list[Value], revision: int, warnings: Faults
    ) -> None:
        given = {
            value.item: Given(value=value.value, unit=value.unit, status=value.status, why=value.why)
            for value in values
        }
        try:
            outcome = submit_in(
                tx,
                self.trial,
                self.acting,
                place,
                given,
                revision=revision,
                why=self.options.why,
                complete=False,
            )
        except CaptureError as error:
            for fault in error.faults:
                self.faults.add(fault.id, fault.message, f"{values[0].at}: {fault.place}", fault.hint)
            return
        self._told(outcome, values, warnings)

    def _told(self, outcome: Outcome, values: list[Value], warnings: Faults) -> None:
        at = {value.item: value.at for value in values}
        for finding in outcome.findings:
            where = at.get(finding.item, values[0].at)
            if finding.severity == "error":
                self.faults.add(finding.id, finding.message, where)
            elif finding.severity == "query":
                warnings.add(finding.id, finding.message, where)


def examine(
    trial: Trial, acting: Acting, content: bytes, name: str, options: Options, lab: LabMap | None = None
) -> Report:
    """Return what a file would do; nothing is kept of it."""
    report: Report | None = None
    try:
        with trial.writing() as tx:
            work = Examination(
                trial=trial, acting=acting, content=content, name=name, options=options, map=lab
            )
            report = work.run(tx)
            _undo()
    except _UndoneError:
        pass
    if report is None:
        raise AssertionError(name)
    return report


def _undo() -> None:
    raise _UndoneError


def _by_place(values: list[Value]) -> Mapping[Place, list[Value]]:
    found: dict[Place, list[Value]] = {}
    for value in values:
        found.setdefault(value.place, []).append(value)
    return found


def _plain(value: Value) -> list[str]:
    return [value.item, value.value, value.unit, value.status, value.why]
