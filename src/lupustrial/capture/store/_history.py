"""The audit trail as a table: every change of every item, and what was done about it, to be paged quickly.

The ledger is the record; this is its index (ICH E6(R3) 4.2.2: interpretable, and able to support review). One
row an item and entry; an entry that is about a page, a participant or more has one row with an empty item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lupustrial.capture.store._pages import Place
from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What an item held: value (None unless the status is ``entered``), unit, status."""

    value: str | None
    unit: str | None
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A row of the audit trail.

    Attributes:
        position: The ledger entry.
        order: Place among the rows of the entry.
        kind: What happened, as the ledger says it, e.g. ``page saved``.
        place: Where; parts that do not apply are empty, `repeat` then 0.
        item: Which item; empty where it is about more than one.
        site: Site of the participant; empty where it is about no single site.
        at: When, UTC.
        by: Which account.
        role: In which role.
        old: What the item held before; None for nothing.
        new: What it holds since; None for nothing, and where no value changed.
        why: The reason, or what was said on a query.
        query: Number of the query that it is about; None where it is about none.
    """

    position: int
    order: int
    kind: str
    place: Place
    item: str
    site: str
    at: str
    by: str
    role: str
    old: Said | None
    new: Said | None
    why: str
    query: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which rows are asked for; what is left empty (None) does not count.

    Attributes:
        participant: Of whom.
        visit: At which visit.
        form: Of which form.
        item: Of which item of the form.
        person: By which account.
        kind: Of which kind.
        since: From this time on, e.g. ``2026-03-01``.
        until: Before this time.
        sites: At these sites alone; rows that are about no single site are then left out.
    """

    participant: str = ""
    visit: str = ""
    form: str = ""
    item: str = ""
    person: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    sites: frozenset[str] | None = None


_COLUMNS = (
    "position, n, kind, participant, visit, form, repeat, item, site, at, person, role, "
    "old_value, old_unit, old_status, new_value, new_unit, new_status, why, query"
)
_EQUAL = ("participant", "visit", "form", "item", "person", "kind")


def changes_of(
    tx: Transaction,
    wanted: Wanted,
    *,
    before: tuple[int, int] | None = None,
    limit: int = 200,
    oldest_first: bool = False,
) -> list[Change]:
    """Return rows of the audit trail, the newest first.

    Args:
        tx: The transaction.
        wanted: Which rows.
        before: Only rows that come after this one in the order asked for: (position, order).
        limit: How many at most.
        oldest_first: The oldest first.
    """
    conditions, parameters = _conditions(wanted)
    if before is not None:
        sign = ">" if oldest_first else "<"
        conditions.append(f"(position, n) {sign} (?, ?)")
        parameters += before
    order = "ASC" if oldest_first else "DESC"
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM capture_change {where}"  # noqa: S608 - our columns
        f"ORDER BY position {order}, n {order} LIMIT {limit:d}",
        *parameters,
    )
    return [_change(row) for row in rows]


def kinds_of_changes(tx: Transaction) -> list[str]:
    """Return the kinds that stand in the audit trail, in alphabetical order."""
    found: list[str] = []
    while row := tx.one(
        "SELECT kind FROM capture_change WHERE kind > ? ORDER BY kind LIMIT 1", found[-1] if found else ""
    ):
        found.append(str(row[0]))
    return found


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    given = [(name, getattr(wanted, name)) for name in _EQUAL if getattr(wanted, name)]
    conditions = [f"{name} = ?" for name, _ in given]
    parameters: list[Any] = [value for _, value in given]
    if wanted.since:
        conditions.append("at >= ?")
        parameters.append(wanted.since)
    if wanted.until:
        conditions.append("at < ?")
        parameters.append(wanted.until)
    if wanted.sites is not None:
        marks = ", ".join("?" * len(wanted.sites)) or "NULL"
        conditions.append(f"site IN ({marks})")
        parameters += sorted(wanted.sites)
    return conditions, parameters


def _change(row: tuple[Any, ...]) -> Change:
    return Change(
        position=int(row[0]),
        order=int(row[1]),
        kind=row[2],
        place=Place(participant=row[3], visit=row[4], form=row[5], repeat=int(row[6])),
        item=row[7],
        site=row[8],
        at=row[9],
        by=row[10],
        role=row[11],
        old=None if row[14] is None else Said(value=row[12], unit=row[13], status=row[14]),
        new=None if row[17] is None else Said(value=row[15], unit=row[16], status=row[17]),
        why=row[18],
        query=None if row[19] is None else int(row[19]),
    )


