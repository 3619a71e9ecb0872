"""Whether the pages of a form are signed and compared with source, for the page of a visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lupustrial.capture.access import Acting, closed_by_time, held_seen
from lupustrial.capture.participants._forms import FormState
from lupustrial.capture.store import Page, Place, signatures_on, verifications_of
from lupustrial.ledger import Transaction
from lupustrial.study import Study


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """What stands beside a form at a visit.

    Attributes:
        signed: Whether a signature that holds covers every page of it.
        broken: Whether a page of it was signed and is not any more.
        verified: Whether every value that the role sees was compared with source as it stands.
        closed: Whether the role cannot open it, since a later visit has begun.
    """

    signed: bool
    broken: bool
    verified: bool
    closed: bool


def marks_of(
    tx: Transaction, study: Study, acting: Acting, forms: Iterable[FormState]
) -> Mapping[str, Marks]:
    """Return the marks of each form of a visit of which something is saved, by id of the form."""
    found = {}
    known: dict[tuple[Place, str], int] | None = None
    for one in forms:
        if not one.pages:
            continue
        if known is None:
            person = one.pages[0].place.participant
            known = {
                (row.place, row.item): row.position
                for row in verifications_of(tx, person)
                if row.lost is None
            }
        given = [signatures_on(tx, page.place) for page in one.pages]
        standing = [any(sign.broken is None for sign in signs) for signs in given]
        found[one.form.id] = Marks(
            signed=all(standing),
            broken=any(signs and not stands for signs, stands in zip(given, standing, strict=True)),
            verified=all(_verified(study, acting, page, known) for page in one.pages),
            closed=all(closed_by_time(tx, study, acting, page.place) for page in one.pages),
        )
    return found


def _verified(study: Study, acting: Acting, page: Page, known: Mapping[tuple[Place, str], int]) -> bool:
    seen = held_seen(study, acting, page, at=page.place.visit)
    return bool(seen) and all(known.get((page.place, item)) == held.position for item, held in seen.items())
