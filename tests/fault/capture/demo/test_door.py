"""The door of the demonstration is no door of a real trial."""

from __future__ import annotations

import dataclasses

import pytest
from capture_site import CaptureSite
from django.test import Client


def test_a_database_that_the_demonstration_did_not_make_has_none(
    site: CaptureSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.account("investigator", "investigator")
    monkeypatch.setattr(site.trial, "config", dataclasses.replace(site.trial.config, demo=True))
    assert Client().get("/demo").status_code == 404
    assert Client().post("/demo", {"role": "investigator"}).status_code == 404


def test_a_server_that_was_not_started_for_it_has_none(
    demo_site: CaptureSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_site.trial, "config", dataclasses.replace(demo_site.trial.config, demo=False))
    assert Client().get("/demo").status_code == 404
    assert Client().post("/demo", {"role": "investigator"}).status_code == 404


@pytest.mark.usefixtures("demo_site")
def test_another_machine_has_none() -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    assert client.get("/demo").status_code == 404
    assert client.post("/demo", {"role": "investigator"}).status_code == 404


@pytest.mark.usefixtures("demo_site")
def test_nobody_is_signed_in_without_the_token_of_the_form() -> None:
    assert Client(enforce_csrf_checks=True).post("/demo", {"role": "monitor"}).status_code == 403


@pytest.mark.usefixtures("demo_site")
def test_an_unknown_role_is_not_there() -> None:
    assert Client().post("/demo", {"role": "nobody"}).status_code == 404


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("text", ["' OR 1=1 --", "%", "9" * 40, "\x00", "<script>", "١٢٣"])
def test_nothing_typed_into_the_search_box_breaks_it(site: CaptureSite, text: str) -> None:
    site.register()
    response = site.client("coordinator").get("/search", {"q": text})
    assert response.status_code == 200
    assert "<script>" not in response.content.decode().partition("<main")[2]
