"""Pages of the records: when each was saved, and by whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from lupustrial.capture.demo._chance import pick, share
from lupustrial.capture.demo._people import Person, who_may
from lupustrial.capture.store import Answer, Place
from lupustrial.study import Form, Study, visible

_LAGS = (0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 6, 9, 14)  # days until a page is entered
_OPENS, _HOURS = 1, 8  # UTC: nine to five in Beijing


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A page to be saved."""

    place: Place
    site: str
    at: dt.datetime
    by: Person
    answers: Mapping[str, Answer | None]
    lacking: bool


def sheets_of(
    study: Study, records: pl.DataFrame, people: Mapping[str, Person], now: dt.datetime
) -> Iterator[Sheet]:
    """Give the pages that have been entered by now, participant by participant."""
    forms = {form.id: (at, form) for at, form in enumerate(study.forms)}
    authors = {form.id: _authors(study, form, people) for form in study.forms}
    keys = ["participant", "visit", "form", "repeat"]
    for key, rows in records.partition_by(keys, as_dict=True, maintain_order=True).items():
        place = Place(participant=str(key[0]), visit=str(key[1]), form=str(key[2]), repeat=int(key[3]))
        rank, form = forms[place.form]
        if not authors[place.form] or _forgotten(place):
            continue
        by = pick(authors[place.form], place.participant, place.visit, "by")
        at = _entered(rows["day"][0], place, by, rank)
        if at < now:
            answers: dict[str, Answer | None] = dict(_answers(rows))
            lacking = _gap(place, form, answers)
            yield Sheet(place=place, site=rows["site"][0], at=at, by=by, answers=answers, lacking=lacking)


def _authors(study: Study, form: Form, people: Mapping[str, Person]) -> list[Person]:
    """Return who enters a form: whom it names, else who enters, sees all of it and has no form of his own.

    Where some results of a laboratory betray the treatment, nobody who enters sees all: who imports does.
    """
    own = {role for other in study.forms for role in other.entered_by}
    seeing = [
        person
        for person in who_may(people, "enter")
        if (person.role.id in form.entered_by if form.entered_by else person.role.id not in own)
        and all(
            visible(study, person.role.id, form.id, item.id, visit="here", at="here") for item in form.items
        )
    ]
    return seeing or [people[role] for role in form.imported_by if role in people]


def _entered(day: dt.date, place: Place, by: Person, rank: int) -> dt.datetime:
    """Return when a page was entered: on a working day, in the order of the forms."""
    lag = pick(_LAGS, place.participant, place.visit, by.id, "lag")
    on = day + dt.timedelta(days=lag)
    on += dt.timedelta(days=max(0, 7 - on.isoweekday()) % 7 if on.isoweekday() > 5 else 0)  # noqa: PLR2004 - Friday
    on += dt.timedelta(days=1 if on.isoweekday() == 7 else 0)  # noqa: PLR2004 - Sunday
    begun = share(place.participant, place.visit, by.id, "hour") * (_HOURS - 2) * 3600
    within = rank * 75 + place.repeat * 41 + share(*_words(place), "second") * 30
    return dt.datetime.combine(on, dt.time(_OPENS), tzinfo=dt.UTC) + dt.timedelta(seconds=int(begun + within))


def _answers(rows: pl.DataFrame) -> Iterator[tuple[str, Answer]]:
    for item, value, unit, status, reason in rows.select("item", "value", "unit", "status", "reason").rows():
        yield item, Answer(value=value, unit=unit, status=status, why=reason or "")


def _forgotten(place: Place) -> bool:
    """Whether a page was never entered: one in eighty."""
    return share(*_words(place), "forgotten") < 1 / 80


def _gap(place: Place, form: Form, answers: dict[str, Answer | None]) -> bool:
    """Leave an answer out of one page in sixty; return whether one was."""
    asked = [item.id for item in form.items if item.required and item.when is None and item.id in answers]
    if len(asked) < 2 or share(*_words(place), "gap") >= 1 / 60:  # noqa: PLR2004 - one stays
        return False
    del answers[pick(asked[1:], *_words(place), "which")]
    return True


def _words(place: Place) -> tuple[object, ...]:
    return place.participant, place.visit, place.form, place.repeat
