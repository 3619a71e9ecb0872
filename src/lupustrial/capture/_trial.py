"""The trial that this server runs: its protocol in force, earlier versions, and its database."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lupustrial.capture._config import Config, configuration
from lupustrial.ledger import Database, Transaction, open_database
from lupustrial.study import Study, load_study


@dataclass(kw_only=True)
class Trial:
    """A trial and its database. One connection a thread; it is opened when first asked for."""

    config: Config
    study: Study
    _mine: threading.local = field(default_factory=threading.local, repr=False)

    @property
    def db(self) -> Database:
        """The database of this thread, for the functions that take one (``lupustrial.allocation``).

        Never use it inside ``django.db.transaction.atomic()``: the two would wait for each other.
        """
        found: Database | None = getattr(self._mine, "database", None)
        if found is None:
            found = open_database(self.config.database)
            self._mine.database = found
        return found

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Give a transaction that sees one state of the database."""
        with self.db.reading() as tx:
            yield tx

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Give the transaction that alone may write."""
        with self.db.writing() as tx:
            yield tx

    def close(self) -> None:
        """Close the connection of this thread."""
        found: Database | None = getattr(self._mine, "database", None)
        if found is not None:
            found.close()
            del self._mine.database

    def visit_date_item(self) -> tuple[str, str]:
        """Return form and item that hold the date of a visit (SVSTDTC in the annotation of the form)."""
        return next(
            (form.id, item.id)
            for form in self.study.forms
            for item in form.items
            if item.sdtm is not None and item.sdtm.variable == "SVSTDTC"
        )


@functools.cache
def trial() -> Trial:
    """Return the trial of this process."""
    config = configuration()
    return Trial(config=config, study=load_study(config.study))
