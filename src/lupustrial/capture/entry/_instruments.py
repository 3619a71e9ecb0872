"""Consistency checks of instruments: their queries follow what was just saved."""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.capture.access import Acting
from lupustrial.capture.entry._given import Finding, Given
from lupustrial.capture.entry._place import Where
from lupustrial.capture.entry._queries import settle
from lupustrial.capture.scores import checked_forms, checks_on, consistency_findings
from lupustrial.capture.store import Page, Place, pages_of, raised_on
from lupustrial.ledger import Transaction
from lupustrial.study import Study


def foresee(tx: Transaction, study: Study, place: Place, given: Mapping[str, Given]) -> None:
    """Work out, before a save, what the checks of instruments will say, so that the save need not."""
    if checked_forms(study, place.form):
        consistency_findings(tx, study, place.participant, place.visit, form=place.form, given=(place, given))


def ask_instruments(
    tx: Transaction, where: Where, acting: Acting, page: Page, *, at: str | None
) -> tuple[Finding, ...]:
    """Bring the queries of a visit to what the checks of instruments say, and return those of the page."""
    place, study = page.place, where.study
    forms = checked_forms(study, place.form)
    if not forms:
        return ()
    found = consistency_findings(tx, study, place.participant, place.visit, form=place.form)
    told: list[Finding] = []
    for form in sorted(forms):
        only = checks_on(study, form, reading=place.form)
        for other in pages_of(tx, place.participant, visit=place.visit, form=form):
            doubted = _doubted(tx, study, other)
            fail = {
                (one.item, one.id): one.message
                for one in found
                if one.form == form and one.item not in doubted
            }
            settle(tx, where, acting, other, fail, only=only, at=at)
            if other.place == place:
                told += [
                    Finding(item=item, severity="query", id=check, message=text)
                    for (item, check), text in fail.items()
                ]
    return tuple(told)


def _doubted(tx: Transaction, study: Study, page: Page) -> frozenset[str]:
    """Return the items that a check of the study itself asks about: one question on a value is enough."""
    of_instruments = checks_on(study, page.place.form)
    return frozenset(
        raised.item
        for raised in raised_on(tx, page.place)
        if raised.origin not in of_instruments and not raised.mended
    )
