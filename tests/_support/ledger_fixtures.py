"""Databases for tests of the ledger and of all that writes to it: SQLite, and a real PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import postgres
import pytest

from lupustrial.ledger import Database, open_database

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of a PostgreSQL server of this session's own; skips, and says so, where none is installed."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed: nothing was tested on it")
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a fresh, empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return str(tmp_path / "trial.db")
    import psycopg

    url: str = request.getfixturevalue("postgres_url")
    name = f"trial_{next(_NUMBERS)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # a name made here
    return url.replace("/postgres?", f"/{name}?")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database, open."""
    opened = open_database(database_url, create=True)
    yield opened
    opened.close()
