"""Fill a PostgreSQL database with a trial of thousands of participants, quickly and honestly.

A few participants are written by the gateway into an SQLite file, as a person's saves would be. Their entries
are then repeated under other numbers: the ledger is chained anew, entry by entry, and the rows that the
entries made are copied with the positions moved. `verify_ledger` and ``verify_projection`` hold for what
comes out; the benchmark checks it on the smallest trial.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from lupustrial.capture.store import TABLES, Answer, Place, Visited, create_tables, save_page, write
from lupustrial.ledger import Actor, Transaction, canonical, hash_of, head, open_database
from lupustrial.study import Form, Item, Study, Visit

BY = Actor(id="user01", role="coordinator")
FORMS = ("consent", "demography", "visit", "vitals", "cbc", "metabolic", "urinalysis", "sledai", "pga")
_TOKEN = "01-TOKEN"  # noqa: S105 - no secret: it stands for the number of a participant until it is repeated
_MOVED = frozenset({"position", "number", "entry", "revision", "lost"})
_TEMPLATES = 10  # of them two are in mid-course


@dataclass(frozen=True, kw_only=True)
class Template:
    """A participant to be repeated: bodies of the entries, and rows of the tables with their columns."""

    bodies: tuple[str, ...]
    rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def fill(url: str, study: Study, participants: int) -> int:
    """Fill the database; return how many entries the ledger has then."""
    templates = [_template(study, number) for number in range(_TEMPLATES)]
    with open_database(url) as db, db.reading() as tx:
        position, previous = head(tx)
    start = position
    ledger: list[tuple[Any, ...]] = []
    chosen = [templates[number % _TEMPLATES] for number in range(participants)]
    for number, template in enumerate(chosen, 1):
        for body in template.bodies:
            text = body.replace(_TOKEN, name_of(number))
            position += 1
            digest = hash_of(position, previous, text)
            ledger.append((position, previous, digest, text))
            previous = digest
    with psycopg.connect(url) as connection:
        _copy(connection, "ledger", ["position", "previous", "hash", "body"], ledger)
        connection.execute(
            "UPDATE ledger_head SET position = %s, hash = %s WHERE id = 1", (position, previous)
        )
        for table in TABLES:
            columns, rows = _repeated(table, chosen, start)
            _copy(connection, table, columns, rows)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return position


def name_of(number: int) -> str:
    """Return the number of a participant."""
    return f"01-{number:04d}"


def _template(study: Study, number: int) -> Template:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_database(str(Path(folder) / "template.db"), create=True) as db,
    ):
        with db.writing() as tx:
            create_tables(tx)
            _write(tx, study, number)
        with db.reading() as tx:
            bodies = tuple(row[0] for row in tx.all("SELECT body FROM ledger ORDER BY position"))
            rows = {}
            for table in TABLES:
                columns = [str(row[1]) for row in tx.all(f"PRAGMA table_info({table})")]
                rows[table] = (columns, tx.all(f"SELECT * FROM {table}"))  # noqa: S608 - our tables
    return Template(bodies=bodies, rows=rows)


def _write(tx: Transaction, study: Study, number: int) -> None:
    """Write a participant by the gateway: all visits, or those of the first weeks."""
    today = dt.datetime.now(dt.UTC).date()
    anchor = today - dt.timedelta(days=200 + number if number < _TEMPLATES - 2 else 30 + 20 * (number % 2))
    at = f"{anchor - dt.timedelta(days=30)}T02:00:00.000000Z"
    data = {"participant": _TOKEN, "site": "01"}
    write(tx, study=study.id, kind="participant registered", by=BY, data=data, at=at)
    for visit in study.visits:
        day = anchor + dt.timedelta(days=visit.day - 1 if visit.day > 0 else visit.day)
        if day > today:
            continue
        for name in FORMS:
            form = study.form(name)
            if visit.id in form.visits:
                _page(tx, study, form, visit, day)
        if visit.baseline:
            moved = {"participant": _TOKEN, "state": "enrolled"}
            when = f"{day}T09:00:00.000000Z"
            write(tx, study=study.id, kind="participant state", by=BY, data=moved, at=when)


def _page(tx: Transaction, study: Study, form: Form, visit: Visit, day: dt.date) -> None:
    answers = {item.id: _answer(study, item, day) for item in form.items if item.when is None}
    dated = any(item.sdtm is not None and item.sdtm.variable == "SVSTDTC" for item in form.items)
    save_page(
        tx,
        study=study.id,
        place=Place(participant=_TOKEN, visit=visit.id, form=form.id),
        site="01",
        version=study.version,
        state="complete",
        answers=answers,
        by=BY,
        revision=0,
        visited=Visited(date=str(day), number=str(visit.number), baseline=visit.baseline) if dated else None,
        at=f"{day + dt.timedelta(days=1)}T03:00:00.000000Z",
    )


def _answer(study: Study, item: Item, day: dt.date) -> Answer:
    if item.type == "date":
        birth = item.id.startswith("BRTH")
        return Answer(value="1985-05-05" if birth else str(day))
    if item.type == "code":
        values = [entry.value for entry in study.codelists[item.codelist or ""]]
        return Answer(value="N" if "N" in values else values[0])
    if item.type == "text":
        return Answer(value="As planned")
    normal = next((one for one in item.normal if one.low is not None and one.high is not None), None)
    low, high = item.range or (0, 10)
    if normal is not None and normal.low is not None and normal.high is not None:
        low, high = normal.low, normal.high
    middle = (float(low) + float(high)) / 2
    decimals = 0 if item.type == "integer" else (item.decimals or 1)
    return Answer(value=f"{middle:.{decimals}f}", unit=item.unit)


def _repeated(table: str, chosen: list[Template], start: int) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    columns = chosen[0].rows[table][0]
    if "participant" in columns:
        return columns, _rows(table, columns, chosen, start)
    counted: Counter[tuple[Any, ...]] = Counter()
    for template in chosen:
        for row in template.rows[table][1]:
            counted[row[:-1]] += row[-1]  # the last column of a tally is the number
    return columns, ((*key, n) for key, n in counted.items())


def _rows(table: str, columns: list[str], chosen: list[Template], start: int) -> Iterator[tuple[Any, ...]]:
    moved = [place for place, name in enumerate(columns) if name in _MOVED]
    who = columns.index("participant")
    items = columns.index("items") if table == "capture_page" else None
    for number, template in enumerate(chosen, 1):
        for row in template.rows[table][1]:
            new = list(row)
            new[who] = name_of(number)
            for place in moved:
                new[place] = new[place] + start if isinstance(new[place], int) else new[place]
            if items is not None:
                held = json.loads(new[items])
                new[items] = canonical({name: [*one[:6], one[6] + start] for name, one in held.items()})
            yield tuple(new)
        start += len(template.bodies)


def _copy(connection: Any, table: str, columns: list[str], rows: Any) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
