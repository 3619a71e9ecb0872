"""Opening, answering, closing and reopening queries: each checked inside the transaction that writes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.queries._sight import at_hand, item_shown, query_shown, seen_whole
from lupustrial.capture.store import Place, Query, page_at, participant_of, query_of, write
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Task

#: Which step leads from which states, and which task it needs.
STEPS: dict[str, tuple[tuple[str, ...], Task]] = {
    "answered": (("open",), "answer"),
    "closed": (("open", "answered"), "query"),
    "reopened": (("answered", "closed"), "query"),
}
LONGEST = 2000  # characters of a text


def open_query(trial: Trial, acting: Acting, place: Place, *, item: str = "", text: str) -> int:
    """Open a query on an item, or on a page as a whole, and return its number.

    Raises:
        CaptureError: CAPT-036, the role may not; CAPT-038, no text; CAPT-039, there is nothing to ask about.
    """
    _may(acting, "query", str(place))
    said = _said(text, str(place), "say what is to be clarified")
    study = trial.study
    with trial.writing() as tx:
        who = participant_of(tx, place.participant)
        at = at_hand(tx, study, place.participant)
        known = who is not None and acting.at_site(who.site)
        shown = item_shown(study, acting, place, item, at) and (
            bool(item) or seen_whole(study, acting, place, at)
        )
        page = page_at(tx, place)
        if who is None or not known or not shown or (page is None and item):
            hint = "open it on a page that was saved, on an item that your role sees"
            message = "there is nothing here to ask about"
            raise CaptureError(Fault(id="CAPT-039", message=message, place=str(place), hint=hint))
        data = {
            "participant": place.participant,
            "visit": place.visit,
            "form": place.form,
            "repeat": place.repeat,
            "item": item,
            "site": who.site,
            "origin": "",
            "text": said,
        }
        return write(tx, study=study.id, kind="query opened", by=acting.actor, data=data).position


def answer_query(trial: Trial, acting: Acting, number: int, text: str) -> None:
    """Answer an open query.

    Raises:
        CaptureError: CAPT-035, no such query for this role; CAPT-036, the role may not; CAPT-037, it is not
            open any more; CAPT-038, no text.
    """
    _step(trial, acting, [number], "answered", text)


def close_query(trial: Trial, acting: Acting, number: int, text: str = "") -> None:
    """Close a query. One that nobody answered, or that an edit check raised, needs a justification.

    Raises:
        CaptureError: As `answer_query`.
    """
    _step(trial, acting, [number], "closed", text)


def close_queries(trial: Trial, acting: Acting, numbers: Sequence[int], text: str = "") -> None:
    """Close several queries, all or none.

    Raises:
        CaptureError: As `answer_query`, with every fault found.
    """
    _step(trial, acting, numbers, "closed", text)


def reopen_query(trial: Trial, acting: Acting, number: int, text: str) -> None:
    """Open an answered or closed query again, saying what is still unclear.

    Raises:
        CaptureError: As `answer_query`.
    """
    _step(trial, acting, [number], "reopened", text)


def _step(trial: Trial, acting: Acting, numbers: Sequence[int], step: str, text: str) -> None:
    _may(acting, STEPS[step][1], f"query {numbers[0]}" if len(numbers) == 1 else "queries")
    faults: list[Fault] = []
    with trial.writing() as tx:
        for number in dict.fromkeys(numbers):
            query = query_of(tx, number)
            faults += _wrong(tx, trial, acting, query, number, step, text)
        if faults:
            raise CaptureError(faults)
        for number in dict.fromkeys(numbers):
            data = {"number": number, "text": text.strip()}
            write(tx, study=trial.study.id, kind=f"query {step}", by=acting.actor, data=data)


def _wrong(
    tx: Transaction, trial: Trial, acting: Acting, query: Query | None, number: int, step: str, text: str
) -> list[Fault]:
    place = f"query {number}"
    if query is None or not query_shown(
        trial.study, acting, query, at_hand(tx, trial.study, query.place.participant)
    ):
        return [
            Fault(
                id="CAPT-035", message="there is no such query", place=place, hint="see the list of queries"
            )
        ]
    if query.state not in STEPS[step][0]:
        hint = "read what was said meanwhile; nothing was changed"
        message = f"the query is {query.state} and cannot be {step}"
        return [Fault(id="CAPT-037", message=message, place=place, hint=hint)]
    justify = step == "closed" and (query.origin or query.state == "open")
    if not text.strip() and (step != "closed" or justify):
        why = "an edit check raised it" if query.origin else "it was not answered"
        what = f"a justification is needed: {why}" if justify else "a text is needed"
        return [Fault(id="CAPT-038", message=what, place=place, hint="write why, in a sentence")]
    if len(text) > LONGEST:
        return [_too_long(place)]
    return []


def _said(text: str, place: str, hint: str) -> str:
    if not text.strip():
        raise CaptureError(Fault(id="CAPT-038", message="a text is needed", place=place, hint=hint))
    if len(text) > LONGEST:
        raise CaptureError(_too_long(place))
    return text.strip()


def _too_long(place: str) -> Fault:
    message = f"the text is longer than {LONGEST} characters"
    return Fault(id="CAPT-038", message=message, place=place, hint="shorten it")


def _may(acting: Acting, task: Task, place: str) -> None:
    if not acting.may(task):
        _refuse(acting, place)


def _refuse(acting: Acting, place: str) -> NoReturn:
    raise CaptureError(
        Fault(
            id="CAPT-036",
            message=f"the role {acting.role.name} may not do this to a query",
            place=place,
            hint="a query is answered by the site, and opened and closed by who reviews the data",
        )
    )
