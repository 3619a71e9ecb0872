"""The one way into a page: checked whole, then saved whole with its queries, or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.entry._annotation import annotated
from lupustrial.capture.entry._elsewhere import ask_elsewhere
from lupustrial.capture.entry._given import Finding, Given, Outcome
from lupustrial.capture.entry._instruments import ask_instruments, foresee
from lupustrial.capture.entry._judge import Judged, judge
from lupustrial.capture.entry._place import Where, check_may_enter, where_is
from lupustrial.capture.entry._queries import ask
from lupustrial.capture.store import Page, Place, Visited, check_unchanged, page_at, save_page
from lupustrial.ledger import Transaction


def submit(
    trial: Trial,
    acting: Acting,
    place: Place,
    given: Mapping[str, Given],
    *,
    revision: int,
    why: str = "",
    at: str | None = None,
    complete: bool = True,
) -> Outcome:
    """Check a page and save it with the queries of its edit checks, in one transaction.

    Args:
        trial: The trial.
        acting: Who gives it.
        place: Where the page belongs.
        given: What is given for each item. Items that are left out stay as they are; a blank value clears.
        revision: Revision of the page that was seen; 0 where there was none.
        why: The reason of the page as a whole: for every change, and for every missing value that has none
            of its own. The first entry of a value needs none (21 CFR 11.10(e), ICH E6(R3) 4.2.2).
        at: When, UTC; now, unless records of the past are laid down.
        complete: Whether a required item without an answer refuses the page. False saves it with gaps.

    Returns:
        What became of it. Where a finding is an error, nothing was saved.

    Raises:
        CaptureError: CAPT-001, somebody saved the page meanwhile; CAPT-002, it is frozen or locked; CAPT-003,
            it was struck out; CAPT-010, who gives it may not enter it; CAPT-011, the page cannot exist.
    """
    with trial.reading() as reading:  # what takes long is worked out before everybody else has to wait
        foresee(reading, trial.study, place, given)
    with trial.writing() as tx:
        return submit_in(
            tx, trial, acting, place, given, revision=revision, why=why, at=at, complete=complete
        )


def submit_in(
    tx: Transaction,
    trial: Trial,
    acting: Acting,
    place: Place,
    given: Mapping[str, Given],
    *,
    revision: int,
    why: str = "",
    at: str | None = None,
    complete: bool = True,
) -> Outcome:
    """Do what `submit` does inside a transaction of somebody else, for many pages that are saved together."""
    where = where_is(tx, trial, place)
    check_may_enter(tx, where, acting, place)
    page = page_at(tx, place)
    check_unchanged(tx, place, page, revision)
    day = where.today if at is None else trial.day_at(where.participant.site, dt.datetime.fromisoformat(at))
    judged = judge(tx, where.study, acting, place, page, given, why=why, complete=complete, day=day)
    if any(finding.severity == "error" for finding in judged.findings):
        return Outcome(page=page, findings=judged.findings, entry=None)
    saved = save_page(
        tx,
        study=where.study.id,
        place=place,
        site=where.participant.site,
        version=where.study.version,
        state="started" if judged.gaps else "complete",
        answers=judged.answers,
        by=acting.actor,
        revision=revision,
        visited=_visited(where, place, judged, page),
        cleared=judged.cleared,
        why=why.strip(),
        at=at,
    )
    asked: tuple[Finding, ...] = ()
    if saved.entry is not None:
        ask(tx, where, acting, saved.page, judged, at=at)
        ask_elsewhere(tx, where, acting, saved.page, frozenset(judged.answers), at=at)
        asked = ask_instruments(tx, where, acting, saved.page, at=at)
    return Outcome(
        page=saved.page,
        findings=(*judged.findings, *asked),
        entry=None if saved.entry is None else saved.entry.position,
    )


def _visited(where: Where, place: Place, judged: Judged, page: Page | None) -> Visited | None:
    """Return the date of the visit where this page tells it."""
    found = annotated(where.study, "SV.SVSTDTC")
    if found is None or found[0] != place.form:
        return None
    item = found[1]
    if item in judged.answers:
        answer = judged.answers[item]
        date = None if answer is None else answer.value
    else:
        held = page.items.get(item) if page is not None else None
        date = None if held is None else held.value
    baseline = where.planned is not None and where.planned.baseline
    return Visited(date=date, number=where.number, baseline=baseline)
