"""What the drivers of the databases say, as faults; never an address, which may hold a password."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from lupustrial.errors import Fault, LedgerError


@contextmanager
def sqlite_faults(place: str) -> Iterator[None]:
    """Turn the failure of an SQLite file into a LedgerError; what a guard refuses is raised as it is.

    Raises:
        LedgerError: LEDGER-002, no ledger in it; LEDGER-006, it cannot be read or written any more.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        _failed(place, str(error), bare="no such table" in str(error))
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:  # a subclass: a guard or a constraint refused
            raise
        _failed(place, str(error))


@contextmanager
def postgresql_faults(place: str) -> Iterator[None]:
    """Do the same for PostgreSQL.

    Raises:
        LedgerError: LEDGER-002 or LEDGER-006, as `sqlite_faults`.
    """
    import psycopg
    from psycopg import errors

    try:
        yield
    except (psycopg.OperationalError, errors.ReadOnlySqlTransaction, errors.InsufficientPrivilege) as error:
        _failed(place, error.diag.message_primary or "the connection is lost")
    except (errors.UndefinedTable, errors.UndefinedFunction):
        _failed(place, "", bare=True)


def unreachable(place: str, reason: object) -> LedgerError:
    """Return the error for a database that cannot be opened."""
    hint = "see that it exists, that it is yours, and that the disk has room"
    return LedgerError(
        Fault(id="LEDGER-001", message=f"the database cannot be used ({reason})", place=place, hint=hint)
    )


def shown(path: str) -> str:
    """Return a path as it may be shown: not what may be a mistyped address with a password in it."""
    return "the address of the database" if "@" in path or "password" in path else path


def _failed(place: str, reason: str, *, bare: bool = False) -> NoReturn:
    if bare:
        hint = "make one with `lupustrial randomise init`"
        fault = Fault(id="LEDGER-002", message="the database holds no ledger", place=place, hint=hint)
    else:
        hint = "see to disk, rights and server, then ask again: what was not confirmed may have been written"
        fault = Fault(id="LEDGER-006", message=f"the database failed ({reason})", place=place, hint=hint)
    raise LedgerError(fault) from None
