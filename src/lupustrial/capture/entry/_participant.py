"""What is known of a participant as a whole, as ``participant.…`` in conditions.

Every fact is found by the SDTM annotation of the forms, and follows the same rule as ADSL
(``lupustrial.adam``), which this room does not import.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from lupustrial.capture.entry._annotation import annotated, domain_of
from lupustrial.capture.store import Page, pages_of, participant_of
from lupustrial.ledger import Transaction
from lupustrial.study import Study

_ALLOCATED = frozenset({"enrolled", "completed"})


def participant_facts(tx: Transaction, study: Study, participant: str) -> Mapping[str, bool | int | None]:
    """Return the facts of ``lupustrial.study.PARTICIPANT_FACTS``, except ``eligible``; None where missing."""
    pages = pages_of(tx, participant)
    known = participant_of(tx, participant)
    consent = _value(pages, study, "DM.RFICDTC")
    weeks = [visit.week for visit in study.visits if visit.id in _attended(pages, study)]
    ended = _value(pages, study, "DS.DSDECOD")
    doses = sum(1 for _ in _injections(pages, study))
    last = max(weeks, default=-1)
    treated = max(visit.week for visit in study.visits if visit.epoch == study.baseline_visit.epoch)
    return {
        "consented": consent is not None,
        "age": _age(_value(pages, study, "DM.BRTHDTC"), consent),
        "randomised": (known is not None and known.state in _ALLOCATED) or _randomised(pages, study),
        "efficacy_assessments": len(_assessed(pages, study)),
        "last_week": last,
        "injections": doses,
        "completed_treatment": doses > 0 and last >= treated,
        "completed_study": ended == "COMPLETED",
    }


def _values(pages: list[Page], study: Study, variable: str) -> Iterator[tuple[Page, str]]:
    where = annotated(study, variable)
    for page in pages:
        if where is None or page.place.form != where[0]:
            continue
        held = page.items.get(where[1])
        if held is not None and held.value is not None:
            yield page, held.value


def _value(pages: list[Page], study: Study, variable: str) -> str | None:
    return next((value for _, value in _values(pages, study, variable)), None)


def _age(born: str | None, at: str | None) -> int | None:
    """Completed years."""
    if born is None or at is None:
        return None
    birth, day = dt.date.fromisoformat(born), dt.date.fromisoformat(at)
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _attended(pages: list[Page], study: Study) -> frozenset[str]:
    return frozenset(page.place.visit for page, _ in _values(pages, study, "SV.SVSTDTC"))


def _randomised(pages: list[Page], study: Study) -> bool:
    """Whether the milestone is recorded: a dated item of a form that is annotated ``RANDOMIZED``."""
    forms = {form.id: form for form in study.forms if form.sdtm and form.sdtm.testcd == "RANDOMIZED"}
    return any(
        page.place.form in forms
        and forms[page.place.form].date in page.items
        and page.items[str(forms[page.place.form].date)].value is not None
        for page in pages
    )


def _assessed(pages: list[Page], study: Study) -> frozenset[str]:
    """Return the planned visits after baseline with a result on a form of an instrument in use."""
    forms = {use.form for use in study.instruments if use.form is not None}
    later = {visit.id for visit in study.visits if visit.number > study.baseline_visit.number}
    return frozenset(
        page.place.visit
        for page in pages
        if page.place.form in forms
        and page.place.visit in later
        and any(held.value is not None for held in page.items.values())
    )


def _injections(pages: list[Page], study: Study) -> Iterator[Page]:
    """Give the records of an exposure that took place."""
    occurred = annotated(study, "EX.EXOCCUR")
    forms = {form.id for form in study.forms for item in form.items if domain_of(form, item) == "EX"}
    for page in pages:
        if page.place.form not in forms:
            continue
        told = None if occurred is None or occurred[0] != page.place.form else page.items.get(occurred[1])
        if occurred is None or occurred[0] != page.place.form or (told is not None and told.value == "Y"):
            yield page
