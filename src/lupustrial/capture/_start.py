"""From an empty database to one in which a trial can run."""

from __future__ import annotations

import os

from lupustrial.capture._config import Config
from lupustrial.ledger import open_database


def prepare(config: Config) -> None:
    """Make or upgrade the tables: the ledger, the projection, the allocation, and those of Django."""
    from lupustrial.allocation.store import create_store
    from lupustrial.capture.store import create_tables

    with open_database(config.database, create=True) as db, db.writing() as tx:
        create_tables(tx)
        create_store(tx)
    os.environ.update(config.environment())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lupustrial.capture.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
