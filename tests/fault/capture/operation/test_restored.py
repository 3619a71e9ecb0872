"""A trial restored from its backup is whole; a backup that is old, cut or altered is found."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import postgres
import psycopg
import pytest
from capture_site import CaptureSite
from command import Command
from entering import enter, given, place

from lupustrial.capture.store import verify_projection
from lupustrial.ledger import Anchor, anchor, entries, open_database, verify_ledger

STUDY = str(Path(__file__).resolve().parents[4] / "studies" / "il2-sle")


def _fill(site: CaptureSite) -> None:
    site.register()
    answers = given(C3=("0.85", "g/L"), C4=("0.2", "g/L"))
    enter(site, "investigator", place("complement"), answers)


def _tool(name: str) -> str:
    """Return the path of a program of the server under test, so that both are of one version."""
    folder = postgres.binaries()
    assert folder is not None
    return str(folder / name)


def _backup(url: str, folder: Path) -> Path:
    """Take a backup as docs/deploy.md says, while the trial is open."""
    out = folder / "backup"
    if "://" not in url:
        with closing(sqlite3.connect(url)) as source, closing(sqlite3.connect(out)) as target:
            source.backup(target)
        return out
    subprocess.run([_tool("pg_dump"), "--format=custom", f"--file={out}", url], check=True)
    return out


def _restore(url: str, backup: Path, folder: Path) -> str:
    if "://" not in url:
        shutil.copy(backup, folder / "restored.db")
        return str(folder / "restored.db")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS restored")
        connection.execute("CREATE DATABASE restored")
    anew = re.sub(r"/trial_\d+\?", "/restored?", url)
    command = [_tool("pg_restore"), "--exit-on-error", "--no-owner", f"--dbname={anew}", str(backup)]
    subprocess.run(command, check=True)
    return anew


def _bodies(url: str) -> tuple[list[str], list[tuple[object, ...]]]:
    with open_database(url) as db, db.reading() as tx:
        told = [one.hash for one in entries(tx)]
        held = tx.all("SELECT participant, visit, form, repeat, items FROM capture_page ORDER BY 1, 2, 3, 4")
    return told, held


@pytest.mark.requirement("REQ-OPS-001")
def test_a_restored_trial_is_whole(
    site_anywhere: CaptureSite, database_url: str, tmp_path: Path, command: Command
) -> None:
    _fill(site_anywhere)
    restored = _restore(database_url, _backup(database_url, tmp_path), tmp_path)
    assert _bodies(restored) == _bodies(database_url)
    assert len(_bodies(restored)[1]) == 1
    with site_anywhere.trial.reading() as tx:
        kept = anchor(tx)
    told = command("verify", restored, "--study", STUDY, "--anchor", str(kept))
    assert told.code == 0, told.err


@pytest.mark.requirement("REQ-OPS-002")
def test_a_backup_before_the_anchor_is_found(
    site_anywhere: CaptureSite, database_url: str, tmp_path: Path
) -> None:
    _fill(site_anywhere)
    backup = _backup(database_url, tmp_path)
    site_anywhere.register("01-002")
    with site_anywhere.trial.reading() as tx:
        kept = anchor(tx)
    restored = _restore(database_url, backup, tmp_path)
    assert _found(restored, []) == set()
    assert _found(restored, [kept]) == {"LEDGER-013"}


@pytest.mark.requirement("REQ-OPS-002")
def test_an_altered_or_cut_backup_is_found(site: CaptureSite, tmp_path: Path) -> None:
    _fill(site)
    backup = _backup(site.trial.config.database, tmp_path)
    whole = backup.read_bytes()
    assert whole.count(b'"value":"0.85"') >= 1
    backup.write_bytes(whole.replace(b'"value":"0.85"', b'"value":"0.58"'))
    assert "LEDGER-010" in _found(str(backup), [])
    backup.write_bytes(whole[: len(whole) // 2 // 4096 * 4096])
    assert _found(str(backup), []) & {"LEDGER-001", "LEDGER-006", "LEDGER-010", "LEDGER-014"}


def _found(url: str, anchors: list[Anchor]) -> set[str]:
    from lupustrial.errors import LedgerError

    try:
        with open_database(url) as db:
            with db.reading() as tx:
                faults = verify_ledger(tx, anchors)
            return {one.id for one in faults or verify_projection(db, "IL2-SLE")}
    except LedgerError as error:
        return {one.id for one in error.faults}
