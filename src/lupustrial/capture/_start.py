"""From an empty database to one in which a trial can run."""

from __future__ import annotations

import os

from lupustrial.capture._config import Config
from lupustrial.ledger import open_database


def prepare(config: Config) -> None:
    """Make or upgrade the tables: the ledger, the projection, the allocation, and those of Django.

    Into a new database the protocol of the study folder is recorded; from then on the one in the database
    counts.

    Raises:
        StudyError: The database is new, and the study folder is at fault.
    """
    from lupustrial.allocation.store import create_store
    from lupustrial.capture._amend import record_first
    from lupustrial.capture.store import create_tables, protocols_of

    with open_database(config.database, create=True) as db, db.writing() as tx:
        create_tables(tx)
        create_store(tx)
        if not protocols_of(tx):
            record_first(tx, config.study)
    os.environ.update(config.environment())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lupustrial.capture.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
