"""What was typed into items that are not asked: left aside, or cleared where it was saved and confirmed."""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.capture.entry._conditions import asked
from lupustrial.capture.entry._facts import Facts
from lupustrial.capture.entry._given import Given
from lupustrial.capture.entry._place import Where
from lupustrial.capture.store import Page, Place
from lupustrial.ledger import Transaction

_ROUNDS = 5  # an item whose condition hangs on another that is not asked


def without_unasked(
    tx: Transaction,
    where: Where,
    place: Place,
    page: Page | None,
    given: Mapping[str, Given],
    cleared: frozenset[str],
) -> Mapping[str, Given]:
    """Return what is to be saved of what was typed.

    The page keeps what was typed into an item that the branching then hid, so that it comes back when the
    item is asked again; it is not saved. A saved value that is no longer asked is cleared where that was
    confirmed, and left for `submit` to ask about where it was not.
    """
    kept = dict(given)
    held = {} if page is None else page.items
    for _ in range(_ROUNDS):
        facts = Facts(
            tx=tx, study=where.study, participant=place.participant, visit=place.visit, place=place,
            held=page, given=kept,
        )  # fmt: skip
        gone = {
            item.id
            for item in where.form.items
            if item.id in kept and kept[item.id].value and asked(item, facts) == "no"
        }
        if not gone:
            break
        for item in gone:
            why = kept[item].why
            if item in held and item not in cleared:
                del kept[item]
            else:
                kept[item] = Given(why=why)
    return kept
