"""Other pages whose edit checks read what was just saved: their queries follow.

A laboratory value that arrives after the score can contradict it, and a mended one can resolve it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from lupustrial.capture.access import Acting
from lupustrial.capture.entry._annotation import annotated
from lupustrial.capture.entry._conditions import tells_nothing
from lupustrial.capture.entry._dates import visit_order
from lupustrial.capture.entry._facts import Facts, compiled
from lupustrial.capture.entry._place import Where
from lupustrial.capture.entry._queries import settle
from lupustrial.capture.store import Page, pages_of, visits_of
from lupustrial.ledger import Transaction
from lupustrial.study import Check, Form, Study

#: By digest of the study and form: which checks of other forms read an item of the form.
_READERS: dict[tuple[str, str], tuple[tuple[str, str, Check, frozenset[str]], ...]] = {}


def ask_elsewhere(
    tx: Transaction, where: Where, acting: Acting, page: Page, changed: frozenset[str], *, at: str | None
) -> None:
    """Bring the queries of other pages to what their checks say after a page was saved.

    Hard checks are not judged here: they refuse a page when it is saved itself, and a listing finds them.
    """
    _ask_next_visit(tx, where, acting, page, at=at)
    for form_id, readers in _grouped(where.study, page.place.form, changed).items():
        form = where.study.form(form_id)
        # A page at another visit reads this one only where this form is not planned at that visit.
        here = set(form.visits) <= set(where.form.visits) and page.place.visit in where.form.visits
        visit = page.place.visit if here else None
        for other in pages_of(tx, page.place.participant, form=form_id, visit=visit):
            _ask(tx, where, acting, form, other, readers, at=at)


def ask_anew(tx: Transaction, where: Where, acting: Acting, page: Page, *, at: str | None) -> None:
    """Bring the queries of a page to what its own soft checks say, as when it is restored."""
    own = tuple((item.id, check) for item in where.form.items for check in item.checks if not check.hard)
    _ask(tx, where, acting, where.form, page, own, at=at)


def _grouped(study: Study, form: str, changed: frozenset[str]) -> Mapping[str, tuple[tuple[str, Check], ...]]:
    grouped: dict[str, list[tuple[str, Check]]] = {}
    for other, item, check, read in _readers(study, form):
        if read & changed:
            grouped.setdefault(other, []).append((item, check))
    return {other: tuple(checks) for other, checks in grouped.items()}


def _readers(study: Study, form: str) -> tuple[tuple[str, str, Check, frozenset[str]], ...]:
    key = (study.digest, form)
    if key not in _READERS:
        _READERS[key] = tuple(_find_readers(study, form))
    return _READERS[key]


def _find_readers(study: Study, form: str) -> Iterator[tuple[str, str, Check, frozenset[str]]]:
    for other in study.forms:
        for item in other.items if other.id != form else ():
            for check in item.checks:
                read = frozenset(name for of, name in compiled(check.expression).references if of == form)
                if read and not check.hard:
                    yield other.id, item.id, check, read


def _ask(
    tx: Transaction,
    where: Where,
    acting: Acting,
    form: Form,
    page: Page,
    readers: tuple[tuple[str, Check], ...],
    *,
    at: str | None,
) -> None:
    place = page.place
    facts = Facts(
        tx=tx, study=where.study, participant=place.participant, visit=place.visit, place=place, held=page
    )
    fail, judged = {}, set()
    for item, check in readers:
        expression = compiled(check.expression)
        if not tells_nothing(where.study, form, item, expression, visit=place.visit):
            continue
        judged.add(check.id)
        held = page.items.get(item)
        if held is not None and held.value is not None and facts.decide(expression) is False:
            fail[item, check.id] = check.message
    settle(tx, where, acting, page, fail, only=judged, at=at)


def _ask_next_visit(tx: Transaction, where: Where, acting: Acting, page: Page, *, at: str | None) -> None:
    """The date of a visit that was saved may put the next one out of order, or in order again."""
    found = annotated(where.study, "SV.SVSTDTC")
    if found is None or found[0] != page.place.form:
        return
    later = [
        one
        for one in visits_of(tx, page.place.participant)
        if one.date is not None and float(one.number) > float(where.number)
    ]
    if not later:
        return
    place = dataclasses.replace(page.place, visit=later[0].visit)
    for other in pages_of(tx, place.participant, visit=place.visit, form=place.form):
        held = other.items.get(found[1])
        dates = {} if held is None or held.value is None else {found[1]: held.value}
        wrong = visit_order(tx, where.study, other.place, dates)
        fail = {} if wrong is None else {(found[1], wrong.id): wrong.message}
        settle(tx, where, acting, other, fail, only=["RECORD-036"], at=at)
