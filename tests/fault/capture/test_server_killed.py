"""The server killed in the middle of saves: what it confirmed is there, nothing is half there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest
from capture_server import Saves, serving
from capture_site import CaptureSite

from lupustrial.capture.store import verify_projection
from lupustrial.ledger import entries, verify_ledger

#: 2,000 in the run for qualification; fewer in every run, since each costs the same.
SAVES = int(os.environ.get("LUPUSTRIAL_SAVES", "300"))
CLIENTS, PARTICIPANTS, KILLS = 8, 20, 3


@pytest.mark.requirement("REQ-FAULT-001")
def test_every_confirmed_save_is_there(site_anywhere: CaptureSite) -> None:
    site = site_anywhere
    cookie = site.client("investigator").cookies["sessionid"].value
    names = [site.register(f"01-{number:03}") for number in range(1, PARTICIPANTS + 1)]
    wanted = [(name, number) for number in range(1, SAVES // PARTICIPANTS + 1) for name in names]
    with serving(site) as server:
        saves = Saves(port=server.port, cookie=cookie, left=list(reversed(wanted)))
        for strike in range(1, KILLS + 1):
            threads = saves.run(CLIENTS)
            _wait(lambda strike=strike: len(saves.confirmed) >= len(wanted) * strike // (KILLS + 2))  # type: ignore[misc]
            server.kill()
            for thread in threads:
                thread.join(60)
            assert saves.left, "everything was saved before the last kill: nothing was tested"
            _holds(site, saves)
            server.start()
        for thread in saves.run(CLIENTS):
            thread.join(300)
    assert {told for told in saves.other if not told.startswith("saved before")} == set()
    assert sorted(saves.confirmed) == sorted(wanted)
    assert _holds(site, saves) == set(wanted)


def _holds(site: CaptureSite, saves: Saves) -> set[tuple[str, int]]:
    """Check the database as it lies there; return what was saved according to the ledger."""
    trial = site.trial
    with trial.reading() as tx:
        assert verify_ledger(tx) == []
        saved = [entry.data for entry in entries(tx) if entry.kind == "page saved"]
    assert verify_projection(trial.db, trial.study.id) == []
    for data in saved:  # whole: six items each, the dose that was sent
        assert set(data["changes"]) == {"CMTRT", "CMDOSE", "CMFREQ", "CMROUTE", "CMSTDAT", "CMENDAT"}
        assert data["changes"]["CMDOSE"]["to"]["value"] == str(data["repeat"])
    found = [(data["participant"], data["repeat"]) for data in saved]
    assert len(found) == len(set(found))
    assert set(saves.confirmed) <= set(found)
    return set(found)


def _wait(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + 180
    while not ready():
        assert time.monotonic() < until, "the clients do not get on"
        time.sleep(0.005)
