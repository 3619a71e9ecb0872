"""A copy that is taken while the server writes is whole; what is restored from it verifies and goes on."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from capture_site import SYSTEM, CaptureSite

from lupustrial.capture.store import verify_projection, write
from lupustrial.ledger import head, open_database, verify_ledger


@pytest.mark.requirement("REQ-FAULT-002")
def test_a_copy_taken_while_others_write_is_whole_and_goes_on(site: CaptureSite, tmp_path: Path) -> None:
    study, copy = site.trial.study.id, tmp_path / "copy.db"
    begun, taken = threading.Event(), threading.Event()

    def register() -> None:
        number = 0
        while not taken.is_set() or number < 20:
            number += 1
            site.register(f"01-{number:03}")
            if number == 5:
                begun.set()
        site.trial.close()

    writer = threading.Thread(target=register)
    writer.start()
    assert begun.wait(60)
    with closing(sqlite3.connect(site.folder / "trial.db")) as held:
        held.execute("VACUUM INTO ?", (str(copy),))
    taken.set()
    writer.join(60)
    with site.trial.reading() as tx:
        end = head(tx)
    with open_database(str(copy)) as restored:
        with restored.reading() as tx:
            assert verify_ledger(tx) == []
            assert 5 < head(tx)[0] <= end[0]
        assert verify_projection(restored, study) == []
        with restored.writing() as tx:
            data = {"participant": "01-999", "site": "01"}
            write(tx, study=study, kind="participant registered", by=SYSTEM, data=data)
        with restored.reading() as tx:
            assert verify_ledger(tx) == []
