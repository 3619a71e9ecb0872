"""Everything that happened, in the order of time; each is written to the ledger when its turn comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from lupustrial.capture.demo._chance import pick, share
from lupustrial.capture.demo._cut import state_at_end
from lupustrial.capture.demo._marks import Marks
from lupustrial.capture.demo._pages import Sheet
from lupustrial.capture.demo._people import Person, who_may
from lupustrial.capture.store import Answer, Visited, page_at, save_page, write
from lupustrial.ledger import Transaction
from lupustrial.study import Item, Study, Visit, visible

Write = Callable[[Transaction, str], None]

_MORNING = dt.time(0, 30)


@dataclass(frozen=True, kw_only=True, order=True)
class Happening:
    """Something that is written at a time; `order` decides between two of the same second."""

    at: dt.datetime
    order: int = 1
    write: Write = field(compare=False)


def courses(
    study: Study, rows: pl.DataFrame, people: Mapping[str, Person], now: dt.datetime
) -> Iterator[Happening]:
    """Give what moves participants: registered, enrolled, completed, withdrawn, failed at screening."""
    by = (who_may(people, "screen") or who_may(people, "enter") or list(people.values()))[0]
    for participant, site, registered, randomised, ended, how in rows.select(
        "participant", "site", "registered", "randomised", "ended", "how"
    ).rows():
        at = dt.datetime.combine(registered, _MORNING, tzinfo=dt.UTC)
        data = {"participant": participant, "site": site}
        yield Happening(at=at, order=0, write=_entry(study, "participant registered", by, data))
        states = ((randomised, "enrolled"), (ended, state_at_end(how)))
        for day, state in states:
            if day is not None:
                moved = {"participant": participant, "state": state}
                when = dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)
                if when <= now:
                    yield Happening(at=when, write=_entry(study, "participant state", by, moved))


def saves(study: Study, sheet: Sheet, marks: Marks, now: dt.datetime) -> Iterator[Happening]:
    """Give the saving of a page, and on one in seventy the later correction of a number."""
    slip = _slip(study, sheet)
    first = sheet.answers if slip is None else {**sheet.answers, slip[0]: slip[1]}
    yield Happening(at=sheet.at, write=_save(study, sheet, marks, first))
    if slip is not None:
        days = 2 + int(share(sheet.place, "corrected") * 20)
        at = sheet.at + dt.timedelta(days=days, minutes=17)
        if at < now:
            right = {slip[0]: sheet.answers[slip[0]]}
            yield Happening(at=at, write=_save(study, sheet, marks, right, why="Error of transcription"))


def queries(
    study: Study, sheet: Sheet, people: Mapping[str, Person], now: dt.datetime
) -> Iterator[Happening]:
    """Give a query on one page in fifty: opened, mostly answered, mostly closed."""
    asking = [one for one in who_may(people, "query") if _sees(study, one, sheet)]
    if not asking or not sheet.answers or share(sheet.place, "query") >= 1 / 50:
        return
    asks = pick(asking, sheet.place, "asks")
    items = [item for item in sheet.answers if _visible(study, asks, sheet, item)]
    opened = sheet.at + dt.timedelta(days=1 + int(share(sheet.place, "opened") * 25), minutes=23)
    if not items or opened >= now:
        return
    place = sheet.place
    data = {
        "participant": place.participant, "visit": place.visit, "form": place.form, "repeat": place.repeat,
        "item": pick(items, place, "item"), "site": sheet.site, "origin": "",
        "text": "Please compare this value with its source.",
    }  # fmt: skip
    number: list[int] = []

    def opening(tx: Transaction, at: str) -> None:
        entry = write(tx, study=study.id, kind="query opened", by=asks.actor, data=data, at=at)
        number.append(entry.position)

    yield Happening(at=opened, write=opening)
    steps = (
        ("query answered", sheet.by, "Compared with the source: it stands as entered.", 0.75),
        ("query closed", asks, "Thank you.", 0.85),
    )
    at = opened
    for kind, by, text, odds in steps:
        at += dt.timedelta(days=1 + int(share(place, kind) * 9), minutes=31)
        if at >= now or share(place, kind, "done") > odds:
            return
        yield Happening(at=at, write=_step(study, kind, by, text, number))


def _step(study: Study, kind: str, by: Person, text: str, number: list[int]) -> Write:
    def step(tx: Transaction, at: str) -> None:
        write(tx, study=study.id, kind=kind, by=by.actor, data={"number": number[0], "text": text}, at=at)

    return step


def _entry(study: Study, kind: str, by: Person, data: Mapping[str, object]) -> Write:
    def entry(tx: Transaction, at: str) -> None:
        write(tx, study=study.id, kind=kind, by=by.actor, data=data, at=at)

    return entry


def _save(
    study: Study, sheet: Sheet, marks: Marks, answers: Mapping[str, Answer | None], why: str = ""
) -> Write:
    def save(tx: Transaction, at: str) -> None:
        held = page_at(tx, sheet.place)
        save_page(
            tx,
            study=study.id,
            place=sheet.place,
            site=sheet.site,
            version=study.version,
            state="started" if sheet.lacking else "complete",
            answers=answers,
            by=sheet.by.actor,
            revision=0 if held is None else held.revision,
            visited=_visited(study, sheet, marks),
            why=why,
            at=at,
        )

    return save


def _visited(study: Study, sheet: Sheet, marks: Marks) -> Visited | None:
    form, item = marks.visited
    visit: Visit | None = next((one for one in study.visits if one.id == sheet.place.visit), None)
    answer = sheet.answers.get(item)
    if sheet.place.form != form or visit is None or answer is None:
        return None
    return Visited(date=answer.value, number=str(visit.number), baseline=visit.baseline)


def _slip(study: Study, sheet: Sheet) -> tuple[str, Answer] | None:
    """Return a number of the page and what was first entered in its place; None for most pages."""
    items = [item for item in study.form(sheet.place.form).items if _number(item, sheet)]
    if not items or share(sheet.place, "slip") >= 1 / 70:
        return None
    item = pick(items, sheet.place, "slipped")
    right = sheet.answers[item.id]
    wrong = None if right is None or right.value is None else _swapped(right.value)
    if right is None or wrong is None or not _in_range(item, wrong):
        return None
    return item.id, Answer(value=wrong, unit=right.unit, status=right.status)


def _number(item: Item, sheet: Sheet) -> bool:
    answer = sheet.answers.get(item.id)
    return item.type in ("integer", "decimal") and answer is not None and answer.value is not None


def _swapped(value: str) -> str | None:
    """Return a number with its last two figures swapped; None where they are the same or are not there."""
    if len(value) < 2 or not value[-2:].isdigit() or value[-1] == value[-2]:  # noqa: PLR2004 - two figures
        return None
    return value[:-2] + value[-1] + value[-2]


def _in_range(item: Item, value: str) -> bool:
    low, high = item.range or (None, None)
    return (low is None or float(low) <= float(value)) and (high is None or float(value) <= float(high))


def _sees(study: Study, person: Person, sheet: Sheet) -> bool:
    return any(_visible(study, person, sheet, item) for item in sheet.answers)


def _visible(study: Study, person: Person, sheet: Sheet, item: str) -> bool:
    return visible(study, person.id, sheet.place.form, item, visit=sheet.place.visit, at=None)
