"""Versions of the protocol: the files of each, since when each site works under it, and who approved it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Entry, Transaction, canonical


@dataclass(frozen=True, kw_only=True, slots=True)
class Protocol:
    """A version of the protocol.

    Attributes:
        position: The ledger entry that recorded it.
        version: Its version, unique in the trial.
        digest: SHA-256 of its files.
        at: When it was recorded, UTC.
        by: By which account.
        why: The reason of the amendment; empty for the first.
        reference: Reference of the approval by the ethics committee; empty where none was given.
        approved: Date of that approval, ISO 8601; None where none was given.
        sites: From which day each site works under it, ISO 8601. The first version is in force everywhere
            from the beginning, and has none.
    """

    position: int
    version: str
    digest: str
    at: str
    by: str
    why: str
    reference: str
    approved: str | None
    sites: Mapping[str, str]

    def in_force(self, site: str, day: dt.date) -> bool:
        """Whether a site works under it (or a later one) on a day."""
        return not self.sites or (site in self.sites and dt.date.fromisoformat(self.sites[site]) <= day)


_COLUMNS = "position, version, digest, at, by_whom, why, reference, approved, sites"


def protocols_of(tx: Transaction) -> list[Protocol]:
    """Return all versions, the first one first."""
    rows = tx.all(f"SELECT {_COLUMNS} FROM capture_protocol ORDER BY position")  # noqa: S608 - our columns
    return [_protocol(row) for row in rows]


def protocol_files(tx: Transaction, version: str) -> dict[str, str]:
    """Return the files of a version by name; empty where there is no such version."""
    row = tx.one("SELECT files FROM capture_protocol WHERE version = ?", version)
    return {} if row is None else dict(json.loads(row[0]))


def version_at(protocols: list[Protocol], site: str, day: dt.date) -> str:
    """Return the version under which a site works on a day: the newest that is in force there.

    Raises:
        IndexError: There is no version at all.
    """
    return [one for one in protocols if one.in_force(site, day)][-1].version


def _protocol(row: tuple[Any, ...]) -> Protocol:
    return Protocol(
        position=int(row[0]),
        version=row[1],
        digest=row[2],
        at=row[3],
        by=row[4],
        why=row[5],
        reference=row[6],
        approved=row[7],
        sites=json.loads(row[8]),
    )


def _recorded(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.run(
        f"INSERT INTO capture_protocol ({_COLUMNS}, files) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our columns
        entry.position,
        data["version"],
        data["digest"],
        entry.at,
        entry.by.id,
        entry.why,
        data["reference"],
        data["approved"],
        canonical(data["sites"]),
        canonical(data["files"]),
    )


def _extended(tx: Transaction, entry: Entry) -> None:
    row = tx.one("SELECT sites FROM capture_protocol WHERE version = ?", entry.data["version"])
    known = {} if row is None else json.loads(row[0])
    tx.run(
        "UPDATE capture_protocol SET sites = ? WHERE version = ?",
        canonical({**known, **entry.data["sites"]}),
        entry.data["version"],
    )


FAMILY = Family(
    tables={
        "capture_protocol": """CREATE TABLE IF NOT EXISTS capture_protocol (
            position BIGINT PRIMARY KEY, version TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, at TEXT NOT NULL,
            by_whom TEXT NOT NULL, why TEXT NOT NULL, reference TEXT NOT NULL, approved TEXT,
            sites TEXT NOT NULL, files TEXT NOT NULL)"""
    },
    folds={
        "protocol recorded": _recorded,  # {version, digest, files: {name: text}, reference, approved, sites}
        "protocol at sites": _extended,  # {version, sites: {site: date}}
    },
)
