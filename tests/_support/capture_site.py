"""A running capture application for tests: a fresh trial, somebody in each role, and a client for each."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lupustrial.ledger import Actor

if TYPE_CHECKING:
    from django.test import Client

    from lupustrial.capture._trial import Trial

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "studies" / "il2-sle"
PASSWORD = "correct horse battery staple"  # noqa: S105 - of accounts that live for a test
SYSTEM = Actor(id="system", role="administrator")


@dataclass(kw_only=True)
class CaptureSite:
    """The application on a database of its own.

    `client` gives a Django test client of somebody who is signed in, second factor passed, in a role; the
    account is named after the role (``investigator`` …) and is made, with a grant at `sites`, when first
    asked for.
    """

    trial: Trial
    folder: Path

    def client(self, role: str, *, person: str | None = None, sites: tuple[str, ...] = ("*",)) -> Client:
        """Return a client of somebody in a role."""
        from django.test import Client

        from lupustrial.capture.access import ACTING

        account = self.account(person or role, role, sites)
        client = Client()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        device = account.staticdevice_set.first() or account.staticdevice_set.create(name="test")
        session = client.session
        session["otp_device_id"] = device.persistent_id
        session[ACTING] = role
        session.save()
        return client

    def account(self, person: str, role: str, sites: tuple[str, ...] = ("*",)) -> Any:
        """Return the account of a person who holds a role; made where it is lacking."""
        from django.utils import timezone

        from lupustrial.capture.models import Account
        from lupustrial.capture.store import grants_of, write

        found = Account.objects.filter(username=person).first()
        if found is None:
            name = person.replace("_", " ").capitalize()
            found = Account(username=person, full_name=name, password=_hashed(), password_set=timezone.now())
            found.save()
        with self.trial.writing() as tx:
            if not any(grant.role == role for grant in grants_of(tx, person)):
                data = {"person": person, "role": role, "sites": list(sites)}
                write(tx, study=self.trial.study.id, kind="role granted", by=SYSTEM, data=data)
        return found

    def register(self, participant: str = "01-001", site: str = "01") -> str:
        """Register a participant, by the gateway."""
        from lupustrial.capture.store import write

        with self.trial.writing() as tx:
            data = {"participant": participant, "site": site}
            write(tx, study=self.trial.study.id, kind="participant registered", by=SYSTEM, data=data)
        return participant


def _hashed() -> str:
    """Return the hash of the password of all accounts of tests, at the cost that the server asks now."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    hasher = Argon2PasswordHasher
    return _hashed_at(hasher.time_cost, hasher.memory_cost, hasher.parallelism)


@functools.cache
def _hashed_at(*cost: int) -> str:
    from django.contrib.auth.hashers import make_password

    del cost  # made once for each
    return make_password(PASSWORD)


@pytest.fixture(scope="session")
def _capture_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tables once; every test gets a copy."""
    folder = tmp_path_factory.mktemp("capture")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in the thread of the test
    from lupustrial.capture import Config, prepare

    with pytest.MonkeyPatch.context() as patch:
        for name in Config(study=STUDY, database="", keys=folder).environment():
            patch.delenv(name, raising=False)  # put back what prepare() sets
        prepare(
            Config(
                study=STUDY, database=str(folder / "template.db"), keys=folder / "keys", hosts=("testserver",)
            )
        )
        from django.db import connections
        from django.test.utils import setup_test_environment

        connections.close_all()
        setup_test_environment()
        environment = dict(os.environ)
    os.environ.update(
        {name: environment[name] for name in environment if name.startswith(("LUPUSTRIAL_", "DJANGO_"))}
    )
    return folder


@contextmanager
def application(database: str, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[CaptureSite]:
    """Run the application of this process on a database whose tables are made, until the block ends."""
    from django.db import connections

    from lupustrial.capture import _trial
    from lupustrial.capture._databases import databases_of
    from lupustrial.capture.accounts import BUCKETS

    patch.setenv("DATABASE_URL", database)
    connections.close_all()
    before = connections["default"]
    patch.setitem(
        connections.settings, "default", connections.configure_settings(databases_of(database))["default"]
    )
    connections["default"] = connections.create_connection("default")
    _trial.trial.cache_clear()
    BUCKETS.clear()  # who asked how often before
    trial = _trial.trial()
    try:
        yield CaptureSite(trial=trial, folder=folder)
    finally:
        trial.close()
        connections.close_all()
        connections["default"] = before
        _trial.trial.cache_clear()


@pytest.fixture
def site(_capture_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CaptureSite]:
    """A fresh application on SQLite with the founding study."""
    database = tmp_path / "trial.db"
    shutil.copy(_capture_template / "template.db", database)
    with application(str(database), tmp_path, monkeypatch) as running:
        yield running


@pytest.fixture
def site_anywhere(
    _capture_template: Path, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CaptureSite]:
    """A fresh application, once on SQLite and once on PostgreSQL."""
    if "://" in database_url:
        made = (
            "from pathlib import Path; from lupustrial.capture import Config, prepare; "
            f"prepare(Config(study=Path({str(STUDY)!r}), database={database_url!r}, "
            f"keys=Path({str(_capture_template / 'keys')!r})))"
        )
        subprocess.run([sys.executable, "-c", made], check=True)
    else:
        shutil.copy(_capture_template / "template.db", database_url)
    with application(database_url, tmp_path, monkeypatch) as running:
        yield running
