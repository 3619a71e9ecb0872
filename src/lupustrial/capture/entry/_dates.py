"""Dates of a page against what else is known: RECORD-032 to RECORD-036 of ``lupustrial.study``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from lupustrial.capture.entry._annotation import annotated, domain_of
from lupustrial.capture.entry._given import Finding
from lupustrial.capture.store import Page, Place, pages_of, visits_of
from lupustrial.ledger import Transaction
from lupustrial.study import Form, Study

_START = re.compile(r"(.*)ST(DTC|DAT)")


def date_findings(
    tx: Transaction, study: Study, place: Place, dates: Mapping[str, str], *, day: dt.date
) -> Iterator[Finding]:
    """Give what is wrong with the dates of a page.

    Args:
        tx: A transaction.
        study: The study.
        place: The page.
        dates: The dates as they will be held (ISO 8601), by item id; those that are missing left out.
        day: The day on which they are recorded.
    """
    form = study.form(place.form)
    for item, date in dates.items():
        if dt.date.fromisoformat(date) > day:
            message = _("{0} lies after today, {1}: mend the date.").format(date, day.isoformat())
            yield Finding(item=item, severity="error", id="RECORD-033", message=message)
    yield from _ends(form, dates)
    yield from _birth(tx, study, place, dates)
    visit = visit_order(tx, study, place, dates)
    if visit is not None:
        yield visit


def _ends(form: Form, dates: Mapping[str, str]) -> Iterator[Finding]:
    """An end before its start; the pair is found by SDTM variable, or by item id."""
    names: dict[str, str] = {}
    for item in form.items:
        if item.type != "date":
            continue
        names[item.id] = item.id
        if item.sdtm is not None and item.sdtm.variable:
            names[f"{domain_of(form, item)}.{item.sdtm.variable}"] = item.id
    pairs = set()
    for name, start in names.items():
        found = _START.fullmatch(name)
        end = names.get(f"{found[1]}EN{found[2]}") if found else None
        if end is not None:
            pairs.add((start, end))
    for start, end in sorted(pairs):
        if start in dates and end in dates and dates[end] < dates[start]:
            message = _("The end, {0}, lies before the start, {1}: mend one of the two.")
            message = message.format(dates[end], dates[start])
            yield Finding(item=end, severity="error", id="RECORD-034", message=message)


def _birth(tx: Transaction, study: Study, place: Place, dates: Mapping[str, str]) -> Iterator[Finding]:
    where = annotated(study, "DM.BRTHDTC")
    if where is None or not dates:
        return
    if place.form == where[0] and where[1] in dates:
        yield from _born(tx, study, place, where[1], dates)
        return
    held = [page.items.get(where[1]) for page in pages_of(tx, place.participant, form=where[0])]
    born = min((one.value for one in held if one is not None and one.value is not None), default=None)
    for item, date in dates.items():
        if born is not None and date < born:
            message = _("{0} lies before the date of birth: mend the date, or the date of birth.")
            yield Finding(item=item, severity="error", id="RECORD-032", message=message.format(date))


def _born(
    tx: Transaction, study: Study, place: Place, item: str, dates: Mapping[str, str]
) -> Iterator[Finding]:
    """The date of birth itself is given: nothing that is held lies before it, and it is the only one."""
    born = dates[item]
    for other, date in dates.items():
        if other != item and date < born:
            message = _("{0} lies before the date of birth: mend the date, or the date of birth.")
            yield Finding(item=other, severity="error", id="RECORD-032", message=message.format(date))
    pages = [page for page in pages_of(tx, place.participant) if page.place != place]
    if any(
        page.place.form == place.form and item in page.items and page.items[item].value not in (None, born)
        for page in pages
    ):
        message = _("Another page holds another date of birth: keep the one that is right.")
        yield Finding(item=item, severity="error", id="RECORD-035", message=message)
    if any(date < born for page in pages for date in _dates_on(study, page)):
        message = _("{0} lies after a date that is recorded elsewhere: mend one of the two.").format(born)
        yield Finding(item=item, severity="error", id="RECORD-032", message=message)


def _dates_on(study: Study, page: Page) -> Iterator[str]:
    for item in study.form(page.place.form).items if page.place.form in _forms(study) else ():
        held = page.items.get(item.id)
        if item.type == "date" and held is not None and held.value is not None:
            yield held.value


def _forms(study: Study) -> frozenset[str]:
    return frozenset(form.id for form in study.forms)


def visit_order(tx: Transaction, study: Study, place: Place, dates: Mapping[str, str]) -> Finding | None:
    """Return RECORD-036 where the date of the visit lies before that of the visit before it."""
    where = annotated(study, "SV.SVSTDTC")
    if where is None or place.form != where[0] or where[1] not in dates:
        return None
    date = dates[where[1]]
    numbers = {visit.id: float(visit.number) for visit in study.visits}
    visits = visits_of(tx, place.participant)
    numbers |= {held.visit: float(held.number) for held in visits}
    here = numbers.get(place.visit, float("inf"))
    earlier = [one for one in visits if one.date is not None and numbers[one.visit] < here]
    if not earlier or date >= str(earlier[-1].date):
        return None
    message = _("The visit lies before {0} on {1}: mend one of the dates.")
    message = message.format(earlier[-1].visit, earlier[-1].date)
    return Finding(item=where[1], severity="query", id="RECORD-036", message=message)
