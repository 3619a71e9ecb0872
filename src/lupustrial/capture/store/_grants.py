"""Who holds which role, at which sites. The ledger tells since when, by whom, and why."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.capture.store._projection import Family, nothing_to_fold
from lupustrial.ledger import Entry, Transaction

#: Stands for every site.
EVERY_SITE = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """A role that somebody holds at a site (`EVERY_SITE`: at all)."""

    person: str
    role: str
    site: str
    since: str


def grants_of(tx: Transaction, person: str | None = None) -> list[Grant]:
    """Return the grants that hold now, of one person or of everybody, in order."""
    where, parameters = ("", ()) if person is None else ("WHERE person = ? ", (person,))
    rows = tx.all(
        f"SELECT person, role, site, since FROM capture_grant {where}ORDER BY person, role, site",  # noqa: S608 - no outside text
        *parameters,
    )
    return [Grant(person=row[0], role=row[1], site=row[2], since=row[3]) for row in rows]


def _granted(tx: Transaction, entry: Entry) -> None:
    for site in entry.data["sites"]:
        tx.run(
            "INSERT INTO capture_grant (person, role, site, since) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (person, role, site) DO NOTHING",
            entry.data["person"],
            entry.data["role"],
            site,
            entry.at,
        )


def _ended(tx: Transaction, entry: Entry) -> None:
    for site in entry.data["sites"]:
        tx.run(
            "DELETE FROM capture_grant WHERE person = ? AND role = ? AND site = ?",
            entry.data["person"],
            entry.data["role"],
            site,
        )


FAMILY = Family(
    tables={
        "capture_grant": """CREATE TABLE IF NOT EXISTS capture_grant (
            person TEXT NOT NULL, role TEXT NOT NULL, site TEXT NOT NULL, since TEXT NOT NULL,
            PRIMARY KEY (person, role, site))"""
    },
    folds={
        "role granted": _granted,  # {person, role, sites}
        "role ended": _ended,  # {person, role, sites}
        # What happens to accounts and at the door; `data` names the account, never a password or a code.
        **dict.fromkeys(
            (
                "account created",
                "account changed",
                "account closed",
                "account reopened",
                "password set",
                "second factor set",
                "second factor removed",
                "signing key made",
                "signed in",
                "sign-in refused",
                "signed out",
                "role taken",
                "password refused",
                "access reviewed",
                "token made",
                "token ended",
            ),
            nothing_to_fold,
        ),
    },
)
