"""PostgreSQL goes down and comes back, between requests and under one: the application goes on by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import postgres
import psycopg
import pytest
from capture_site import CaptureSite
from django.db import close_old_connections
from entering import held, place

from lupustrial.capture.store import verify_projection
from lupustrial.ledger import verify_ledger

URL = "/participants/01-001/visits/SCR/forms/{}/1"
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def _fields(**values: str) -> dict[str, object]:
    fields: dict[str, object] = {"i": list(values), "revision": "0", "action": "gaps"}
    return fields | {f"v.{item}": value for item, value in values.items()}


def _whole(site: CaptureSite) -> None:
    with site.trial.reading() as tx:
        assert verify_ledger(tx) == []
    assert verify_projection(site.trial.db, site.trial.study.id) == []


@pytest.mark.requirement("REQ-FAULT-002")
def test_restarted_between_requests(site_anywhere: CaptureSite, database_url: str) -> None:
    site = site_anywhere
    site.register()
    client = site.client("coordinator")
    assert client.post(URL.format("consent"), _fields(ICDAT="2026-03-02")).status_code == 302
    postgres.crash(database_url)
    close_old_connections()  # as the server does before each request; the client of tests does not
    page = held(site, place("consent"))
    assert page is not None
    assert page.items["ICDAT"].value == "2026-03-02"
    assert client.get(URL.format("consent")).status_code == 200
    postgres.crash(database_url)
    close_old_connections()
    answer = client.post(URL.format("visit"), _fields(VISDAT="2026-03-02"))
    assert answer.status_code == 302
    assert held(site, place("visit")) is not None
    _whole(site)


@pytest.mark.requirement("REQ-FAULT-002")
@pytest.mark.parametrize("moment", ["within", "commit"])
def test_lost_under_a_save(
    site_anywhere: CaptureSite, database_url: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lupustrial.ledger import _append

    site = site_anywhere
    site.register()
    client = site.client("coordinator")
    client.raise_request_exception = False
    assert client.get(URL.format("consent")).status_code == 200
    stamp, struck = _append.now, []

    def lose() -> None:
        if not struck:
            struck.append(moment)
            with psycopg.connect(database_url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

    def within() -> str:
        lose()
        return stamp()

    if moment == "within":
        monkeypatch.setattr(_append, "now", within)
    else:
        write = type(site.trial).writing

        @contextmanager
        def writing(self: Any) -> Iterator[Any]:
            with write(self) as tx:
                yield tx
                lose()

        monkeypatch.setattr(type(site.trial), "writing", writing)
    answer = client.post(URL.format("consent"), _fields(ICDAT="2026-03-02"))
    assert struck == [moment]
    assert answer.status_code == 503
    told = answer.content.decode()
    if moment == "within":
        assert "Nothing was saved." in told
    else:  # the application cannot know; here nothing was
        assert "not certain whether it was saved" in told
    close_old_connections()
    assert held(site, place("consent")) is None  # and nobody tried again by himself
    assert client.post(URL.format("consent"), _fields(ICDAT="2026-03-02")).status_code == 302
    _whole(site)
