"""PostgreSQL: the driver is loaded where an address asks for it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from lupustrial.errors import Fault, LedgerError
from lupustrial.ledger._database import LOCK, Database, Row, Transaction
from lupustrial.ledger._driver import postgresql_faults, unreachable

if TYPE_CHECKING:
    import psycopg

_PATIENCE = 60  # seconds that a server may take to let somebody in


class _PostgreSQLTransaction(Transaction):
    dialect = "postgresql"

    def __init__(self, connection: Any, place: str) -> None:
        self._connection = connection
        self._place = place

    def all(self, statement: str, *parameters: Any) -> list[Row]:
        with postgresql_faults(self._place):
            cursor = self._connection.execute(statement.replace("?", "%s"), parameters or None)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        with postgresql_faults(self._place), self._connection.cursor() as cursor:
            cursor.executemany(statement.replace("?", "%s"), rows)


class PostgreSQL(Database):
    """A database on a server."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        """Connect; LedgerError LEDGER-001 where that cannot be done."""
        try:
            importlib.import_module("psycopg")
        except ImportError as error:
            raise LedgerError(
                Fault(
                    id="LEDGER-001",
                    message="the driver of PostgreSQL is not installed",
                    place="the address of the database",
                    hint="install lupustrial[postgres]",
                )
            ) from error
        name = url.partition("?")[0].rpartition("/")[2]
        # Neither password nor user is shown.
        self._place = f"postgresql database {name if name and '@' not in name else '(none named)'}"
        self._url = url
        self._connection: psycopg.Connection = self._connect()

    def _connect(self) -> psycopg.Connection:
        import psycopg

        try:
            made = psycopg.connect(self._url, autocommit=True, connect_timeout=_PATIENCE)
            # The server keeps plans while tables grow: one that reads a whole table is never among them.
            made.execute("SET enable_seqscan = off; SET jit = off")
        except psycopg.Error as error:
            # Its text may hold the password.
            raise unreachable(self._place, type(error).__name__) from None
        return made

    def _whole(self) -> psycopg.Connection:
        """Return the connection; a new one where it is known to be lost."""
        if self._connection.closed:
            self._connection = self._connect()
        return self._connection

    def _first(self, stack: ExitStack, statement: str) -> None:
        """Begin a transaction with a statement that writes nothing.

        A server that was restarted is noticed here, before anything was asked of it: then, and only then, it
        is asked again on a new connection.
        """
        for last in (False, True):
            connection = self._whole()
            try:
                with ExitStack() as begun, postgresql_faults(self._place):
                    begun.enter_context(connection.transaction())
                    connection.execute(statement)
                    stack.push(begun.pop_all())
            except LedgerError:
                connection.close()  # a server that goes down says so before it closes
                if last:
                    raise
            else:
                return

    @contextmanager
    def _begin(self, first: str, *, writes: bool) -> Iterator[Transaction]:
        with postgresql_faults(self._place), ExitStack() as stack:
            self._first(stack, first)
            yield _PostgreSQLTransaction(self._connection, self._place)
            # From here on it is committed, and a connection that is lost now does not tell whether it was.
            self.wrote = self.wrote or writes

    def writing(self) -> AbstractContextManager[Transaction]:
        """Hold the ledger's lock."""
        return self._begin(f"SELECT pg_advisory_xact_lock({LOCK})", writes=True)

    def reading(self) -> AbstractContextManager[Transaction]:
        """See the state of the first statement."""
        return self._begin("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", writes=False)

    def alone(self) -> Transaction:
        """Let every statement stand for itself; it may write."""
        with self.reading():  # a lost connection is noticed before anything is asked of it
            pass
        self.wrote = True
        return _PostgreSQLTransaction(self._connection, self._place)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
