"""The gate: closed unless a rule opens it."""

from __future__ import annotations

import pytest
from capture_site import CaptureSite
from django.test import Client


@pytest.mark.usefixtures("site")
def test_who_is_not_signed_in_is_sent_to_the_door() -> None:
    response = Client().get("/")
    assert response.status_code == 302
    assert response["Location"].startswith("/login")


def test_somebody_in_a_role_is_let_in(site: CaptureSite) -> None:
    response = site.client("investigator").get("/")
    assert response.status_code == 200
    assert b"Low-dose IL-2 in SLE" in response.content