_NOTHING = (None, None, None)


def _keep(tx: Transaction, entry: Entry, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of (participant, visit, form, repeat, item, site, old…, new…, why, query)."""
    marks = ", ".join("?" * 20)
    full = [
        (entry.position, n, entry.kind, *row[:6], entry.at, entry.by.id, entry.by.role, *row[6:])
        for n, row in enumerate(rows)
    ]
    if full:
        tx.many(f"INSERT INTO capture_change ({_COLUMNS}) VALUES ({marks})", full)  # noqa: S608 - our columns


def _key(data: Mapping[str, Any]) -> tuple[Any, ...]:
    return (data["participant"], data.get("visit", ""), data.get("form", ""), data.get("repeat", 0))


def _triple(said: Mapping[str, Any] | None) -> tuple[Any, ...]:
    return _NOTHING if said is None else (said["value"], said["unit"], said["status"])


def _site_of(tx: Transaction, data: Mapping[str, Any]) -> str:
    if "site" in data:
        return str(data["site"])
    row = tx.one("SELECT site FROM capture_participant WHERE participant = ?", data["participant"])
    return str(row[0]) if row else ""


def _saved(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    _keep(
        tx,
        entry,
        [
            (*_key(data), item, data["site"], *_triple(one["from"]), *_triple(one["to"]), one["why"], None)
            for item, one in data["changes"].items()
        ],
    )


def _one(tx: Transaction, entry: Entry) -> None:
    """Keep an entry that is about a page, a visit, a participant, a site or everything."""
    data = entry.data
    site = _site_of(tx, data)
    new = (data["state"], None, "entered") if entry.kind == "participant state" else _NOTHING
    _keep(tx, entry, [(*_key(data), "", site, *_NOTHING, *new, entry.why, None)])


def _several(tx: Transaction, entry: Entry) -> None:
    """Keep a verification, or its withdrawal, item by item."""
    data = entry.data
    _keep(
        tx,
        entry,
        [
            (data["participant"], *one[:4], data["site"], *_NOTHING, *_NOTHING, entry.why, None)
            for one in data["items"]
        ],
    )


def _query(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    number = entry.position if entry.kind == "query opened" else data["number"]
    row = tx.one(
        "SELECT participant, visit, form, repeat, item, site FROM capture_query WHERE number = ?", number
    )
    if row is not None:
        _keep(tx, entry, [(*row, *_NOTHING, *_NOTHING, data.get("text", ""), number)])


def _lifted(tx: Transaction, entry: Entry) -> None:
    """Keep the lifting of a hold where the hold was set."""
    row = tx.one(
        "SELECT participant, visit, form, repeat, site FROM capture_change WHERE position = ? AND n = 0",
        entry.data["position"],
    )
    if row is not None:
        _keep(tx, entry, [(*row[:4], "", row[4], *_NOTHING, *_NOTHING, entry.why, None)])


FAMILY = Family(
    tables={
        "capture_change": """CREATE TABLE IF NOT EXISTS capture_change (
            position BIGINT NOT NULL, n BIGINT NOT NULL, kind TEXT NOT NULL, participant TEXT NOT NULL,
            visit TEXT NOT NULL, form TEXT NOT NULL, repeat BIGINT NOT NULL, item TEXT NOT NULL,
            site TEXT NOT NULL, at TEXT NOT NULL, person TEXT NOT NULL, role TEXT NOT NULL,
            old_value TEXT, old_unit TEXT, old_status TEXT, new_value TEXT, new_unit TEXT, new_status TEXT,
            why TEXT NOT NULL, query BIGINT, PRIMARY KEY (position, n))"""
    },
    indexes=(
        "CREATE INDEX IF NOT EXISTS capture_change_of ON capture_change (participant, position, n)",
        "CREATE INDEX IF NOT EXISTS capture_change_item ON capture_change (form, item, position, n)",
        "CREATE INDEX IF NOT EXISTS capture_change_by ON capture_change (person, position, n)",
        "CREATE INDEX IF NOT EXISTS capture_change_kind ON capture_change (kind, position, n)",
    ),
    folds={
        "page saved": _saved,
        **dict.fromkeys(
            (
                "page struck",
                "page restored",
                "participant registered",
                "participant state",
                "hold set",
                "signed",
                "unscheduled visit opened",
            ),
            _one,
        ),
        **dict.fromkeys(("verified", "verification withdrawn"), _several),
        **dict.fromkeys(("query opened", "query answered", "query closed", "query reopened"), _query),
        "hold lifted": _lifted,
    },
)
