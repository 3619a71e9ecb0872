"""The demonstration as tests use it: a trial in mid-course, loaded once a session, copied for each test.

Fixture `demo_site` is a `CaptureSite` (``capture_site.py``), as `site` is:
``demo_site.client("investigator")``. Its accounts are named after the roles; their password is
``lupustrial.capture.demo.PASSWORD``. There are participants in screening, in treatment, in follow-up,
completed, withdrawn and failed at screening; pages with gaps, corrections, open, answered and closed queries.
In a browser: fixture `demo_live` (as `live`).

The records are those of the founding trial, reconstructed once (45 s) and kept in pytest's cache; a third of
the participants is taken, so that loading takes few seconds.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from capture_live import Live, serving
from capture_site import STUDY, CaptureSite, application
from playwright.sync_api import Browser

if TYPE_CHECKING:
    from lupustrial.study import Study

_MADE_BY = STUDY.parents[1] / "src" / "lupustrial" / "reconstruct"


@pytest.fixture(scope="session")
def demo_records(pytestconfig: pytest.Config) -> pl.DataFrame:
    """Source records of every third participant of the founding trial, reconstructed."""
    from lupustrial.study import load_study

    study = load_study(STUDY)
    kept = pytestconfig.cache.mkdir("capture-demo") / f"{_key()}.parquet"
    with _lock(kept.with_suffix(".lock")):
        if not kept.is_file() or not _fit(study, pl.read_parquet(kept)):
            from lupustrial.reconstruct import reconstruct

            reconstruct(study).records.write_parquet(kept)
    records = pl.read_parquet(kept)
    people = records["participant"].unique().sort()
    return records.filter(pl.col("participant").is_in(people[::3].implode()))


@pytest.fixture(scope="session")
def _demo_template(
    _capture_template: Path, demo_records: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Load the demonstration once; every test gets a copy."""
    from lupustrial.capture.demo import load

    database = tmp_path_factory.mktemp("demo") / "demo.db"
    shutil.copy(_capture_template / "template.db", database)
    with pytest.MonkeyPatch.context() as patch, _application(database, patch) as site:
        load(site.trial, demo_records, now=dt.datetime.now(dt.UTC))
        with site.trial.reading() as tx:
            tx.all("PRAGMA wal_checkpoint(TRUNCATE)")
    return database


@pytest.fixture
def demo_site(_demo_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CaptureSite]:
    """A trial in mid-course on SQLite, for this test alone."""
    database = tmp_path / "demo.db"
    shutil.copy(_demo_template, database)
    with _application(database, monkeypatch) as site:
        yield site


@pytest.fixture
def demo_live(demo_site: CaptureSite, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """The same on a port of loopback, in a browser."""
    with serving(demo_site, browser, monkeypatch) as running:
        yield running


@contextmanager
def _application(database: Path, patch: pytest.MonkeyPatch) -> Iterator[CaptureSite]:
    patch.setenv("LUPUSTRIAL_DEMO", "1")
    with application(str(database), database.parent, patch) as site:
        yield site


def _key() -> str:
    """Tell the records that would be made: by what is published, and how they are made."""
    digest = hashlib.sha256()
    for path in sorted([*_MADE_BY.glob("*.py"), *(STUDY / "published").rglob("*.*")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _fit(study: Study, records: pl.DataFrame) -> bool:
    """Whether the study still has the items that records are of."""
    known = {(form.id, item.id) for form in study.forms for item in form.items}
    return set(records.select("form", "item").unique().rows()) <= known


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold a file lock (POSIX): parallel workers wait for the one that reconstructs."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
