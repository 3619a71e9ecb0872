"""Saving a page: all of it or nothing, never over what somebody else saved meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lupustrial.capture.store._families import write
from lupustrial.capture.store._holds import hold_on
from lupustrial.capture.store._pages import Held, Page, Place, State, page_at
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Actor, Entry, Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What is to be recorded of an item; checked before (``capture.entry``).

    Attributes:
        value: The text to be recorded; None unless `status` is ``entered``.
        unit: The unit, where the item has one.
        status: One of ``lupustrial.study.STATUSES``.
        why: Why it is not done, or why it is changed.
    """

    value: str | None
    unit: str | None = None
    status: str = "entered"
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visited:
    """The date of a visit, as a page tells it. `number` is VISITNUM as text; `baseline` marks day 1."""

    date: str | None
    number: str
    baseline: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What became of a save. `entry` is None where nothing was different from what was held."""

    page: Page
    entry: Entry | None


#: No item is cleared for a reason of its own.
_NOTHING: Mapping[str, str] = MappingProxyType({})


def save_page(
    tx: Transaction,
    *,
    study: str,
    place: Place,
    site: str,
    version: str,
    state: State,
    answers: Mapping[str, Answer | None],
    by: Actor,
    revision: int,
    visited: Visited | None = None,
    cleared: Mapping[str, str] = _NOTHING,
    why: str = "",
    at: str | None = None,
) -> Saved:
    """Save a page.

    Args:
        tx: A transaction of ``Database.writing()``.
        study: Id of the study.
        place: Where the page belongs.
        site: Site of the participant.
        version: Version of the protocol under which the visit is done.
        state: Whether something is lacking afterwards.
        answers: What to record of each item, None to clear it. Items that are left out stay as they are.
        by: Who saves, in which role.
        revision: Revision of the page that was seen when the answers were given; 0 where there was none.
        visited: The date of the visit, on the page that holds it.
        cleared: The reason for each item that is cleared, where it has one of its own.
        why: The reason of the change, for every item that gives none of its own.
        at: When; now, unless records of the past are laid down.

    Returns:
        The page as it is held now.

    Raises:
        CaptureError: CAPT-001, somebody saved the page meanwhile; CAPT-002, it is frozen or locked;
            CAPT-003, it was struck out.
    """
    held = page_at(tx, place)
    check_unchanged(tx, place, held, revision)
    before = {} if held is None else held.items
    changes = {
        item: {
            "from": _said(before.get(item)),
            "to": _wanted(answer),
            "why": _why(item, answer, cleared) or why,
        }
        for item, answer in sorted(answers.items())
        if _said(before.get(item)) != _wanted(answer)
    }
    if held is not None and not changes and held.state == state:
        return Saved(page=held, entry=None)
    data = {
        "participant": place.participant,
        "site": site,
        "visit": place.visit,
        "form": place.form,
        "repeat": place.repeat,
        "version": version,
        "state": state,
        "changes": changes,
    }
    if visited is not None:
        data["visited"] = {"date": visited.date, "number": visited.number, "baseline": visited.baseline}
    entry = write(tx, study=study, kind="page saved", by=by, data=data, why=why, at=at)
    page = page_at(tx, place)
    if page is None:  # it was written in this very transaction
        raise AssertionError(place)
    return Saved(page=page, entry=entry)


def check_unchanged(tx: Transaction, place: Place, held: Page | None, revision: int) -> None:
    """Refuse a page that was saved, struck or held since it was seen.

    Raises:
        CaptureError: CAPT-001, CAPT-003 or CAPT-002, as `save_page` tells.
    """
    now = 0 if held is None else held.revision
    if now != revision:
        raise CaptureError(
            Fault(
                id="CAPT-001",
                message="somebody saved this page after you opened it; nothing was overwritten",
                place=str(place),
                hint="compare what both of you entered, then save again",
            )
        )
    if held is not None and held.removed:
        hint = "restore it first, or begin a new one"
        raise CaptureError(
            Fault(id="CAPT-003", message="this page was struck out", place=str(place), hint=hint)
        )
    hold = hold_on(tx, place)
    if hold is not None:
        raise CaptureError(
            Fault(
                id="CAPT-002",
                message=f"this page is {hold.kind} and cannot be changed",
                place=str(place),
                hint="ask the data manager to open it, and say why",
            )
        )


def _why(item: str, answer: Answer | None, cleared: Mapping[str, str]) -> str:
    return cleared.get(item, "") if answer is None else answer.why


def _said(held: Held | None) -> dict[str, str | None] | None:
    return None if held is None else {"value": held.value, "unit": held.unit, "status": held.status}


def _wanted(answer: Answer | None) -> dict[str, str | None] | None:
    return None if answer is None else {"value": answer.value, "unit": answer.unit, "status": answer.status}
