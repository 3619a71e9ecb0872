"""The records of a repeating form at a visit, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from lupustrial.capture.access import Acting, held_seen
from lupustrial.capture.entry._slots import text_of
from lupustrial.capture.store import Page, Place
from lupustrial.study import Study

_SHOWN = 4  # values on a line


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record of a list: its number, the first of its values in words, and how it stands."""

    number: int
    address: str
    text: str
    complete: bool
    struck: bool
    here: bool


def records_of_list(study: Study, acting: Acting, pages: Sequence[Page], place: Place) -> list[Record]:
    """Return a line for each record of a form at a visit, of what the role sees."""
    return [_record(study, acting, page, place) for page in pages]


def _record(study: Study, acting: Acting, page: Page, place: Place) -> Record:
    held = held_seen(study, acting, page, at=place.visit)
    items = [item for item in study.form(page.place.form).items if item.id in held]
    texts = [text_of(study, item, held[item.id]) for item in items]
    where = page.place
    return Record(
        number=where.repeat,
        address=reverse("page", args=(where.participant, where.visit, where.form, where.repeat)),
        text=", ".join(text for text in texts[:_SHOWN] if text),
        complete=page.state == "complete",
        struck=page.removed,
        here=where == place,
    )
