"""Randomising somebody: judged, allocated, and the record of it completed, in one flow.

Each step is a transaction of its own, and the allocation is the one that counts. Whatever fails after it is
named, and `complete` does what is left, as often as it is called.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lupustrial.allocation.store import Allocated, Chooser, allocate, allocated_to
from lupustrial.allocation.vault import VaultClient
from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.entry import Given, submit
from lupustrial.capture.store import Page, Place, page_at, participant_of, write
from lupustrial.capture.supply._judge import judge
from lupustrial.capture.supply._milestone import Milestone, milestone_of
from lupustrial.errors import AllocationError, CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Study

_AHEAD, _BEHIND = dt.timedelta(hours=14), dt.timedelta(hours=12)  # clocks on earth, from UTC
_TAKEN = "ALLOC-035"


@dataclass(frozen=True, kw_only=True)
class Randomised:
    """What came of it.

    Attributes:
        allocated: The allocation.
        before: Whether it was there already: somebody else was first, or the button was pressed twice.
        left: What of the record could not be completed, and why; empty where all is done.
    """

    allocated: Allocated
    before: bool
    left: tuple[Fault, ...]


def randomise(trial: Trial, acting: Acting, participant: str, *, on: dt.date) -> Randomised:
    """Randomise somebody, or find that he or she is; then complete the record.

    Args:
        trial: The trial.
        acting: Who does it, in a role that may allocate.
        participant: Who.
        on: Date of the randomisation, as the form records it.

    Raises:
        CaptureError: CAPT-056, the date is not today's; everything that `judge` finds.
        AllocationError: ALLOC-030 to ALLOC-043 and ALLOC-090 to ALLOC-097, why nobody was allocated.
    """
    check_today(on)
    with trial.reading() as tx:
        had = allocated_to(tx, trial.study, participant)
        judged = None if had is not None else judge(tx, trial, participant)
    if judged is not None:
        try:
            if judged.faults:
                raise CaptureError(judged.faults)
            done = allocate(trial.db, trial.study, participant, acting.actor, choose=_chooser(trial))
        except AllocationError as error:
            with trial.reading() as tx:
                had = allocated_to(tx, trial.study, participant)
            if had is None or {fault.id for fault in error.faults} != {_TAKEN}:
                raise
        else:
            return Randomised(allocated=done, before=False, left=complete(trial, acting, done, on=on))
    if had is None:  # the error above says otherwise
        raise AssertionError(participant)
    return Randomised(allocated=had, before=True, left=complete(trial, acting, had, on=on))


def complete(trial: Trial, acting: Acting, allocated: Allocated, *, on: dt.date) -> tuple[Fault, ...]:
    """Bring the participant's state and the randomisation form to what was allocated; return what failed.

    What was done before is not done again, and a date that stands in the form is left alone.
    """
    with trial.writing() as tx:
        who = participant_of(tx, allocated.participant)
        if who is not None and who.state == "screening":
            data = {"participant": allocated.participant, "state": "enrolled"}
            write(tx, study=trial.study.id, kind="participant state", by=acting.actor, data=data)
    milestone = milestone_of(trial.study)
    if milestone is None:
        return ()
    with trial.reading() as tx:
        page = page_at(tx, _place(milestone, allocated.participant))
    given = _given(milestone, page, allocated, on)
    if not given:
        return ()
    try:
        outcome = submit(
            trial,
            acting,
            _place(milestone, allocated.participant),
            given,
            revision=0 if page is None else page.revision,
            why="as allocated" if page is not None else "",
            complete=milestone.alone,
        )
    except CaptureError as error:
        return error.faults
    return tuple(
        Fault(
            id="CAPT-057",
            message=f"the form {milestone.form.title} was not filled in: {finding.message}",
            place=f"{milestone.form.id}.{finding.item}",
            hint="the allocation stands; mend this, then complete the record",
        )
        for finding in outcome.findings
        if finding.severity == "error"
    )


def lacking(tx: Transaction, study: Study, allocated: Allocated) -> bool:
    """Whether something of the record of an allocation is still to be completed."""
    who = participant_of(tx, allocated.participant)
    if who is not None and who.state == "screening":
        return True
    milestone = milestone_of(study)
    if milestone is None:
        return False
    page = page_at(tx, _place(milestone, allocated.participant))
    return bool(_given(milestone, page, allocated, dt.date.min))


def check_today(on: dt.date) -> None:
    """Refuse a date on which it is today nowhere on earth (CAPT-056)."""
    now = dt.datetime.now(dt.UTC)
    if not (now - _BEHIND).date() <= on <= (now + _AHEAD).date():
        raise CaptureError(
            Fault(
                id="CAPT-056",
                message=f"{on} is not today",
                place="on",
                hint="somebody is randomised on the day on which the button is pressed",
            )
        )


def _chooser(trial: Trial) -> Chooser | None:
    return None if trial.config.vault is None else VaultClient(trial.config.vault).choose


def _place(milestone: Milestone, participant: str) -> Place:
    return Place(participant=participant, visit=milestone.visit, form=milestone.form.id)


def _given(milestone: Milestone, page: Page | None, allocated: Allocated, on: dt.date) -> dict[str, Given]:
    held = {} if page is None else {item: one.value for item, one in page.items.items()}
    given = {}
    if milestone.date is not None and held.get(milestone.date) is None:
        given[milestone.date] = Given(value=on.isoformat())
    if milestone.number is not None and held.get(milestone.number) != str(allocated.number):
        given[milestone.number] = Given(value=str(allocated.number))
    return given
