"""Participants, visits and forms that a file names: known, of a site of the role, and planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lupustrial.capture.access import Acting
from lupustrial.capture.doors.intake._table import Faults, shown
from lupustrial.capture.store import Participant, Place, participants_of, visits_of
from lupustrial.errors import closest
from lupustrial.ledger import Transaction
from lupustrial.study import Form, Study


@dataclass(kw_only=True)
class People:
    """Who is in the trial, as far as the role may know.

    A participant of another site is as unknown as one who does not exist.
    """

    tx: Transaction
    study: Study
    acting: Acting
    known: Mapping[str, Participant] = field(init=False)
    _visits: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look everybody up once."""
        self.known = {one.participant: one for one in participants_of(self.tx, self.acting.sites)}

    def place(
        self,
        faults: Faults,
        at: str,
        *,
        participant: str,
        visit: str,
        form: Form,
        repeat: str = "",
        site: str = "",
    ) -> Place | None:
        """Return the page that a row means; None, with CAPT-071, where there is none."""
        person = self.person(faults, at, participant, site)
        counted = self._repeat(faults, at, form, repeat)
        if person is None or not self._visit(faults, at, participant, visit, form) or counted is None:
            return None
        return Place(participant=participant, visit=visit, form=form.id, repeat=counted)

    def person(self, faults: Faults, at: str, participant: str, site: str = "") -> Participant | None:
        """Return a participant; None, with CAPT-071, where there is nobody of that number and site."""
        person = self.known.get(participant)
        if person is None:
            message = (
                f"there is no participant `{shown(participant)}`"
                if participant
                else "no participant is named"
            )
            hint = (
                closest(participant, list(self.known)) or "register the participant first, or mend the number"
            )
            faults.add("CAPT-071", message, at, hint)
        elif site and site != person.site:
            hint = f"the site of {participant} is {person.site}"
            faults.add("CAPT-071", f"site `{shown(site)}` is not that of the participant", at, hint)
        else:
            return person
        return None

    def _visit(self, faults: Faults, at: str, participant: str, visit: str, form: Form) -> bool:
        planned = [one.id for one in self.study.visits]
        if self.study.is_unscheduled(visit):
            if visit not in self._held(participant):
                faults.add("CAPT-071", f"the unscheduled visit {visit} was not opened", at, "open it first")
                return False
        elif visit not in planned:
            hint = closest(visit, planned) or f"known: {', '.join(planned)}"
            faults.add("CAPT-071", f"there is no visit `{shown(visit)}`", at, hint)
            return False
        if form.id not in {one.id for one in self.study.forms_at(visit)}:
            hint = f"it is planned at {', '.join(form.visits)}"
            faults.add("CAPT-071", f"form {form.id} is not planned at visit {visit}", at, hint)
            return False
        return True

    def _held(self, participant: str) -> set[str]:
        if participant not in self._visits:
            self._visits[participant] = {one.visit for one in visits_of(self.tx, participant)}
        return self._visits[participant]

    def _repeat(self, faults: Faults, at: str, form: Form, text: str) -> int | None:
        if not text:
            if form.repeating:
                hint = "number the pages of the form from 1 in a column `repeat`"
                faults.add("CAPT-071", f"form {form.id} repeats and no repeat is given", at, hint)
                return None
            return 1
        if not (text.isascii() and text.isdigit() and int(text[:6]) >= 1 and len(text) <= 6):  # noqa: PLR2004 - digits
            faults.add("CAPT-071", f"`{shown(text)}` is no repeat", at, "repeats count from 1")
            return None
        if int(text) > 1 and not form.repeating:
            faults.add("CAPT-071", f"form {form.id} does not repeat", at, "write 1, or leave it empty")
            return None
        return int(text)
