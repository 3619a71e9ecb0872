"""Lay the records of a whole trial down as one that is under way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from lupustrial.capture._trial import Trial
from lupustrial.capture.demo._checks import freezes, verifications
from lupustrial.capture.demo._cut import Cut, cut
from lupustrial.capture.demo._drug import supplied
from lupustrial.capture.demo._happenings import Happening, courses, queries, saves
from lupustrial.capture.demo._marks import marks_of
from lupustrial.capture.demo._pages import sheets_of
from lupustrial.capture.demo._people import Person, grant_all, make_accounts, people_of
from lupustrial.capture.store import participants_of, write
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Actor

_BATCH = 1000  # happenings a transaction


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What was laid down: somebody in every role, and how many participants and entries."""

    people: Mapping[str, Person]
    participants: int
    entries: int


def load(
    trial: Trial,
    records: pl.DataFrame,
    *,
    origin: str = "made-up participants",
    now: dt.datetime | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,  # noqa: ARG005 - called with both
) -> Loaded:
    """Lay a trial down in mid-course: pages saved in the past, by somebody in each role.

    Args:
        trial: The trial, on a database without participants; Django is set up.
        records: Source records of a whole trial (``lupustrial.study.RECORD_SCHEMA``). They are cut at the day
            on which most stages have somebody in them, and moved so that this day is today.
        origin: Where the records come from, one sentence.
        now: The present; the clock's, unless a test wants its own.
        progress: Called with entries written and entries in all.

    Returns:
        Who can sign in (password `PASSWORD`), and what was laid down.

    Raises:
        CaptureError: CAPT-098, the database holds participants already, or there are no records.
    """
    _check(trial, records)
    now = now or dt.datetime.now(dt.UTC)
    people = people_of(trial.study)
    marks = marks_of(trial.study, trial.visit_date_item())
    part = supplied(trial, cut(trial.study, records, marks, today=now.date()))
    happened = _happenings(trial, part, people, now)
    with trial.writing() as tx:
        begun = _text(min(one.at for one in happened) - dt.timedelta(days=30))
        by = Actor(id="demonstration", role="system")
        write(tx, study=trial.study.id, kind="demonstration begun", by=by, data={"origin": origin}, at=begun)
        grant_all(tx, trial.study, people, begun)
    for start in range(0, len(happened), _BATCH):
        with trial.writing() as tx:
            for one in happened[start : start + _BATCH]:
                one.write(tx, _text(one.at))
        progress(min(start + _BATCH, len(happened)), len(happened))
    make_accounts(people)
    return Loaded(people=people, participants=part.courses.height, entries=len(happened))


def _happenings(trial: Trial, part: Cut, people: Mapping[str, Person], now: dt.datetime) -> list[Happening]:
    marks = marks_of(trial.study, trial.visit_date_item())
    happened = list(courses(trial.study, part.courses, people, now))
    happened += verifications(trial.study, part.courses, people, now)
    frozen = list(freezes(trial.study, part.courses, people, now))
    for sheet in sheets_of(trial.study, part.records, people, now):
        happened += saves(trial.study, sheet, marks, now)
        happened += queries(trial.study, sheet, people, now)
    # What came late is entered before the freeze: a frozen page takes nothing.
    return sorted(happened + frozen)


def _check(trial: Trial, records: pl.DataFrame) -> None:
    with trial.reading() as tx:
        held = participants_of(tx)
    nothing = "there are no records to lay down"
    if held or records.is_empty():
        raise CaptureError(
            Fault(
                id="CAPT-098",
                message="the database holds participants already" if held else nothing,
                place="the demonstration",
                hint="give it a database of its own" if held else "give a study that has records",
            )
        )


def _text(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
