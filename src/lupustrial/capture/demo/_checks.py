"""What monitors and data managers did: values compared with source, and whole participants frozen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import polars as pl

from lupustrial.capture.demo._chance import share
from lupustrial.capture.demo._happenings import Happening, Write
from lupustrial.capture.demo._people import Person, who_may
from lupustrial.capture.store import pages_of, verifications_of, write
from lupustrial.ledger import Transaction
from lupustrial.study import Study, visible

_EVERY = 42  # days from one visit of a monitor to the next
_AT = dt.time(6)
_FROZEN_AFTER = 60  # days from the end of participation: later than any page or correction comes


def verifications(
    study: Study, rows: pl.DataFrame, people: Mapping[str, Person], now: dt.datetime
) -> Iterator[Happening]:
    """Give the visits of a monitor, at each of which two in five pages are compared with source."""
    monitors = who_may(people, "verify")
    if not monitors or rows.is_empty():
        return
    first = rows["registered"].to_list()
    day = min(first) + dt.timedelta(days=_EVERY)
    minutes = 0
    while day < now.date():
        for participant, site, registered in rows.select("participant", "site", "registered").rows():
            if registered < day and share(participant, day, "verified") < 0.5:  # noqa: PLR2004 - half of them
                at = dt.datetime.combine(day, _AT, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes % 300)
                minutes += 7
                yield Happening(at=at, write=_verify(study, monitors[0], participant, site))
        day += dt.timedelta(days=_EVERY)


def _verify(study: Study, by: Person, participant: str, site: str) -> Write:
    def verify(tx: Transaction, at: str) -> None:
        known = {(one.place, one.item) for one in verifications_of(tx, participant) if one.lost is None}
        items = [
            [page.place.visit, page.place.form, page.place.repeat, item, held.position]
            for page in pages_of(tx, participant)
            if share(page.place, "compared") < 0.4  # noqa: PLR2004 - two in five
            for item, held in page.items.items()
            if (page.place, item) not in known
            and visible(study, by.role.id, page.place.form, item, visit=page.place.visit, at=None)
        ]
        if items:
            data = {"participant": participant, "site": site, "sampling": "", "items": items}
            write(tx, study=study.id, kind="verified", by=by.actor, data=data, at=at)

    return verify


def freezes(
    study: Study, rows: pl.DataFrame, people: Mapping[str, Person], now: dt.datetime
) -> Iterator[Happening]:
    """Give the freezing of every second participant who ended some weeks ago."""
    managers = who_may(people, "freeze")
    for participant, ended in rows.select("participant", "ended").rows():
        if not managers or ended is None or share(participant, "frozen") < 0.5:  # noqa: PLR2004 - half of them
            continue
        at = dt.datetime.combine(ended, _AT, tzinfo=dt.UTC) + dt.timedelta(days=_FROZEN_AFTER, minutes=5)
        if at < now:
            yield Happening(at=at, order=9, write=_freeze(study, managers[0], participant))


def _freeze(study: Study, by: Person, participant: str) -> Write:
    data = {"hold": "frozen", "site": "", "participant": participant, "visit": "", "form": "", "repeat": 0}

    def freeze(tx: Transaction, at: str) -> None:
        write(
            tx, study=study.id, kind="hold set", by=by.actor, data=data, why="Participation has ended", at=at
        )

    return freeze
