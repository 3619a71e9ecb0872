"""One way to a database: SQLite embedded, PostgreSQL on a server.

Statements are written once, with ``?`` for parameters. What is written is written in a transaction that holds
the ledger's lock, so that writers come one after the other and a reader of the head sees the last entry.
"""

from __future__ import annotations

import abc
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Literal, Self

from lupustrial.errors import Fault, LedgerError
from lupustrial.ledger._driver import shown, sqlite_faults, unreachable

#: The advisory lock of PostgreSQL under which all writers of a ledger queue.
LOCK = 0x6C75_7075

_PATIENCE = 60.0  # seconds that a writer of SQLite waits for its turn

Row = tuple[Any, ...]


class Transaction(abc.ABC):
    """What can be done inside a transaction. Rows come back as tuples; bytes as ``bytes``."""

    dialect: Literal["sqlite", "postgresql"]

    @abc.abstractmethod
    def all(self, statement: str, *parameters: Any) -> list[Row]:
        """Run a statement and return its rows; an empty list where it gives none."""

    @abc.abstractmethod
    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters."""

    def one(self, statement: str, *parameters: Any) -> Row | None:
        """Run a statement and return its first row, or None."""
        rows = self.all(statement, *parameters)
        return rows[0] if rows else None

    def run(self, statement: str, *parameters: Any) -> None:
        """Run a statement for what it does."""
        self.all(statement, *parameters)


class Database(abc.ABC):
    """An open database; one connection, for one thread. A lost one is made anew, never within a transaction.

    Attributes:
        dialect: Which kind it is.
        wrote: Whether a transaction of ``writing()`` was committed, or may have been, since somebody set it
            to False.
    """

    dialect: Literal["sqlite", "postgresql"]
    wrote = False

    @abc.abstractmethod
    def writing(self) -> AbstractContextManager[Transaction]:
        """Return a context manager: a `Transaction` that alone may write; undone when an error leaves it."""

    @abc.abstractmethod
    def reading(self) -> AbstractContextManager[Transaction]:
        """Return a context manager: a `Transaction` that sees one state of the database."""

    @abc.abstractmethod
    def alone(self) -> Transaction:
        """Return a `Transaction` in which every statement is a transaction of its own."""

    @abc.abstractmethod
    def close(self) -> None:
        """Close the connection."""

    def __enter__(self) -> Self:
        """Give the database; it is closed when the block ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()


def open_database(url: str, *, create: bool = False) -> Database:
    """Open a database.

    Args:
        url: ``postgresql://…``, ``sqlite:///relative/or//absolute/path``, or the path of an SQLite file.
        create: Whether an SQLite file may be made; its owner alone can read and write it.

    Raises:
        LedgerError: LEDGER-001, it is not there, cannot be reached, or the driver is not installed.
    """
    scheme = url.partition("://")[0] if "://" in url else ""
    if scheme in ("postgresql", "postgres"):
        from lupustrial.ledger._postgresql import PostgreSQL

        return PostgreSQL(url)
    if scheme not in ("", "sqlite"):
        raise LedgerError(
            Fault(
                id="LEDGER-001",
                message=f"`{scheme}` is no kind of database that can hold a ledger",
                place="the address of the database",
                hint="give the path of an SQLite file, or postgresql://user@host/name",
            )
        )
    return _SQLite(Path(url.removeprefix("sqlite:///") if scheme == "sqlite" else url), create=create)


class _SQLiteTransaction(Transaction):
    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection, place: str) -> None:
        self._connection = connection
        self._place = place

    def all(self, statement: str, *parameters: Any) -> list[Row]:
        with sqlite_faults(self._place):
            return self._connection.execute(statement, parameters).fetchall()

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        with sqlite_faults(self._place):
            self._connection.executemany(statement, rows)


class _SQLite(Database):
    dialect = "sqlite"

    def __init__(self, path: Path, *, create: bool) -> None:
        self._place = shown(str(path))
        if not create and not path.is_file():
            hint = "give the path of the file that `randomise init` or `serve` made"
            raise LedgerError(
                Fault(id="LEDGER-001", message="there is no such file", place=self._place, hint=hint)
            )
        try:
            if create and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
            self._connection.execute(f"PRAGMA busy_timeout = {int(_PATIENCE * 1000)}")
            self._into_wal()
            self._connection.execute("PRAGMA synchronous = FULL")
        except OSError as error:
            raise unreachable(self._place, error.strerror) from error
        except sqlite3.Error as error:
            raise unreachable(self._place, error) from error

    def _into_wal(self) -> None:
        """Switch to the write-ahead log; while others open the file too, the switch has to be tried again."""
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.01)
            else:
                return

    @contextmanager
    def _begin(self, how: str) -> Iterator[Transaction]:
        with sqlite_faults(self._place):
            self._connection.execute(how)
        try:
            yield _SQLiteTransaction(self._connection, self._place)
            with sqlite_faults(self._place):
                self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        with self._begin("BEGIN IMMEDIATE") as tx:
            yield tx
        self.wrote = True  # a commit that fails is undone: nothing was written

    def reading(self) -> AbstractContextManager[Transaction]:
        return self._begin("BEGIN")

    def alone(self) -> Transaction:
        self.wrote = True
        return _SQLiteTransaction(self._connection, self._place)

    def close(self) -> None:
        self._connection.close()
