"""Numbers that the overview shows, kept as the entries come: counting them anew would read the whole trial.

The family stands before that of the pages, so that a fold finds a page as it was before the entry.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction

#: Longest lag that is told apart, in days.
LONGEST_LAG = 60


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" for _ in values)


def _saved(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    held = _held(tx, data)
    if held is None:
        _count(tx, data["site"], data["form"], data["visit"], data["state"], 1)
        _lag(tx, entry)
    elif held[1] != data["state"]:
        _count(tx, held[0], data["form"], data["visit"], held[1], -1)
        _count(tx, held[0], data["form"], data["visit"], data["state"], 1)
    _answered(tx, data, anew=held is None)


def _struck(tx: Transaction, entry: Entry) -> None:
    held = _held(tx, entry.data)
    if held is not None and bool(held[2]) != (entry.kind == "page struck"):
        step = -1 if entry.kind == "page struck" else 1
        _count(tx, held[0], entry.data["form"], entry.data["visit"], held[1], step)
        _without_value(tx, entry.data, held[0], {} if step < 0 else json.loads(held[3]))


def _without_value(tx: Transaction, data: Any, site: str, items: Mapping[str, Any]) -> None:
    """Keep which items of a whole page stand without a value: none of a struck one."""
    page = (data["participant"], data["visit"], data["form"], data["repeat"])
    tx.run(
        "DELETE FROM capture_unanswered WHERE participant = ? AND visit = ? AND form = ? AND repeat = ?",
        *page,
    )
    _keep(tx, [(*page, item, site, held[2]) for item, held in items.items() if held[2] != "entered"])


def _held(tx: Transaction, data: Any) -> tuple[Any, ...] | None:
    return tx.one(
        "SELECT site, state, removed, items FROM capture_page "
        "WHERE participant = ? AND visit = ? AND form = ? AND repeat = ?",
        data["participant"],
        data["visit"],
        data["form"],
        data["repeat"],
    )


def _count(tx: Transaction, site: str, form: str, visit: str, state: str, step: int) -> None:
    tx.run(
        "INSERT INTO capture_tally (site, form, visit, state, n) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (site, form, visit, state) DO UPDATE SET n = capture_tally.n + excluded.n",
        site,
        form,
        visit,
        state,
        step,
    )


def _lag(tx: Transaction, entry: Entry) -> None:
    """Count the days from the visit to the first saving of a page, where the date of the visit is known."""
    visited = entry.data.get("visited")
    if visited is None:
        row = tx.one(
            "SELECT date FROM capture_visit WHERE participant = ? AND visit = ?",
            entry.data["participant"],
            entry.data["visit"],
        )
        date = None if row is None else row[0]
    else:
        date = visited["date"]
    if date is None or len(date) != len("2026-11-26"):  # a date of which the day is not known
        return
    days = (dt.date.fromisoformat(entry.at[:10]) - dt.date.fromisoformat(date)).days
    tx.run(
        "INSERT INTO capture_lag (site, days, n) VALUES (?, ?, 1) "
        "ON CONFLICT (site, days) DO UPDATE SET n = capture_lag.n + 1",
        entry.data["site"],
        min(max(days, 0), LONGEST_LAG),
    )


def _answered(tx: Transaction, data: Any, *, anew: bool) -> None:
    """Keep which items stand without a value."""
    page = (data["participant"], data["visit"], data["form"], data["repeat"])
    changed = data["changes"]
    if not anew and changed:
        tx.run(
            "DELETE FROM capture_unanswered "  # noqa: S608 - only marks
            "WHERE participant = ? AND visit = ? AND form = ? AND repeat = ? "
            f"AND item IN ({_marks(changed)})",
            *page,
            *changed,
        )
    rows = [
        (*page, item, data["site"], change["to"]["status"])
        for item, change in changed.items()
        if change["to"] is not None and change["to"]["status"] != "entered"
    ]
    _keep(tx, rows)


def _keep(tx: Transaction, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        tx.many(
            "INSERT INTO capture_unanswered (participant, visit, form, repeat, item, site, status) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )


def _moved(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    state = data.get("state", "registered")
    tx.run(
        "INSERT INTO capture_milestone (participant, state, site, at) VALUES (?, ?, "
        "COALESCE((SELECT site FROM capture_participant WHERE participant = ?), ?), ?) "
        "ON CONFLICT (participant, state) DO NOTHING",
        data["participant"],
        state,
        data["participant"],
        data.get("site", ""),
        entry.at,
    )


FAMILY = Family(
    tables={
        "capture_tally": """CREATE TABLE IF NOT EXISTS capture_tally (
            site TEXT NOT NULL, form TEXT NOT NULL, visit TEXT NOT NULL, state TEXT NOT NULL,
            n BIGINT NOT NULL, PRIMARY KEY (site, form, visit, state))""",
        "capture_lag": """CREATE TABLE IF NOT EXISTS capture_lag (
            site TEXT NOT NULL, days BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (site, days))""",
        "capture_unanswered": """CREATE TABLE IF NOT EXISTS capture_unanswered (
            participant TEXT NOT NULL, visit TEXT NOT NULL, form TEXT NOT NULL, repeat BIGINT NOT NULL,
            item TEXT NOT NULL, site TEXT NOT NULL, status TEXT NOT NULL,
            PRIMARY KEY (participant, visit, form, repeat, item))""",
        "capture_milestone": """CREATE TABLE IF NOT EXISTS capture_milestone (
            participant TEXT NOT NULL, state TEXT NOT NULL, site TEXT NOT NULL, at TEXT NOT NULL,
            PRIMARY KEY (participant, state))""",
    },
    indexes=(
        "CREATE INDEX IF NOT EXISTS capture_unanswered_in ON capture_unanswered (form, visit, site, item)",
        "CREATE INDEX IF NOT EXISTS capture_participant_state ON capture_participant (state, participant)",
        "CREATE INDEX IF NOT EXISTS capture_milestone_of ON capture_milestone (state, site, at)",
    ),
    folds={
        "page saved": _saved,
        "page struck": _struck,
        "page restored": _struck,
        "participant registered": _moved,
        "participant state": _moved,
    },
)
