"""Queries that edit checks raise, and close when the value no longer fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lupustrial.capture.access import Acting
from lupustrial.capture.entry._conditions import sees_facts
from lupustrial.capture.entry._facts import compiled
from lupustrial.capture.entry._judge import Judged
from lupustrial.capture.entry._place import Where
from lupustrial.capture.scores import checks_on
from lupustrial.capture.store import Held, Page, raised_on, write
from lupustrial.ledger import Transaction

#: What the ledger says of a query that a changed value closed.
MENDED = "The value no longer fails the check."


def ask(tx: Transaction, where: Where, acting: Acting, page: Page, judged: Judged, *, at: str | None) -> None:
    """Bring the queries of a page that was just saved to what its checks say."""
    role, facts = acting.role.id, judged.facts
    fail: dict[tuple[str, str], str] = {}
    for finding in judged.findings:
        if finding.severity == "query":
            fail[finding.item, finding.id] = finding.message
    left = checks_on(where.study, page.place.form) | {  # those of instruments: ``_instruments.py``
        check.id
        for item in where.form.items
        for check in item.checks
        if not sees_facts(where.study, role, facts, compiled(check.expression))
    }
    settle(tx, where, acting, page, fail, left=left, at=at)


def settle(
    tx: Transaction,
    where: Where,
    acting: Acting,
    page: Page,
    fail: Mapping[tuple[str, str], str],
    *,
    left: Iterable[str] = (),
    only: Iterable[str] | None = None,
    at: str | None,
) -> None:
    """Open a query for each check that fails, and close those of the checks that do not.

    A query that is open or answered stays. One that a person closed is not opened again for the same value.

    Args:
        tx: A transaction of ``Database.writing()``.
        where: The place of the page.
        acting: Whose change it was.
        page: The page as it is held now.
        fail: What fails, as item and id of the check, with the question.
        left: Checks that could not be judged; their queries stay as they are.
        only: Checks that were judged; None for all of the form.
        at: When; now, unless records of the past are laid down.
    """
    skipped, judged = frozenset(left), None if only is None else frozenset(only)
    settled: set[tuple[str, str]] = set()
    for raised in raised_on(tx, page.place):
        key = (raised.item, raised.origin)
        if raised.origin in skipped or (judged is not None and raised.origin not in judged):
            continue
        going = raised.state != "closed"
        if key in fail:
            justified = not going and not raised.mended and raised.seen == _seen(page.items.get(raised.item))
            if going or justified:
                settled.add(key)
        elif going:
            data = {"number": raised.number, "text": MENDED, "mended": True}
            write(tx, study=where.study.id, kind="query closed", by=acting.actor, data=data, at=at)
    for (item, check), text in fail.items():
        if (item, check) not in settled:
            _open(tx, where, acting, page, item, check, text, at=at)


def _open(
    tx: Transaction,
    where: Where,
    acting: Acting,
    page: Page,
    item: str,
    check: str,
    text: str,
    *,
    at: str | None,
) -> None:
    data = {
        "participant": page.place.participant,
        "visit": page.place.visit,
        "form": page.place.form,
        "repeat": page.place.repeat,
        "item": item,
        "site": page.site,
        "origin": check,
        "text": text,
        "seen": _seen(page.items.get(item)),
    }
    write(tx, study=where.study.id, kind="query opened", by=acting.actor, data=data, at=at)


def _seen(held: Held | None) -> str:
    """Return the value for which a query is raised."""
    return "" if held is None else " ".join(filter(None, (held.value, held.unit)))
