"""How participation ends, by the form of disposition; and visits beyond the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.entry import Finding, Given, submit_in
from lupustrial.capture.participants._schedule import date_item
from lupustrial.capture.store import Participant, Place, page_at, visits_of, write
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Form, Item, Study, unscheduled_number


def disposition(study: Study) -> tuple[Form, Item] | None:
    """Return the form and item that tell how participation ended (SDTM ``DSDECOD``); None without one."""
    return next(
        (
            (form, item)
            for form in study.forms
            for item in form.items
            if item.sdtm is not None and item.sdtm.variable == "DSDECOD"
        ),
        None,
    )


def ending_place(study: Study, person: Participant) -> Place | None:
    """Return where the end of a participant is recorded: on that form, at the last visit that took place."""
    found = disposition(study)
    if found is None:
        return None
    visits = found[0].visits
    last = person.last_visit if person.last_visit in visits else visits[0] if visits else None
    return None if last is None else Place(participant=person.participant, visit=last, form=found[0].id)


def end_participation(
    trial: Trial, acting: Acting, person: Participant, given: Mapping[str, Given], *, why: str = ""
) -> tuple[Finding, ...]:
    """Record how participation ended, on the form of disposition, and close the schedule.

    ``COMPLETED`` completes; anything else is a screen failure of somebody who was in screening, a withdrawal
    of somebody who was enrolled.

    Args:
        trial: The trial.
        acting: Who records it; the role enters the form.
        person: The participant.
        given: The answers, by item.
        why: The reason of a change.

    Returns:
        What the checks of the form found. With an error among it nothing was saved.

    Raises:
        CaptureError: CAPT-022, participation has ended already, or the study has no such form; those of
            `lupustrial.capture.entry.submit`.
    """
    study = trial.study
    found, place = disposition(study), ending_place(study, person)
    if found is None or place is None:
        raise _refused(
            "the study has no form that tells how participation ended", "annotate one with DSDECOD"
        )
    if person.state not in ("screening", "enrolled"):
        raise _refused("participation has ended already", "change the form of disposition, and say why")
    with trial.writing() as tx:
        page = page_at(tx, place)
        outcome = submit_in(
            tx, trial, acting, place, given, revision=0 if page is None else page.revision, why=why
        )
        if any(one.severity == "error" for one in outcome.findings) or outcome.page is None:
            return outcome.findings
        held = outcome.page.items.get(found[1].id)
        if held is not None and held.value is not None:
            state = "completed" if held.value == "COMPLETED" else _left(person)
            data = {"participant": person.participant, "state": state}
            write(tx, study=study.id, kind="participant state", by=acting.actor, data=data, why=held.value)
    return outcome.findings


def open_unscheduled(
    trial: Trial, acting: Acting, person: Participant, *, date: dt.date, why: str, today: dt.date
) -> str:
    """Begin a visit beyond the plan.

    Its number (VISITNUM) lies between those of the planned visits before and after its date. Its date is put
    on the form that holds dates of visits, where the role enters that and the study allows the form there.

    Returns:
        The id of the visit: UNS1, UNS2, … of the participant.

    Raises:
        CaptureError: CAPT-022, the study has no unscheduled visits, the reason is lacking, the date is not
            right, or participation has ended.
    """
    with trial.writing() as tx:
        study = trial.study
        if study.unscheduled is None:
            raise _refused("the study has no unscheduled visits", "declare `unscheduled` in study.yaml")
        if not why.strip() or date > today or person.state not in ("screening", "enrolled"):
            raise _refused(
                "a reason and a day until today are needed, while participation goes on", "give both"
            )
        visit, number = _next(tx, study, person, date)
        data = {
            "participant": person.participant,
            "visit": visit,
            "number": str(number),
            "version": trial.version_in_force(tx, person.site),
        }
        write(
            tx, study=study.id, kind="unscheduled visit opened", by=acting.actor, data=data, why=why.strip()
        )
        found = date_item(study)
        if found is not None and found[0] in study.unscheduled.forms:
            place = Place(participant=person.participant, visit=visit, form=found[0])
            given = {found[1]: Given(value=date.isoformat())}
            outcome = submit_in(tx, trial, acting, place, given, revision=0, complete=False)
            errors = [one for one in outcome.findings if one.severity == "error"]
            if errors:
                raise _refused(str(errors[0].message), "mend the date")
    return visit


def _next(tx: Transaction, study: Study, person: Participant, date: dt.date) -> tuple[str, Decimal]:
    held = visits_of(tx, person.participant)
    planned = {visit.id: visit.number for visit in study.visits}
    done = [
        (planned[one.visit], dt.date.fromisoformat(one.date))
        for one in held
        if one.visit in planned and one.date is not None
    ]
    mine = [one for one in held if study.is_unscheduled(one.visit)]
    numbers = {Decimal(one.number) for one in mine}
    number = unscheduled_number(date, done)
    earlier: list[dt.date] = []
    while number in numbers:
        earlier.append(date)
        number = unscheduled_number(date, done, earlier)
    ordinal = 1 + max((int(one.visit.removeprefix("UNS")) for one in mine), default=0)
    return f"UNS{ordinal}", number


def _left(person: Participant) -> str:
    return "screen failure" if person.state == "screening" else "withdrawn"


def _refused(message: str, hint: str) -> CaptureError:
    return CaptureError(Fault(id="CAPT-022", message=message, place="participation", hint=hint))
