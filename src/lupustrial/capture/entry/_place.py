"""Whether a page can exist, and who may enter it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting, closed_by_time, may_enter
from lupustrial.capture.store import Participant, Place, participant_of, visit_held
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Form, Study, Visit

#: Repeats of a form at one visit; a number beyond it is a mistake.
MOST_REPEATS = 9_999


@dataclass(frozen=True, kw_only=True)
class Where:
    """A page that can exist.

    Attributes:
        study: The protocol under which the visit is done.
        form: The form.
        planned: The visit in the plan; None for an unscheduled one.
        number: VISITNUM as text.
        participant: Of whom.
        today: The day at the site.
    """

    study: Study
    form: Form
    planned: Visit | None
    number: str
    participant: Participant
    today: dt.date


def where_is(tx: Transaction, trial: Trial, place: Place) -> Where:
    """Return what is known of the place of a page.

    Raises:
        CaptureError: CAPT-011, the page cannot exist.
    """
    study = trial.study_at(tx, place.participant, place.visit)
    participant = participant_of(tx, place.participant)
    if participant is None:
        raise _nowhere(place, _("there is no such participant"))
    held = visit_held(tx, place.participant, place.visit)
    planned = next((visit for visit in study.visits if visit.id == place.visit), None)
    if planned is None and held is None:
        raise _nowhere(place, _("there is no such visit"))
    form = next((form for form in study.forms if form.id == place.form), None)
    if form is None:
        raise _nowhere(place, _("there is no such form"))
    if not planned_at(study, form, place.visit):
        raise _nowhere(place, _("the form is not planned at this visit"))
    if not 1 <= place.repeat <= (MOST_REPEATS if form.repeating else 1):
        raise _nowhere(place, _("the form has no such repeat"))
    number = str(planned.number) if planned is not None else str(held.number if held is not None else "")
    return Where(
        study=study,
        form=form,
        planned=planned,
        number=number,
        participant=participant,
        today=trial.day_at(participant.site),
    )


def planned_at(study: Study, form: Form, visit: str) -> bool:
    """Whether a form can be filled in at a visit, planned or unscheduled; a log without visits at any."""
    return form in study.forms_at(visit) or (form.log and not form.visits)


def check_may_enter(tx: Transaction, where: Where, acting: Acting, place: Place) -> None:
    """Refuse who may not enter a page (from the keyboard, a file or a program).

    Raises:
        CaptureError: CAPT-010.
    """
    form = where.form
    hint = _("who enters it stands in the protocol; ask the data manager")
    imports = acting.may("import") and acting.role.id in form.imported_by
    if acting.shut or not acting.at_site(where.participant.site):
        message = _("this participant is not open to you")
    elif not (may_enter(where.study, acting, form.id) or imports):
        message = _("the role {0} does not enter this form").format(acting.role.name)
    elif closed_by_time(tx, where.study, acting, place):
        message = _("a later visit has begun: the page is complete and closed to the role {0}").format(
            acting.role.name
        )
        hint = _("it opens again when a monitor or data manager opens a query on it")
    else:
        return
    raise CaptureError(Fault(id="CAPT-010", message=message, place=str(place), hint=hint))


def _nowhere(place: Place, message: str) -> CaptureError:
    hint = _("open the form from the list of the participant's visits")
    return CaptureError(Fault(id="CAPT-011", message=message, place=str(place)[:200], hint=hint))
