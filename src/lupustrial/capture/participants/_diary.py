"""The diary of dosing: the planned days of a cycle, and a cycle entered as one table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.entry import Finding, Given, submit_in
from lupustrial.capture.participants._schedule import date_of_day
from lupustrial.capture.store import Page, Place, page_at
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Dosing, Form, Study


@dataclass(frozen=True, kw_only=True, slots=True)
class Dose:
    """An injection that is planned, and what is recorded of it.

    Attributes:
        number: Which of the cycle, from 1; the repeat of its page.
        planned: Its planned day; None before day 1.
        page: What is recorded; None where nothing is.
    """

    number: int
    planned: dt.date | None
    page: Page | None


class Refused(Exception):  # noqa: N818 - not a fault: it carries findings out of a transaction
    """Undoes a cycle of which a row has an error; carries what was found, by row."""

    def __init__(self, findings: Mapping[int, tuple[Finding, ...]]) -> None:
        """Keep the findings by row."""
        super().__init__("a row has an error")
        self.findings = findings


def diary_form(study: Study) -> Form | None:
    """Return the repeating log of doses (SDTM EX, annotated ``EXSTDTC``); None without one."""
    return next(
        (
            form
            for form in study.forms
            if form.repeating and form.sdtm is not None and form.sdtm.domain == "EX"
            if any(item.sdtm is not None and item.sdtm.variable == "EXSTDTC" for item in form.items)
        ),
        None,
    )


def dosing_of(study: Study) -> Dosing | None:
    """Return the plan of dosing that all arms share; None where they differ: the plan would tell the arm."""
    plans = [arm.dosing for arm in study.arms if arm.dosing is not None]
    same = {(one.every_days, one.injections, one.cycle_days, one.cycles) for one in plans}
    return plans[0] if len(same) == 1 and len(plans) == len(study.arms) else None


def cycles_of(study: Study) -> dict[str, int]:
    """Return the visits at which a cycle begins, each with the number of its first study day.

    The cycle is recorded at the last visit of the form that is planned until its first day.
    """
    form, dosing = diary_form(study), dosing_of(study)
    if form is None or dosing is None:
        return {}
    visits = [visit for visit in study.visits if visit.id in form.visits]
    found: dict[str, int] = {}
    for cycle in range(dosing.cycles):
        first = cycle * dosing.cycle_days + 1
        before = [visit for visit in visits if visit.day <= first]
        if before:
            found.setdefault(before[-1].id, first)
    return found


def cycle(
    tx: Transaction, study: Study, participant: str, visit: str, anchor: dt.date | None
) -> tuple[Dose, ...]:
    """Return the injections of the cycle that begins at a visit; empty where none does."""
    form, dosing = diary_form(study), dosing_of(study)
    first = cycles_of(study).get(visit)
    if form is None or dosing is None or first is None:
        return ()
    return tuple(
        Dose(
            number=number,
            planned=None if anchor is None else date_of_day(anchor, first + (number - 1) * dosing.every_days),
            page=page_at(tx, Place(participant=participant, visit=visit, form=form.id, repeat=number)),
        )
        for number in range(1, dosing.injections + 1)
    )


def enter_cycle(
    trial: Trial,
    acting: Acting,
    participant: str,
    visit: str,
    rows: Mapping[int, Mapping[str, str]],
    *,
    revisions: Mapping[int, int],
    why: str = "",
) -> Mapping[int, tuple[Finding, ...]]:
    """Save the injections of a cycle: every row that holds something, or none of them.

    Args:
        trial: The trial.
        acting: Who enters; the role enters the form.
        participant: Of whom.
        visit: The visit at which the cycle begins.
        rows: Value by item, by number of the injection.
        revisions: Revision of each page that was seen; 0 where there was none.
        why: The reason of changes.

    Returns:
        What the checks found, by row; the cycle is saved.

    Raises:
        Refused: A row has an error; nothing is saved.
        CaptureError: As `lupustrial.capture.entry.submit`; CAPT-022 where no cycle begins at the visit.
    """
    form = diary_form(trial.study)
    if form is None or visit not in cycles_of(trial.study):
        hint = "open it from the visit at which the cycle begins"
        message = "no cycle begins at this visit"
        raise CaptureError(Fault(id="CAPT-022", message=message, place=visit, hint=hint))
    found: dict[int, tuple[Finding, ...]] = {}
    with trial.writing() as tx:
        for number, values in sorted(rows.items()):
            place = Place(participant=participant, visit=visit, form=form.id, repeat=number)
            given = {
                item: Given(value=value.strip(), unit=_unit(form, item)) for item, value in values.items()
            }
            outcome = submit_in(
                tx,
                trial,
                acting,
                place,
                given,
                revision=revisions.get(number, 0),
                why=why,
                complete=False,
            )
            if outcome.findings:
                found[number] = outcome.findings
        if any(one.severity == "error" for findings in found.values() for one in findings):
            raise Refused(found)
    return found


def _unit(form: Form, item: str) -> str:
    return form.item(item).unit or ""
